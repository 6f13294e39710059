#include "table/delta/statistics_json.h"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "table/timestamp_text.h"

namespace limno::table::delta {
namespace {

using testing::HasSubstr;
using testing::Not;

Field Column(const std::string& name, DataType type) { return {name, std::move(type), true, {}}; }

Metadata TableOf(std::vector<Field> fields) {
  Metadata metadata;
  metadata.schema.fields = std::move(fields);
  return metadata;
}

FileStatistics One(const std::string& name, const std::string& min, const std::string& max) {
  FileStatistics statistics;
  statistics.row_count = 10;
  statistics.columns.push_back({{name}, min, max, 1, false, true});
  return statistics;
}

std::string Bounds(DataType type, const std::string& min, const std::string& max) {
  return FormatStatistics(One("c", min, max), TableOf({Column("c", std::move(type))}));
}

TEST(StatisticsJsonTest, StatesWhatIsKnown) {
  EXPECT_EQ(Bounds(Primitive(TypeKind::kLong), "-3", "12"),
            R"({"numRecords":10,"minValues":{"c":-3},"maxValues":{"c":12},)"
            R"("nullCount":{"c":1},"tightBounds":true})");
  EXPECT_EQ(FormatStatistics({}, TableOf({})),
            R"({"minValues":{},"maxValues":{},"nullCount":{},"tightBounds":true})");
}

TEST(StatisticsJsonTest, StructsAreNestedAndPartitionColumnsLeftOut) {
  Metadata metadata = TableOf(
      {Column("p", Primitive(TypeKind::kLong)),
       Column("s", StructOf({Column("x", Primitive(TypeKind::kLong)),
                             Column("t", StructOf({Column("y", Primitive(TypeKind::kString))}))})),
       Column("l", ArrayOf(Primitive(TypeKind::kLong)))});
  metadata.partition_columns = {"p"};
  FileStatistics statistics;
  statistics.columns = {{{"l"}, "1", "2", 3, false, true},
                        {{"p"}, "1", "2", 0, false, true},
                        {{"s", "t", "y"}, "a", "b", 4, false, true},
                        {{"s", "x"}, "1", "2", 5, false, true}};
  EXPECT_EQ(FormatStatistics(statistics, metadata),
            R"({"minValues":{"s":{"x":1,"t":{"y":"a"}}},"maxValues":{"s":{"x":2,"t":{"y":"b"}}},)"
            R"("nullCount":{"s":{"x":5,"t":{"y":4}},"l":3},"tightBounds":true})");
}

TEST(StatisticsJsonTest, ThirtyTwoLeavesUnlessToldOtherwise) {
  std::vector<Field> fields;
  FileStatistics statistics;
  for (int index = 0; index < 40; ++index) {
    fields.push_back(Column("c" + std::to_string(index), Primitive(TypeKind::kLong)));
    statistics.columns.push_back({{fields.back().name}, "1", "2", 0, false, true});
  }
  Metadata metadata = TableOf(fields);
  EXPECT_THAT(FormatStatistics(statistics, metadata), HasSubstr("\"c31\""));
  EXPECT_THAT(FormatStatistics(statistics, metadata), Not(HasSubstr("\"c32\"")));
  metadata.properties["delta.dataSkippingNumIndexedCols"] = "-1";
  EXPECT_THAT(FormatStatistics(statistics, metadata), HasSubstr("\"c39\""));
  metadata.properties["delta.dataSkippingNumIndexedCols"] = "0";
  EXPECT_THAT(FormatStatistics(statistics, metadata), Not(HasSubstr("\"c0\"")));
  metadata.properties["delta.dataSkippingStatsColumns"] = "c39, `c7`";
  EXPECT_THAT(FormatStatistics(statistics, metadata), HasSubstr(R"("minValues":{"c7":1,"c39":1})"));
}

TEST(StatisticsJsonTest, NoBoundsForTypesThatSparkLeavesOut) {
  EXPECT_THAT(Bounds(Primitive(TypeKind::kBoolean), "false", "true"),
              HasSubstr(R"("minValues":{})"));
  EXPECT_THAT(Bounds(Primitive(TypeKind::kBinary), "a", "b"), HasSubstr(R"("maxValues":{})"));
}

TEST(StatisticsJsonTest, DecimalsAreExactNumbers) {
  EXPECT_THAT(Bounds(Decimal(38, 10), "-12345678901234567890.1234567890", "1.50"),
              HasSubstr(R"("minValues":{"c":-12345678901234567890.1234567890})"));
  EXPECT_THAT(Bounds(Decimal(10, 2), "1e2", "1.50"), HasSubstr(R"("minValues":{})"));
}

TEST(StatisticsJsonTest, FloatsWithoutNanAndWithBothZeros) {
  EXPECT_THAT(Bounds(Primitive(TypeKind::kDouble), "0", "1.5e300"),
              HasSubstr(R"("minValues":{"c":-0.0},"maxValues":{"c":1.5e300})"));
  EXPECT_THAT(Bounds(Primitive(TypeKind::kDouble), "-7", "-0.0"),
              HasSubstr(R"("minValues":{"c":-7.0},"maxValues":{"c":0.0})"));
  EXPECT_THAT(Bounds(Primitive(TypeKind::kDouble), "-inf", "nan"),
              HasSubstr(R"("minValues":{},"maxValues":{})"));
  FileStatistics statistics = One("c", "1", "2");
  statistics.columns[0].has_nan = true;
  EXPECT_THAT(FormatStatistics(statistics, TableOf({Column("c", Primitive(TypeKind::kDouble))})),
              HasSubstr(R"("minValues":{},"maxValues":{},"nullCount":{"c":1})"));
}

TEST(StatisticsJsonTest, TimestampsAreMovedOutwardToMilliseconds) {
  EXPECT_THAT(Bounds(Primitive(TypeKind::kTimestamp), "2024-01-02 03:04:05.678901",
                     "2024-01-02 03:04:05.678901"),
              HasSubstr(R"("minValues":{"c":"2024-01-02T03:04:05.678Z"},)"
                        R"("maxValues":{"c":"2024-01-02T03:04:05.679Z"})"));
  EXPECT_THAT(Bounds(Primitive(TypeKind::kTimestampNtz), "1969-12-31 23:59:59.999999",
                     "9999-12-31 23:59:59.999999"),
              HasSubstr(R"("minValues":{"c":"1969-12-31T23:59:59.999"},)"
                        R"("maxValues":{"c":"9999-12-31T23:59:59.999"})"));
  EXPECT_THAT(Bounds(Primitive(TypeKind::kTimestamp), "0044-03-15 (BC) 00:00:00", "infinity"),
              HasSubstr(R"("minValues":{},"maxValues":{})"));
}

TEST(StatisticsJsonTest, StringsAreCutBySparksRule) {
  const std::string prefix(32, 'a');
  EXPECT_THAT(Bounds(Primitive(TypeKind::kString), prefix, prefix),
              HasSubstr("\"maxValues\":{\"c\":\"" + prefix + "\"}"));
  EXPECT_THAT(Bounds(Primitive(TypeKind::kString), prefix + "b", prefix + "b"),
              HasSubstr("\"minValues\":{\"c\":\"" + prefix + "\"},\"maxValues\":{\"c\":\"" +
                        prefix + "\x7f\"}"));
  EXPECT_THAT(Bounds(Primitive(TypeKind::kString), "a", prefix + "\xc3\xa4"),
              HasSubstr("\"maxValues\":{\"c\":\"" + prefix + "\xf4\x8f\xbf\xbf\"}"));
  // The greatest of all characters cannot be exceeded: the cut moves on to the next one.
  EXPECT_THAT(Bounds(Primitive(TypeKind::kString), "a", prefix + "\xf4\x8f\xbf\xbf" + "bc"),
              HasSubstr(prefix + "\xf4\x8f\xbf\xbf\x7f\""));
  std::string greatest;
  for (int index = 0; index < 80; ++index) {
    greatest += "\xf4\x8f\xbf\xbf";
  }
  EXPECT_THAT(Bounds(Primitive(TypeKind::kString), "a", greatest), HasSubstr(R"("maxValues":{})"));
  EXPECT_THAT(Bounds(Primitive(TypeKind::kString), "\xff", "\xff"), HasSubstr(R"("minValues":{})"));
}

TEST(StatisticsJsonTest, CutStringsStayBounds) {
  std::mt19937_64 random(11);
  const Metadata metadata = TableOf({Column("c", Primitive(TypeKind::kString))});
  const std::vector<std::string> characters = {
      "a", "\x7e", "\x7f", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf",
      "\""};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    const uint64_t length = random() % 90;
    for (uint64_t index = 0; index < length; ++index) {
      text += characters[random() % characters.size()];
    }
    const FileStatistics parsed =
        ParseStatistics(FormatStatistics(One("c", text, text), metadata), metadata.schema);
    const ColumnStatistics* column = parsed.Find("c");
    ASSERT_NE(column, nullptr);
    ASSERT_TRUE(column->min && *column->min <= text);
    ASSERT_TRUE(!column->max || *column->max >= text) << text;
  }
}

TEST(StatisticsJsonTest, TimestampsStayBoundsAndCloseOnes) {
  std::mt19937_64 random(12);
  const Metadata metadata = TableOf({Column("c", Primitive(TypeKind::kTimestamp))});
  for (int round = 0; round < 3000; ++round) {
    // From the year 1 to shortly before the year 10000.
    const int64_t micros =
        static_cast<int64_t>(random() % 315'530'000'000'000'000ULL) - 62'135'596'800'000'000;
    const std::string text = *FormatTimestamp(micros, ' ', 6);
    const FileStatistics parsed =
        ParseStatistics(FormatStatistics(One("c", text, text), metadata), metadata.schema);
    const ColumnStatistics* column = parsed.Find("c");
    ASSERT_LE(*column->min, text);
    ASSERT_GE(*column->max, text);
    ASSERT_LE(ParseTimestamp(*column->max)->micros - micros, 2000);
    ASSERT_FALSE(column->exact);
  }
}

TEST(StatisticsJsonTest, ReadsTheSpellingsOfOtherWriters) {
  Schema schema;
  schema.fields = {Column("n", Primitive(TypeKind::kLong)),
                   Column("d", Decimal(10, 2)),
                   Column("big", Decimal(38, 2)),
                   Column("t", Primitive(TypeKind::kTimestamp)),
                   Column("f", Primitive(TypeKind::kDouble)),
                   Column("s", StructOf({Column("x", Primitive(TypeKind::kDate))}))};
  const FileStatistics parsed = ParseStatistics(
      R"({"numRecords":"3","maxValues":{"n":2.0,"d":"1.5","big":1.5,"unknown":[1],
          "t":"2000-01-01T00:00:00.000-08:00","f":"NaN","s":{"x":"2024-01-02"}},
          "minValues":{"n":1,"f":1.0},"nullCount":{"n":0,"d":9,"s":{"x":2}},"more":{}})",
      schema);
  EXPECT_EQ(parsed.row_count, 3);
  EXPECT_TRUE(parsed.tight_bounds);
  EXPECT_EQ(parsed.Find("n")->max, "2");
  EXPECT_EQ(parsed.Find("n")->min, "1");
  EXPECT_TRUE(parsed.Find("n")->exact);
  EXPECT_EQ(parsed.Find("d")->max, "1.5");
  EXPECT_EQ(parsed.Find("d")->null_count, std::nullopt);
  // Printed as a double: a value of 38 digits may have been rounded.
  EXPECT_EQ(parsed.Find("big"), nullptr);
  EXPECT_EQ(parsed.Find("t")->max, "2000-01-01 08:00:00.000999");
  EXPECT_TRUE(parsed.Find("f")->has_nan);
  EXPECT_EQ(parsed.Find("f")->min, std::nullopt);
  const ColumnStatistics& nested = parsed.columns[4];
  EXPECT_EQ(nested.path, (std::vector<std::string>{"s", "x"}));
  EXPECT_EQ(nested.max, "2024-01-02");
}

