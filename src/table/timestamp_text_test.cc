#include "table/timestamp_text.h"

#include <gmock/gmock.h>

#include <random>

namespace limno::table {
namespace {

int64_t MicrosOf(std::string_view text) {
  const std::optional<ParsedTimestamp> parsed = ParseTimestamp(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? parsed->micros : -1;
}

TEST(TimestampTextTest, ReadsTheSpellingsOfOtherWriters) {
  EXPECT_EQ(MicrosOf("1970-01-01"), 0);
  EXPECT_EQ(MicrosOf("1970-01-01 00:00:01"), 1'000'000);
  EXPECT_EQ(MicrosOf("1970-01-01T00:00:00.5Z"), 500'000);
  EXPECT_EQ(MicrosOf("1969-12-31 23:59:59.999999"), -1);
  EXPECT_EQ(MicrosOf("2000-01-01T00:00:00.000-08:00"), MicrosOf("2000-01-01 08:00:00"));
  EXPECT_EQ(MicrosOf("2000-01-01T05:30:00+05:30"), MicrosOf("2000-01-01 00:00:00"));
  EXPECT_EQ(MicrosOf("2000-01-01T05:30:00+0530"), MicrosOf("2000-01-01 00:00:00"));
}

TEST(TimestampTextTest, SaysWhatWasCut) {
  EXPECT_EQ(ParseTimestamp("2020-01-01 00:00:00.123")->fraction_digits, 3);
  EXPECT_FALSE(ParseTimestamp("2020-01-01 00:00:00.123456000")->truncated);
  EXPECT_TRUE(ParseTimestamp("2020-01-01 00:00:00.123456001")->truncated);
}

TEST(TimestampTextTest, RefusesWhatIsNoTimestamp) {
  for (const char* text :
       {"", "2020", "2020-02-30", "0000-01-01", "20200101", "2020-01-01 24:00:00",
        "2020-01-01 00:60:00", "2020-01-01 00:00", "2020-01-01 00:00:00.1x", "2020-01-01x",
        "10000-01-01", "2020-01-01 00:00:00 UTC", "-001-01-01", "2020-1-1"}) {
    EXPECT_FALSE(ParseTimestamp(text)) << text;
  }
  EXPECT_FALSE(IsDate("2021-02-29"));
  EXPECT_FALSE(IsDate("2021-02-28 00:00:00"));
  EXPECT_TRUE(IsDate("9999-12-31"));
}

TEST(TimestampTextTest, GoesThereAndBack) {
  std::mt19937_64 random(7);
  const int64_t first = MicrosOf("0001-01-01");
  const int64_t last = LastTimestampMicros();
  EXPECT_EQ(*FormatTimestamp(last, ' ', 6), "9999-12-31 23:59:59.999999");
  EXPECT_FALSE(FormatTimestamp(last + 1, ' ', 6));
  EXPECT_FALSE(FormatTimestamp(first - 1, ' ', 6));
  for (int round = 0; round < 5000; ++round) {
    const int64_t micros =
        first + static_cast<int64_t>(random() % static_cast<uint64_t>(last - first + 1));
    ASSERT_EQ(MicrosOf(*FormatTimestamp(micros, 'T', 6)), micros);
  }
}

}  // namespace
}  // namespace limno::table
