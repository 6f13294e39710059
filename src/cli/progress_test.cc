#include "cli/progress.h"

#include <gtest/gtest.h>

namespace limno::cli {
namespace {

TEST(FormatProgress, ShowsBarRateAndTimeLeft) {
  Progress progress;
  progress.step = "load flights";
  progress.rows = 123456;
  progress.bytes_done = 5'000'000;
  progress.bytes_total = 10'000'000;
  EXPECT_EQ(FormatProgress(progress, 2000, 0, false),
            "load flights  ##########..........  50%  123,456 rows  5.0 MB  2.5 MB/s  2.0 s left");
}

TEST(FormatProgress, SaysWhatItKnows) {
  Progress progress;
  progress.step = "silver.flights";
  EXPECT_EQ(FormatProgress(progress, 3000, 0, true), "silver.flights  3.0 s");
  progress.percent = 10;
  EXPECT_EQ(FormatProgress(progress, 3000, 0, false),
            "silver.flights  ##..................  10%  27 s left");
  EXPECT_EQ(FormatProgress(progress, 3000, 10, false), "silver.fl…");
}

TEST(FormatBytes, TakesTheFittingUnit) {
  EXPECT_EQ(FormatBytes(0), "0 B");
  EXPECT_EQ(FormatBytes(999), "999 B");
  EXPECT_EQ(FormatBytes(1500), "1.5 kB");
  EXPECT_EQ(FormatBytes(999'999), "1.0 MB");
}

TEST(FormatDuration, TakesTheFittingUnit) {
  EXPECT_EQ(FormatDuration(0.04), "0.0 s");
  EXPECT_EQ(FormatDuration(59.6), "60 s");
  EXPECT_EQ(FormatDuration(125), "2 min 5 s");
  EXPECT_EQ(FormatDuration(7500), "2 h 5 min");
}

}  // namespace
}  // namespace limno::cli