TEST(StatisticsJsonTest, LooseBoundsAreNotExact) {
  const Metadata metadata = TableOf({Column("c", Primitive(TypeKind::kLong))});
  const std::string loose = LoosenStatistics(FormatStatistics(One("c", "1", "2"), metadata), 10);
  const FileStatistics parsed = ParseStatistics(loose, metadata.schema);
  EXPECT_FALSE(parsed.tight_bounds);
  EXPECT_EQ(parsed.Find("c")->max, "2");
  EXPECT_FALSE(parsed.Find("c")->exact);
  FileStatistics inexact = One("c", "1", "2");
  inexact.columns[0].exact = false;
  EXPECT_THAT(FormatStatistics(inexact, metadata), HasSubstr(R"("tightBounds":false)"));
}

TEST(StatisticsJsonTest, OneBoundMayBeKnownAlone) {
  Metadata metadata;
  metadata.schema.fields = {Column("f", Primitive(TypeKind::kDouble))};
  FileStatistics statistics;
  statistics.row_count = 3;
  ColumnStatistics column;
  column.path = {"f"};
  column.min = "1.5";
  statistics.columns = {column};
  EXPECT_EQ(FormatStatistics(statistics, metadata),
            R"({"numRecords":3,"minValues":{"f":1.5},"maxValues":{},"nullCount":{},)"
            R"("tightBounds":true})");
}

