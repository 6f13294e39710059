#include "engine/field_ids.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace limno::engine {
namespace {

using duckdb::MultiFileColumnDefinition;
using Definitions = duckdb::vector<MultiFileColumnDefinition>;
using table::Field;
using table::TypeKind;

Field WithId(std::string name, int id, table::DataType type = table::Primitive(TypeKind::kLong)) {
  return {std::move(name), std::move(type), true, {{"delta.columnMapping.id", std::to_string(id)}}};
}

MultiFileColumnDefinition Found(const std::string& name, int id, Definitions children = {}) {
  duckdb::child_list_t<LogicalType> fields;
  for (const auto& child : children) {
    fields.emplace_back(child.name, child.type);
  }
  MultiFileColumnDefinition column(
      name, fields.empty() ? LogicalType::BIGINT : LogicalType::STRUCT(std::move(fields)));
  column.children = std::move(children);
  if (id > 0) {
    column.identifier = Value::INTEGER(id);
  }
  return column;
}

/// What the table wants: by its own names until the file's are known.
MultiFileColumnDefinition Wanted(const std::string& name, Definitions children = {}) {
  MultiFileColumnDefinition column = Found(name, 0, std::move(children));
  column.identifier = Value(name);
  return column;
}

TEST(FieldIds, NamesComeFromTheFile) {
  const table::Schema schema{{WithId("a", 1),
                              WithId("b", 2),
                              WithId("s", 3, table::StructOf({WithId("x", 4), WithId("y", 5)})),
                              WithId("gone", 9),
                              {"hidden", table::Primitive(TypeKind::kLong), true, {}}}};
  Definitions columns{Wanted("a"), Wanted("b"), Wanted("s", {Wanted("x"), Wanted("y")}),
                      Wanted("gone"), Wanted("hidden")};
  const Definitions found{Found("b", 1), Found("a", 2), Found("t", 3, {Found("y", 4)}),
                          Found("gone", 0)};
  ASSERT_TRUE(NameByFieldIds(columns, schema, found, "f"));
  EXPECT_EQ(columns[0].GetIdentifierName(), "b");
  EXPECT_EQ(columns[1].GetIdentifierName(), "a");
  EXPECT_EQ(columns[2].GetIdentifierName(), "t");
  EXPECT_EQ(columns[2].children[0].GetIdentifierName(), "y");
  EXPECT_NE(columns[2].children[1].GetIdentifierName(), "y");
  EXPECT_NE(columns[3].GetIdentifierName(), "gone");
  EXPECT_EQ(columns[4].GetIdentifierName(), "hidden");
}

TEST(FieldIds, AFileWithoutIdsIsRefused) {
  Definitions columns{Wanted("a")};
  const Result<void> named =
      NameByFieldIds(columns, table::Schema{{WithId("a", 1)}}, {Found("a", 0)}, "f.parquet");
  ASSERT_FALSE(named);
  EXPECT_EQ(named.error().kind, ErrorKind::kCorrupt);
  EXPECT_EQ(named.error().where, "f.parquet");
}

TEST(FieldIds, OnlyModeId) {
  table::Metadata metadata;
  EXPECT_FALSE(MapsColumnsById(metadata));
  metadata.properties["delta.columnMapping.mode"] = "name";
  EXPECT_FALSE(MapsColumnsById(metadata));
  metadata.properties["delta.columnMapping.mode"] = "id";
  EXPECT_TRUE(MapsColumnsById(metadata));
}

}  // namespace
}  // namespace limno::engine
