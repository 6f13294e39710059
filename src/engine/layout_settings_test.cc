#include "engine/layout_settings.h"

#include <gtest/gtest.h>

namespace limno::engine {
namespace {

constexpr uint64_t kMegabyte = uint64_t{1} << 20;
constexpr uint64_t kTerabyte = uint64_t{1} << 40;

table::Metadata With(const std::string& property, const std::string& value) {
  table::Metadata metadata;
  metadata.properties[property] = value;
  return metadata;
}

TEST(ParseBytes, TakesUnitsAndRefusesTheRest) {
  EXPECT_EQ(ParseBytes("1048576"), kMegabyte);
  EXPECT_EQ(ParseBytes("64MB"), 64 * kMegabyte);
  EXPECT_EQ(ParseBytes("64 m"), 64 * kMegabyte);
  EXPECT_EQ(ParseBytes("2gb"), 2048 * kMegabyte);
  for (const char* text :
       {"", "mb", "0", "-1", "1.5gb", "1xb", "99999999999999999999", "99999999tb"}) {
    EXPECT_EQ(ParseBytes(text), std::nullopt) << text;
  }
}

TEST(TunedFileBytes, GrowsWithTheTable) {
  const LayoutSettings settings;
  const table::Metadata plain;
  EXPECT_EQ(TunedFileBytes(plain, settings, 0), 256 * kMegabyte);
  EXPECT_EQ(TunedFileBytes(plain, settings, 2 * kTerabyte), 256 * kMegabyte);
  EXPECT_EQ(TunedFileBytes(plain, settings, kTerabyte * 25 / 4), 640 * kMegabyte);
  EXPECT_EQ(TunedFileBytes(plain, settings, 50 * kTerabyte), 1024 * kMegabyte);
}

TEST(TunedFileBytes, PropertyThenSettingThenSize) {
  LayoutSettings settings;
  settings.target_file_bytes = 32 * kMegabyte;
  EXPECT_EQ(TunedFileBytes(With("delta.targetFileSize", "8mb"), settings, 0), 8 * kMegabyte);
  EXPECT_EQ(TunedFileBytes(With("delta.targetFileSize", "much"), settings, 0), 32 * kMegabyte);
  EXPECT_EQ(TunedFileBytes({}, settings, 0), 32 * kMegabyte);
  settings.target_file_bytes.reset();
  EXPECT_EQ(TunedFileBytes(With("delta.tuneFileSizesForRewrites", "true"), settings, 0),
            64 * kMegabyte);
}

TEST(AutoOptimize, TheSettingDecidesThenTheTable) {
  LayoutSettings settings;
  EXPECT_FALSE(AutoCompacts({}, settings));
  EXPECT_TRUE(AutoCompacts(With("delta.autoOptimize.autoCompact", "TRUE"), settings));
  EXPECT_TRUE(AutoCompacts(With("delta.autoOptimize", "true"), settings));
  EXPECT_FALSE(OptimizesWrites(With("delta.autoOptimize.autoCompact", "true"), settings));
  EXPECT_TRUE(OptimizesWrites(With("delta.autoOptimize.optimizeWrite", "true"), settings));
  settings.auto_compact = false;
  EXPECT_FALSE(AutoCompacts(With("delta.autoOptimize.autoCompact", "true"), settings));
  settings.auto_compact = true;
  EXPECT_TRUE(AutoCompacts({}, settings));
}

}  // namespace
}  // namespace limno::engine
