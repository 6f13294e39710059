#include "table/delta/partition_path.h"

#include <gmock/gmock.h>

#include "storage/object_store.h"
#include "storage/testing/result_matchers.h"

namespace limno::table::delta {
namespace {

using storage::Fails;

std::string Format(const DataType& type, std::string_view text) {
  const Result<std::optional<std::string>> formatted = FormatPartitionValue(type, text);
  if (!formatted) {
    return "refused";
  }
  return formatted->value_or("null");
}

TEST(PartitionPathTest, FoldersArePlainAscii) {
  EXPECT_EQ(PartitionFolder({}), "");
  EXPECT_EQ(PartitionFolder({{"p", "a b"}}), "p=a%20b/");
  EXPECT_EQ(PartitionFolder({{"p", "a/b"}, {"q", "50%25"}}), "p=a%2Fb/q=50%2525/");
  EXPECT_EQ(PartitionFolder({{"p", "\xc3\xa4"}}), "p=%C3%A4/");
  EXPECT_EQ(PartitionFolder({{"p", "2024-01-02 03:04:05.5"}}), "p=2024-01-02%2003%3A04%3A05.5/");
  EXPECT_EQ(PartitionFolder({{"p", std::nullopt}}), "p=__HIVE_DEFAULT_PARTITION__/");
  EXPECT_EQ(PartitionFolder({{"p", ""}}), "p=__HIVE_DEFAULT_PARTITION__/");
}

TEST(PartitionPathTest, ColumnNamesAreEscapedAsHiveDoes) {
  EXPECT_EQ(PartitionFolder({{"per%cent", "1"}}), "per%25cent=1/");
  EXPECT_EQ(PartitionFolder({{"a b", "1"}}), "a b=1/");
  EXPECT_EQ(PartitionFolder({{"a/b=c", "1"}}), "a%2Fb%3Dc=1/");
}

TEST(PartitionPathTest, DotsAloneAreNoFolders) {
  // A value of ".." must not lead out of the folder: the name holds more than the dots.
  EXPECT_EQ(PartitionFolder({{"p", ".."}}), "p=../");
  base::Random random(1);
  EXPECT_TRUE(storage::CheckKey(NewDataFileKey({{"p", ".."}}, random)));
}

TEST(PartitionPathTest, ValuesTooLongForAFolderHaveNone) {
  base::Random random(1);
  const std::string umlauts(84, '\xe4');
  EXPECT_THAT(NewDataFileKey({{"p", umlauts}}, random), testing::StartsWith("p=%E4%E4"));
  EXPECT_THAT(NewDataFileKey({{"p", umlauts + "\xe4"}}, random), testing::StartsWith("part-"));
  const std::string letters(250, 'a');
  EXPECT_THAT(
      NewDataFileKey({{"p", letters}, {"q", letters}, {"r", letters}, {"s", letters}}, random),
      testing::StartsWith("part-"));
}

TEST(PartitionPathTest, KeysDiffer) {
  base::Random random(1);
  const std::string key = NewDataFileKey({{"p", "x"}}, random);
  EXPECT_THAT(key, testing::MatchesRegex("p=x/part-[0-9a-f-]{36}\\.parquet"));
  EXPECT_NE(key, NewDataFileKey({{"p", "x"}}, random));
}

TEST(PartitionPathTest, ValuesHaveOneText) {
  EXPECT_EQ(Format(Primitive(TypeKind::kString), "A"), "A");
  EXPECT_EQ(Format(Primitive(TypeKind::kString), ""), "null");
  EXPECT_EQ(Format(Primitive(TypeKind::kBoolean), "True"), "true");
  EXPECT_EQ(Format(Primitive(TypeKind::kInteger), "+5"), "5");
  EXPECT_EQ(Format(Primitive(TypeKind::kInteger), "2147483648"), "refused");
  EXPECT_EQ(Format(Primitive(TypeKind::kByte), "-129"), "refused");
  EXPECT_EQ(Format(Primitive(TypeKind::kLong), "-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(Format(Primitive(TypeKind::kDate), "2024-01-02"), "2024-01-02");
  EXPECT_EQ(Format(Primitive(TypeKind::kDate), "2024-13-02"), "refused");
  EXPECT_EQ(Format(Primitive(TypeKind::kTimestamp), "2024-01-02 03:04:05.678901"),
            "2024-01-02T03:04:05.678901Z");
  EXPECT_EQ(Format(Primitive(TypeKind::kTimestampNtz), "2024-01-02T03:04:05"),
            "2024-01-02 03:04:05.000000");
  EXPECT_EQ(Format(Primitive(TypeKind::kDouble), "nan"), "NaN");
  EXPECT_EQ(Format(Primitive(TypeKind::kDouble), "-inf"), "-Infinity");
  EXPECT_EQ(Format(Primitive(TypeKind::kDouble), "3"), "3.0");
  EXPECT_EQ(Format(ArrayOf(Primitive(TypeKind::kLong)), "[]"), "refused");
}

TEST(PartitionPathTest, DecimalsHaveExactlyTheirScale) {
  EXPECT_EQ(Format(Decimal(10, 3), "1.5"), "1.500");
  EXPECT_EQ(Format(Decimal(10, 3), "-0.001"), "-0.001");
  EXPECT_EQ(Format(Decimal(10, 3), "-0.000"), "0.000");
  EXPECT_EQ(Format(Decimal(10, 3), "007"), "7.000");
  EXPECT_EQ(Format(Decimal(10, 3), "1.50000"), "1.500");
  EXPECT_EQ(Format(Decimal(10, 3), "1.5001"), "refused");
  EXPECT_EQ(Format(Decimal(3, 0), "1000"), "refused");
  EXPECT_EQ(Format(Decimal(38, 0), "99999999999999999999999999999999999999"),
            "99999999999999999999999999999999999999");
  EXPECT_EQ(Format(Decimal(10, 3), "1E+2"), "refused");
  EXPECT_EQ(Format(Decimal(10, 3), "."), "refused");
}

TEST(PartitionPathTest, RefusalNamesValueAndType) {
  const auto refused = FormatPartitionValue(Primitive(TypeKind::kInteger), "x");
  ASSERT_THAT(refused, Fails(ErrorKind::kRefused));
  EXPECT_THAT(refused.error().message, testing::HasSubstr("'x'"));
  EXPECT_THAT(refused.error().message, testing::HasSubstr("integer"));
}

}  // namespace
}  // namespace limno::table::delta
