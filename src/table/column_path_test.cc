#include "table/column_path.h"

#include <gtest/gtest.h>

namespace limno::table {
namespace {

Field Mapped(const std::string& name, const std::string& physical, DataType type) {
  return {
      name, std::move(type), true, {{"delta.columnMapping.physicalName", '"' + physical + '"'}}};
}

Schema Nested() {
  return {{Mapped("st", "col-1", StructOf({Mapped("q", "col-2", Primitive(TypeKind::kInteger))})),
           {"Plain", Primitive(TypeKind::kString), true, {}}}};
}

TEST(ColumnPathTest, TextQuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(ColumnPathText({"st", "q"}), "st.q");
  EXPECT_EQ(ColumnPathText({"two words", "a`b", "1st", ""}), "`two words`.`a``b`.`1st`.``");
}

TEST(ColumnPathTest, FindsFieldsInStructsWhateverTheCase) {
  const Schema schema = Nested();
  ASSERT_NE(FindField(schema, {"ST", "Q"}), nullptr);
  EXPECT_EQ(FindField(schema, {"ST", "Q"})->name, "q");
  EXPECT_EQ(FindField(schema, {"st", "r"}), nullptr);
  EXPECT_EQ(FindField(schema, {"plain", "r"}), nullptr);
  EXPECT_EQ(FindField(schema, {}), nullptr);
}

TEST(ColumnPathTest, NamesInFilesAndInTheSchemaLeadToEachOther) {
  const Schema schema = Nested();
  EXPECT_EQ(PhysicalPath(schema, {"st", "q"}), (ColumnPath{"col-1", "col-2"}));
  EXPECT_EQ(LogicalPath(schema, {"col-1", "col-2"}), (ColumnPath{"st", "q"}));
  EXPECT_EQ(LogicalPath(schema, {"col-1", "gone"}), (ColumnPath{"st", "gone"}));
  EXPECT_EQ(PhysicalPath(schema, {"plain"}), (ColumnPath{"Plain"}));
}

}  // namespace
}  // namespace limno::table
