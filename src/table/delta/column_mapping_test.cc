#include "table/delta/column_mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace limno::table::delta {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Metadata Mapped(std::vector<Field> fields, const std::string& mode = "name") {
  Metadata metadata;
  metadata.schema.fields = std::move(fields);
  metadata.properties["delta.columnMapping.mode"] = mode;
  return metadata;
}

Field Long(const std::string& name) { return {name, Primitive(TypeKind::kLong), true, {}}; }

class ColumnMappingTest : public ::testing::Test {
 protected:
  Metadata Map(Metadata metadata, const Metadata* before = nullptr) {
    MapColumns(metadata, before, random_);
    return metadata;
  }
  base::Random random_{1};
};

TEST_F(ColumnMappingTest, NewColumnsGetFreshNamesAtEveryLevel) {
  const Metadata mapped = Map(Mapped({Long("a"), {"s", ArrayOf(StructOf({Long("x")})), true, {}}}));
  const Field& a = mapped.schema.fields[0];
  const Field& s = mapped.schema.fields[1];
  const Field& x = s.type.children[0].type.children[0];
  EXPECT_EQ(FieldId(a), 1);
  EXPECT_EQ(FieldId(s), 2);
  EXPECT_EQ(FieldId(x), 3);
  EXPECT_THAT(PhysicalName(x), StartsWith("col-"));
  EXPECT_NE(PhysicalName(a), PhysicalName(x));
  EXPECT_FALSE(FieldId(s.type.children[0])) << "elements have no name of their own";
  EXPECT_EQ(mapped.properties.at("delta.columnMapping.maxColumnId"), "3");
  EXPECT_EQ(PhysicalField(s).type.children[0].type.children[0].name, PhysicalName(x));
  EXPECT_TRUE(CheckMapping({}, mapped, false));
}

TEST_F(ColumnMappingTest, ColumnsThatFilesHaveKeepTheirNames) {
  Metadata before;
  before.schema.fields = {Long("a \"quoted\""), {"s", StructOf({Long("x")}), true, {}}};
  Metadata after = before;
  after.properties["delta.columnMapping.mode"] = "name";
  after.schema.fields.push_back(Long("new"));
  const Metadata mapped = Map(after, &before);
  EXPECT_EQ(PhysicalName(mapped.schema.fields[0]), "a \"quoted\"");
  EXPECT_EQ(PhysicalName(mapped.schema.fields[1].type.children[0]), "x");
  EXPECT_THAT(PhysicalName(mapped.schema.fields[2]), StartsWith("col-"));
  EXPECT_TRUE(CheckMapping(before, mapped, true));
}

TEST_F(ColumnMappingTest, IdsAreNeverUsedTwice) {
  const Metadata first = Map(Mapped({Long("a"), Long("b")}));
  Metadata dropped = first;
  dropped.schema.fields.pop_back();
  const Metadata second = Map(dropped, &first);
  Metadata added = second;
  added.schema.fields.push_back(Long("b"));
  const Metadata third = Map(added, &second);
  EXPECT_EQ(FieldId(third.schema.fields[1]), 3);
  EXPECT_NE(PhysicalName(third.schema.fields[1]), PhysicalName(first.schema.fields[1]));
  // A table that is replaced goes on counting.
  EXPECT_EQ(FieldId(Map(Mapped({Long("c")}), &third).schema.fields[0]), 4);
}

TEST_F(ColumnMappingTest, TablesWithoutMappingAreLeftAlone) {
  const Metadata plain = Map(Mapped({Long("a")}, "none"));
  EXPECT_FALSE(FieldId(plain.schema.fields[0]));
  EXPECT_EQ(plain.properties.count("delta.columnMapping.maxColumnId"), 0U);
}

TEST_F(ColumnMappingTest, WhatFilesWouldContradictIsRefused) {
  const Metadata mapped = Map(Mapped({Long("a"), Long("b")}));
  const auto reason = [&](const Metadata& after) {
    const auto checked = CheckMapping(mapped, after, true);
    return checked ? std::string() : checked.error().message;
  };
  EXPECT_EQ(reason(mapped), "");
  EXPECT_THAT(reason(Mapped({Long("a")}, "none")), HasSubstr("from name to none"));
  EXPECT_TRUE(CheckMapping(mapped, Mapped({Long("a")}, "none"), false)) << "no file is left";
  EXPECT_THAT(reason(Mapped({Long("a")})), HasSubstr("no column mapping"));
  Metadata twice = mapped;
  twice.schema.fields[1].metadata["delta.columnMapping.id"] = "1";
  EXPECT_THAT(reason(twice), HasSubstr("two columns have the id 1"));
  Metadata renamed = mapped;
  renamed.schema.fields[1].metadata["delta.columnMapping.physicalName"] = "\"other\"";
  EXPECT_THAT(reason(renamed), HasSubstr("would change its name in files"));
  Metadata back = mapped;
  back.schema.fields.pop_back();
  back.properties["delta.columnMapping.maxColumnId"] = "1";
  EXPECT_THAT(reason(back), HasSubstr("would go back"));
  Metadata above = mapped;
  above.schema.fields[1].metadata["delta.columnMapping.id"] = "9";
  EXPECT_THAT(reason(above), HasSubstr("is above"));
}

}  // namespace
}  // namespace limno::table::delta
