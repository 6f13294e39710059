#include "table/delta/row_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "table/column_annotations.h"

namespace limno::table::delta {
namespace {

using ::testing::HasSubstr;

TEST(RowRules, AreFoundWhereverATableKeepsThem) {
  Metadata metadata;
  metadata.properties["delta.constraints.positive"] = "a > 0";
  metadata.properties["delta.appendOnly"] = "true";
  metadata.schema.fields = {
      {"a",
       Primitive(TypeKind::kLong),
       true,
       {{"delta.invariants", R"("{\"expression\":{\"expression\":\"a < 9\"}}")"}}},
      {"b", Primitive(TypeKind::kLong), true, {{"delta.generationExpression", R"("a + 1")"}}}};
  const auto rules = RowRulesOf(metadata);
  ASSERT_TRUE(rules);
  ASSERT_EQ(rules->size(), 3U);
  EXPECT_EQ((*rules)[0].name, "positive");
  EXPECT_EQ((*rules)[0].expression, "a > 0");
  EXPECT_EQ((*rules)[1].expression, "a < 9");
  EXPECT_EQ((*rules)[1].kind, RowRule::Kind::kCheck);
  EXPECT_EQ((*rules)[2].kind, RowRule::Kind::kGenerated);
  EXPECT_EQ((*rules)[2].name, "b");
  EXPECT_EQ((*rules)[2].expression, "a + 1");
}

TEST(RowRules, LengthsThatSparkDeclaresHold) {
  const auto declared = [](const std::string& type) {
    Field field{"a`b", Primitive(TypeKind::kString), true, {}};
    AnnotateText(field, "__CHAR_VARCHAR_TYPE_STRING", type);
    Metadata metadata;
    metadata.schema.fields = {field};
    return *RowRulesOf(metadata);
  };
  ASSERT_EQ(declared("varchar(8)").size(), 1U);
  EXPECT_EQ(declared("varchar(8)")[0].expression, "`a``b` is null or char_length(`a``b`) <= 8");
  EXPECT_EQ(declared("char(5)")[0].name, "char(5) of a`b");
  EXPECT_TRUE(declared("array<varchar(8)>").empty());
  EXPECT_TRUE(declared("varchar(").empty());
  EXPECT_TRUE(declared("varchar(8").empty());
}

TEST(RowRules, WhatCannotBeUnderstoodIsNotIgnored) {
  Metadata metadata;
  metadata.schema.fields = {
      {"a", Primitive(TypeKind::kLong), true, {{"delta.invariants", R"("a > 0")"}}}};
  EXPECT_THAT(RowRulesOf(metadata).error().message, HasSubstr("invariant of column a"));
  Field inner{"x", Primitive(TypeKind::kLong), true, {{"delta.invariants", "\"\""}}};
  metadata.schema.fields = {{"s", StructOf({inner}), true, {}}};
  EXPECT_EQ(RowRulesOf(metadata).error().kind, ErrorKind::kUnsupported);
  EXPECT_EQ(RowRulesOf(metadata).error().where, "s.x");
}

}  // namespace
}  // namespace limno::table::delta
