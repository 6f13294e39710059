#include "table/physical_name.h"

#include <gtest/gtest.h>

namespace limno::table {
namespace {

std::string NameWith(const std::string& annotation) {
  return PhysicalName(
      {"a", Primitive(TypeKind::kLong), true, {{"delta.columnMapping.physicalName", annotation}}});
}

TEST(PhysicalName, IsTheAnnotationReadAsJson) {
  EXPECT_EQ(PhysicalName({"a", Primitive(TypeKind::kLong), true, {}}), "a");
  EXPECT_EQ(NameWith(R"("col-1")"), "col-1");
  EXPECT_EQ(NameWith(R"("q\"uo\\te \u00e9")"), "q\"uo\\te \u00e9");
  EXPECT_EQ(NameWith("7"), "a");
}

}  // namespace
}  // namespace limno::table
