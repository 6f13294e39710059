#include "engine/partition_folders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace limno::engine {
namespace {

using testing::ElementsAre;
using testing::Pair;

using Text = std::optional<std::string>;

TEST(FolderValues, DecodesWhatIsEscaped) {
  EXPECT_THAT(FolderValues("a=1/b=x y/f.parquet"),
              ElementsAre(Pair("a", Text("1")), Pair("b", Text("x y"))));
  EXPECT_THAT(FolderValues("in/a%3D=x%2Fy%3D%25/q/b==/f=g.parquet"),
              ElementsAre(Pair("a=", Text("x/y=%")), Pair("b", Text("="))));
  // Not every '%' begins an escape.
  EXPECT_THAT(FolderValues("a=50%/b=%zz%4/c=%%41/f"),
              ElementsAre(Pair("a", Text("50%")), Pair("b", Text("%zz%4")), Pair("c", Text("%A"))));
  EXPECT_THAT(FolderValues("a=__HIVE_DEFAULT_PARTITION__/b=/f"),
              ElementsAre(Pair("a", Text()), Pair("b", Text())));
  EXPECT_THAT(FolderValues("=1/x/f"), ElementsAre());
}

TEST(IsHiddenKey, LooksAtEverySegment) {
  for (const char* hidden : {"_SUCCESS", "a/.x.crc", "_tmp/f.parquet", "a=1/_x/f", ".a=1/f"}) {
    EXPECT_TRUE(IsHiddenKey(hidden)) << hidden;
  }
  for (const char* visible : {"f.parquet", "a=_1/f", "_a=1/f", "a/b_/f", "_a=1.parquet"}) {
    EXPECT_FALSE(IsHiddenKey(visible)) << visible;
  }
}

TEST(MatchFolders, WantsExactlyTheColumns) {
  EXPECT_THAT(*MatchFolders("A=1/x/B=2/f", {"a", "b"}),
              ElementsAre(Pair("a", Text("1")), Pair("b", Text("2"))));
  for (const char* key : {"b=1/a=2/f", "a=1/f", "f", "a=1/b=2/c=3/f"}) {
    const auto matched = MatchFolders(key, {"a", "b"});
    ASSERT_FALSE(matched) << key;
    EXPECT_EQ(matched.error().where, key);
  }
}

TEST(PartitionTypeGuess, TakesTheNarrowestTypeThatHoldsAll) {
  PartitionTypeGuess guess;
  guess.Add({{"i", "-3"},
             {"l", "1"},
             {"d", "2024-02-29"},
             {"z", "7"},
             {"n", std::nullopt},
             {"x y", "a"}});
  guess.Add({{"i", std::nullopt},
             {"l", "3000000000"},
             {"d", "2024-01-01"},
             {"z", "007"},
             {"n", std::nullopt},
             {"x y", "1"}});
  EXPECT_EQ(guess.ToSql(), "(i INT, l BIGINT, d DATE, z STRING, n STRING, \"x y\" STRING)");
  PartitionTypeGuess dates;
  dates.Add({{"d", "2024-02-29"}});
  dates.Add({{"d", "2023-02-29"}});
  EXPECT_EQ(dates.ToSql(), "(d STRING)");
}

}  // namespace
}  // namespace limno::engine
