#include "table/data_type.h"

#include <gtest/gtest.h>

namespace limno::table {
namespace {

TEST(DataType, HasSparksSimpleNames) {
  EXPECT_EQ(Primitive(TypeKind::kLong).ToString(), "long");
  EXPECT_EQ(Primitive(TypeKind::kTimestampNtz).ToString(), "timestamp_ntz");
  EXPECT_EQ(Decimal(10, 2).ToString(), "decimal(10,2)");
  const DataType nested = StructOf({{"a", Primitive(TypeKind::kInteger), true, {}},
                                    {"b", ArrayOf(Primitive(TypeKind::kString)), true, {}}});
  EXPECT_EQ(nested.ToString(), "struct<a:integer,b:array<string>>");
  EXPECT_EQ(MapOf(Primitive(TypeKind::kDate), nested).ToString(),
            "map<date,struct<a:integer,b:array<string>>>");
}

TEST(DataType, ComparesDeeply) {
  EXPECT_EQ(ArrayOf(Decimal(5, 1)), ArrayOf(Decimal(5, 1)));
  EXPECT_FALSE(ArrayOf(Decimal(5, 1)) == ArrayOf(Decimal(5, 2)));
  EXPECT_FALSE(ArrayOf(Decimal(5, 1)) == ArrayOf(Decimal(5, 1), false));
}

TEST(Schema, FindsExactNamesBeforeOtherSpellings) {
  const Schema schema{{{"ID", Primitive(TypeKind::kLong), true, {}},
                       {"id", Primitive(TypeKind::kString), true, {}}}};
  EXPECT_EQ(schema.IndexOf("id"), 1U);
  EXPECT_EQ(schema.IndexOf("Id"), 0U);
  EXPECT_EQ(schema.Find("other"), nullptr);
}

}  // namespace
}  // namespace limno::table
