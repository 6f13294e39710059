#include "engine/file_groups.h"

#include <gmock/gmock.h>

namespace limno::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

LayoutFile File(uint64_t bytes, double deleted_ratio = 0, const std::string& partition = "") {
  LayoutFile file;
  file.bytes = bytes;
  file.deleted_ratio = deleted_ratio;
  file.partition = partition;
  return file;
}

LayoutFile Ordered(uint64_t bytes, const std::string& id, const std::string& column = "a",
                   bool clustered = true) {
  LayoutFile file = File(bytes);
  file.order = table::FileOrder{id, {column}, clustered};
  return file;
}

constexpr CompactionRule kCompaction{100, 75, 0.05, false};

TEST(ChooseToCompact, JoinsSmallFilesOfOnePartition) {
  EXPECT_THAT(ChooseToCompact({File(10), File(20), File(80), File(30)}, kCompaction),
              ElementsAre(ElementsAre(0, 1, 3)));
  EXPECT_THAT(ChooseToCompact({File(10, 0, "x"), File(20, 0, "y"), File(30, 0, "x")}, kCompaction),
              ElementsAre(ElementsAre(0, 2)));
}

TEST(ChooseToCompact, LeavesWhatWouldNotBecomeFewer) {
  EXPECT_THAT(ChooseToCompact({}, kCompaction), IsEmpty());
  EXPECT_THAT(ChooseToCompact({File(10)}, kCompaction), IsEmpty());
  EXPECT_THAT(ChooseToCompact({File(70), File(70)}, kCompaction), IsEmpty());
  EXPECT_THAT(ChooseToCompact({File(70), File(70), File(70), File(70)}, kCompaction),
              ElementsAre(ElementsAre(0, 1, 2, 3)));
}

TEST(ChooseToCompact, PurgesFilesOfManyDeletedRowsBeTheyAlone) {
  EXPECT_THAT(ChooseToCompact({File(1000, 0.04), File(1000, 0.06)}, kCompaction),
              ElementsAre(ElementsAre(1)));
  // What is left of it takes the small ones along.
  EXPECT_THAT(ChooseToCompact({File(1000, 0.99), File(20)}, kCompaction),
              ElementsAre(ElementsAre(0, 1)));
}

TEST(ChooseToCompact, FullTakesAll) {
  CompactionRule rule = kCompaction;
  rule.full = true;
  EXPECT_THAT(ChooseToCompact({File(1000), File(100)}, rule), ElementsAre(ElementsAre(0, 1)));
  EXPECT_THAT(ChooseToCompact({File(10)}, rule), ElementsAre(ElementsAre(0)));
}

TEST(ChooseToCompact, KeepsTheOrderOfTime) {
  std::vector<LayoutFile> files{File(10), File(10), File(10)};
  files[0].modified_millis = 3;
  files[1].modified_millis = 2;
  files[2].modified_millis = 2;
  files[1].path = "b";
  files[2].path = "a";
  EXPECT_THAT(ChooseToCompact(files, kCompaction), ElementsAre(ElementsAre(2, 1, 0)));
}

const OrderingRule kClustering{{"a"}, true, 1000, 1500, 0.05, false};

TEST(ChooseToOrder, TakesWhatIsNew) {
  EXPECT_THAT(ChooseToOrder({File(10), File(20)}, kClustering), ElementsAre(ElementsAre(0, 1)));
  EXPECT_THAT(ChooseToOrder({File(10)}, kClustering), ElementsAre(ElementsAre(0)));
  EXPECT_THAT(ChooseToOrder({}, kClustering), IsEmpty());
}

TEST(ChooseToOrder, DoesNotRedoWhatIsOrdered) {
  EXPECT_THAT(ChooseToOrder({Ordered(10, "x"), Ordered(10, "x")}, kClustering), IsEmpty());
  // A run that is much larger stays, one that is not joins.
  EXPECT_THAT(ChooseToOrder({Ordered(90, "x"), File(10)}, kClustering),
              ElementsAre(ElementsAre(1)));
  EXPECT_THAT(ChooseToOrder({Ordered(10, "x"), Ordered(10, "x"), File(10)}, kClustering),
              ElementsAre(UnorderedElementsAre(0, 1, 2)));
  // Each that joins makes room for a larger one.
  EXPECT_THAT(ChooseToOrder({Ordered(60, "big"), Ordered(20, "x"), File(10)}, kClustering),
              ElementsAre(UnorderedElementsAre(0, 1, 2)));
}

TEST(ChooseToOrder, LeavesCompleteRunsAlone) {
  EXPECT_THAT(ChooseToOrder({Ordered(600, "x"), Ordered(400, "x"), File(900)}, kClustering),
              ElementsAre(ElementsAre(2)));
  OrderingRule full = kClustering;
  full.full = true;
  EXPECT_THAT(ChooseToOrder({Ordered(600, "x"), Ordered(400, "x")}, full), IsEmpty());
  EXPECT_THAT(ChooseToOrder({Ordered(90, "x"), Ordered(1, "y")}, full),
              ElementsAre(UnorderedElementsAre(0, 1)));
}

TEST(ChooseToOrder, WhatIsClusteredByOtherColumnsWaitsForFull) {
  LayoutFile foreign = File(10);
  foreign.foreign_clustering = true;
  const std::vector<LayoutFile> files{Ordered(10, "x", "b"), foreign, File(10)};
  EXPECT_THAT(ChooseToOrder(files, kClustering), ElementsAre(ElementsAre(2)));
  OrderingRule full = kClustering;
  full.full = true;
  EXPECT_THAT(ChooseToOrder(files, full), ElementsAre(UnorderedElementsAre(0, 1, 2)));
}

TEST(ChooseToOrder, AZOrderByOtherColumnsIsMadeAnew) {
  OrderingRule rule = kClustering;
  rule.clustered = false;
  EXPECT_THAT(ChooseToOrder({Ordered(10, "x", "b", false)}, rule), ElementsAre(ElementsAre(0)));
  EXPECT_THAT(ChooseToOrder({Ordered(10, "x", "a", false)}, rule), IsEmpty());
  rule.full = true;
  EXPECT_THAT(ChooseToOrder({Ordered(5000, "x", "a", false)}, rule), ElementsAre(ElementsAre(0)));
  // And a Z-order is no clustering.
  EXPECT_THAT(ChooseToOrder({Ordered(10, "x", "a", false)}, kClustering),
              ElementsAre(ElementsAre(0)));
}

TEST(ChooseToOrder, DeletedRowsMakeAFileNew) {
  LayoutFile file = Ordered(100, "x");
  file.deleted_ratio = 0.2;
  EXPECT_THAT(ChooseToOrder({file, Ordered(500, "x")}, kClustering), ElementsAre(ElementsAre(0)));
}

TEST(ChooseToOrder, AGroupHoldsNoMoreThanARun) {
  EXPECT_THAT(ChooseToOrder({File(1000), File(600), File(400), File(700)}, kClustering),
              ElementsAre(ElementsAre(0), ElementsAre(1, 2), ElementsAre(3)));
}

TEST(ChooseToOrder, EachPartitionForItself) {
  EXPECT_THAT(ChooseToOrder({File(1, 0, "x"), File(1, 0, "y"), File(1, 0, "x")}, kClustering),
              ElementsAre(ElementsAre(0, 2), ElementsAre(1)));
}

}  // namespace
}  // namespace limno::engine
