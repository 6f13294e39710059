#include "base/name_match.h"

#include <gtest/gtest.h>

namespace limno::base {
namespace {

const std::vector<std::string> kNames = {"flights", "airports", "planes", "weather"};

TEST(NearestName, FindsTheOneWithAMissingSwappedOrWrongLetter) {
  EXPECT_EQ(NearestName("flihgts", kNames), "flights");
  EXPECT_EQ(NearestName("airport", kNames), "airports");
  EXPECT_EQ(NearestName("Plane", kNames), "planes");
  EXPECT_EQ(NearestName("whether", kNames), "weather");
}

TEST(NearestName, SaysNothingWhenAllAreFarAway) {
  EXPECT_EQ(NearestName("customers", kNames), std::nullopt);
  EXPECT_EQ(NearestName("x", {}), std::nullopt);
  EXPECT_EQ(NearestNameHint("zzz", kNames), "");
}

TEST(NearestName, CountsASwapAsOneError) {
  EXPECT_EQ(NearestName("ab", {"ba"}), "ba");
  EXPECT_EQ(NearestName("ab", {"cd"}), std::nullopt);
}

TEST(NearestName, HintIsAQuestion) {
  EXPECT_EQ(NearestNameHint("plnaes", kNames), "did you mean 'planes'?");
}

TEST(FoldCase, LeavesOtherBytesAlone) { EXPECT_EQ(FoldCase("Ab_Ç9"), "ab_Ç9"); }

}  // namespace
}  // namespace limno::base
