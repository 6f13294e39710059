#include "engine/glob_pattern.h"

#include <gtest/gtest.h>

namespace limno::engine {
namespace {

TEST(MatchesGlob, StaysWithinNames) {
  EXPECT_TRUE(MatchesGlob("*.csv", "a.csv"));
  EXPECT_FALSE(MatchesGlob("*.csv", "x/a.csv"));
  EXPECT_FALSE(MatchesGlob("*.csv", "a.csv.gz"));
  EXPECT_TRUE(MatchesGlob("x/?.csv", "x/a.csv"));
  EXPECT_FALSE(MatchesGlob("x?a.csv", "x/a.csv"));
  EXPECT_TRUE(MatchesGlob("", ""));
  EXPECT_FALSE(MatchesGlob("a", ""));
}

TEST(MatchesGlob, TwoStarsCrossFolders) {
  EXPECT_TRUE(MatchesGlob("**/a.csv", "a.csv"));
  EXPECT_TRUE(MatchesGlob("**/a.csv", "x/y/a.csv"));
  EXPECT_FALSE(MatchesGlob("**/a.csv", "x/y/ba.csv"));
  EXPECT_TRUE(MatchesGlob("x/**/*.csv", "x/y/z/a.csv"));
}

TEST(MatchesGlob, ClassesAndAlternatives) {
  EXPECT_TRUE(MatchesGlob("folder1/file_[a-g].csv", "folder1/file_g.csv"));
  EXPECT_FALSE(MatchesGlob("folder1/file_[a-g].csv", "folder1/file_h.csv"));
  EXPECT_TRUE(MatchesGlob("[^a-c]x", "dx"));
  EXPECT_FALSE(MatchesGlob("[^a-c]x", "bx"));
  EXPECT_FALSE(MatchesGlob("a[^x]b", "a/b"));
  EXPECT_TRUE(MatchesGlob("[]a]", "]"));
  EXPECT_TRUE(MatchesGlob("[a-]", "-"));
  EXPECT_TRUE(MatchesGlob("{a,b{1,2}}.{csv,json}", "b2.json"));
  EXPECT_FALSE(MatchesGlob("{a,b{1,2}}.csv", "b3.csv"));
  EXPECT_TRUE(MatchesGlob("{a,}x", "x"));
}

TEST(MatchesGlob, WhatHasNoEndIsItself) {
  EXPECT_TRUE(MatchesGlob("a[b", "a[b"));
  EXPECT_TRUE(MatchesGlob("a{b", "a{b"));
  EXPECT_TRUE(MatchesGlob("a\\*b", "a*b"));
  EXPECT_FALSE(MatchesGlob("a\\*b", "axb"));
}

TEST(MatchesGlob, AFolderStandsForWhatIsBelowIt) {
  EXPECT_TRUE(MatchesGlob("2024-*", "2024-05/x/a.csv"));
  EXPECT_TRUE(MatchesGlob("2024-*/", "2024-05/a.csv"));
  EXPECT_FALSE(MatchesGlob("2024", "2024-05/a.csv"));
}

TEST(FixedPart, EndsBeforeTheFirstWildcard) {
  EXPECT_EQ(FixedPart("/data/x/*.csv"), "/data/x/");
  EXPECT_EQ(FixedPart("/data/year=202?/a"), "/data/");
  EXPECT_EQ(FixedPart("/data/a.csv"), "/data/a.csv");
  EXPECT_EQ(FixedPart("*.csv"), "");
  EXPECT_EQ(FixedPart("{a,b}/c"), "");
}

}  // namespace
}  // namespace limno::engine