TEST(StatisticsJsonTest, LooseningKeepsWhatItDoesNotKnow) {
  EXPECT_EQ(LoosenStatistics(R"({"numRecords":3,"a":{"b":[1,2.50]},"tightBounds":true})", 3),
            R"({"numRecords":3,"a":{"b":[1,2.50]},"tightBounds":false})");
  EXPECT_EQ(LoosenStatistics("", 3), R"({"numRecords":3,"tightBounds":false})");
  EXPECT_EQ(LoosenStatistics(R"({"maxValues":{"x":NaN}})", 3),
            R"({"numRecords":3,"tightBounds":false})");
}

TEST(StatisticsJsonTest, BrokenTextSaysNothing) {
  const Schema schema{{Column("c", Primitive(TypeKind::kLong))}};
  const std::string whole = R"({"numRecords":3,"minValues":{"c":1},"maxValues":{"c":2}})";
  for (size_t length = 0; length < whole.size(); ++length) {
    const FileStatistics parsed = ParseStatistics(whole.substr(0, length), schema);
    EXPECT_EQ(parsed.row_count, std::nullopt) << length;
    EXPECT_TRUE(parsed.columns.empty()) << length;
  }
  for (const char* text : {"[]", "3", "null", R"({"minValues":3})", R"({"minValues":{"c":{}}})",
                           R"({"minValues":{"c":99999999999999999999}})"}) {
    EXPECT_TRUE(ParseStatistics(text, schema).columns.empty()) << text;
  }
}

TEST(StatedRowCount, ReadsEverySpelling) {
  EXPECT_EQ(StatedRowCount(R"({"numRecords":12,"minValues":{}})"), 12);
  EXPECT_EQ(StatedRowCount(R"({"numRecords":0})"), 0);
  EXPECT_EQ(StatedRowCount(R"({"numRecords":3.0})"), 3);
  EXPECT_EQ(StatedRowCount(R"({"numRecords":"4"})"), 4);
  EXPECT_EQ(StatedRowCount(R"({ "minValues": {}, "numRecords" : 5 })"), 5);
  for (const char* unknown :
       {"", "{}", R"({"numRecords":-1})", R"({"numRecords":1.5})",
        R"({"numRecords":99999999999999999999})", R"({"numRecords":7)", R"({"numRecords":null})"}) {
    EXPECT_EQ(StatedRowCount(unknown), std::nullopt) << unknown;
  }
}

}  // namespace
}  // namespace limno::table::delta
