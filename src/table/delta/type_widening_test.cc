#include "table/delta/type_widening.h"

#include <gtest/gtest.h>

#include "storage/testing/result_matchers.h"

namespace limno::table::delta {
namespace {

using storage::Fails;
using storage::IsOk;

Metadata WithColumn(DataType type, bool enabled = true) {
  Metadata metadata;
  metadata.schema.fields.push_back({"a", std::move(type), true, {}});
  if (enabled) {
    metadata.properties["delta.enableTypeWidening"] = "true";
  }
  return metadata;
}

TEST(TypeWidening, FollowsTheProtocolsList) {
  const auto widens = [](TypeKind from, TypeKind to) {
    return IsWidening(Primitive(from), Primitive(to));
  };
  EXPECT_TRUE(widens(TypeKind::kByte, TypeKind::kShort));
  EXPECT_TRUE(widens(TypeKind::kByte, TypeKind::kLong));
  EXPECT_FALSE(widens(TypeKind::kLong, TypeKind::kInteger));
  EXPECT_TRUE(widens(TypeKind::kInteger, TypeKind::kDouble));
  EXPECT_FALSE(widens(TypeKind::kLong, TypeKind::kDouble));
  EXPECT_FALSE(widens(TypeKind::kInteger, TypeKind::kFloat));
  EXPECT_TRUE(widens(TypeKind::kFloat, TypeKind::kDouble));
  EXPECT_TRUE(widens(TypeKind::kDate, TypeKind::kTimestampNtz));
  EXPECT_FALSE(widens(TypeKind::kDate, TypeKind::kTimestamp));
  EXPECT_FALSE(widens(TypeKind::kInteger, TypeKind::kString));
  EXPECT_TRUE(IsWidening(Decimal(10, 2), Decimal(12, 4)));
  EXPECT_FALSE(IsWidening(Decimal(10, 2), Decimal(11, 4)));
  EXPECT_TRUE(IsWidening(Primitive(TypeKind::kInteger), Decimal(10, 0)));
  EXPECT_FALSE(IsWidening(Primitive(TypeKind::kInteger), Decimal(10, 1)));
  EXPECT_FALSE(IsWidening(Primitive(TypeKind::kLong), Decimal(19, 0)));
  EXPECT_TRUE(IsWidening(Primitive(TypeKind::kLong), Decimal(20, 0)));
}

TEST(TypeWidening, NeedsTheProperty) {
  const DataType integer = Primitive(TypeKind::kInteger);
  const DataType wide = Primitive(TypeKind::kLong);
  EXPECT_THAT(CheckTypeChange(WithColumn(integer), integer, wide), IsOk());
  EXPECT_THAT(CheckTypeChange(WithColumn(integer, false), integer, wide),
              Fails(ErrorKind::kRefused));
  EXPECT_THAT(CheckTypeChanges(WithColumn(wide), WithColumn(integer)), Fails(ErrorKind::kRefused));
}

TEST(TypeWidening, NotesWhatFieldsWere) {
  const Metadata before = WithColumn(Primitive(TypeKind::kShort));
  Metadata after = WithColumn(Primitive(TypeKind::kInteger));
  RecordTypeChanges(after, before);
  RecordTypeChanges(after, before);
  const std::string first = R"({"fromType":"short","toType":"integer"})";
  EXPECT_EQ(after.schema.fields[0].metadata["delta.typeChanges"], "[" + first + "]");
  Metadata again = after;
  again.schema.fields[0].type = Primitive(TypeKind::kLong);
  RecordTypeChanges(again, after);
  EXPECT_EQ(again.schema.fields[0].metadata["delta.typeChanges"],
            "[" + first + R"(,{"fromType":"integer","toType":"long"}])");
}

TEST(TypeWidening, NotesThePathWithinTheField) {
  const Metadata before =
      WithColumn(MapOf(Primitive(TypeKind::kShort), ArrayOf(Primitive(TypeKind::kFloat))));
  Metadata after =
      WithColumn(MapOf(Primitive(TypeKind::kLong), ArrayOf(Primitive(TypeKind::kDouble))));
  RecordTypeChanges(after, before);
  EXPECT_EQ(after.schema.fields[0].metadata["delta.typeChanges"],
            R"([{"fieldPath":"key","fromType":"short","toType":"long"},)"
            R"({"fieldPath":"value.element","fromType":"float","toType":"double"}])");
}

}  // namespace
}  // namespace limno::table::delta
