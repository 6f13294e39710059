#include "engine/schema_merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace limno::engine {
namespace {

using table::Field;
using table::Primitive;
using table::TypeKind;
using testing::HasSubstr;

Field Column(const std::string& name, table::DataType type) {
  return {name, std::move(type), true, {}};
}

const table::DataType kLong = Primitive(TypeKind::kLong);
const table::DataType kText = Primitive(TypeKind::kString);

TEST(SchemaMerge, UnitesColumnsAtEveryLevel) {
  SchemaMerge merge;
  EXPECT_TRUE(
      *merge.Add({Column("a", kLong), Column("s", table::StructOf({Column("x", kLong)}))}, "1"));
  EXPECT_FALSE(*merge.Add({Column("a", kLong)}, "2"));
  EXPECT_TRUE(*merge.Add({Column("b", table::ArrayOf(table::StructOf({Column("y", kLong)}))),
                          Column("s", table::StructOf({Column("z", kText), Column("x", kLong)}))},
                         "3"));
  EXPECT_TRUE(*merge.Add(
      {Column("b", table::ArrayOf(table::StructOf({Column("q", kText), Column("y", kLong)})))},
      "4"));
  const std::vector<Field> expected = {
      Column("a", kLong), Column("s", table::StructOf({Column("x", kLong), Column("z", kText)})),
      Column("b", table::ArrayOf(table::StructOf({Column("y", kLong), Column("q", kText)})))};
  EXPECT_EQ(merge.fields(), expected);
}

TEST(SchemaMerge, NamesBothFilesOfAConflict) {
  SchemaMerge merge;
  ASSERT_TRUE(merge.Add({Column("a", kLong)}, "first"));
  ASSERT_TRUE(merge.Add({Column("m", table::MapOf(kText, table::ArrayOf(kLong)))}, "second"));
  const auto clash = merge.Add({Column("a", kText)}, "third");
  ASSERT_FALSE(clash);
  EXPECT_EQ(clash.error().kind, ErrorKind::kRefused);
  EXPECT_EQ(clash.error().message, "column a is of type long in first and of type string in third");
  EXPECT_EQ(
      merge.Add({Column("m", table::MapOf(kText, table::ArrayOf(kText)))}, "4").error().message,
      "column m.value.element is of type long in second and of type string in 4");
  EXPECT_EQ(merge.Add({Column("m", kText)}, "5").error().message,
            "column m is of type map<string,array<long>> in second and of type string in 5");
  EXPECT_EQ(merge.Add({Column("A", kLong)}, "6").error().message,
            "column A of 6 is called a in first");
}

}  // namespace
}  // namespace limno::engine
