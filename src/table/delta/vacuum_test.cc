#include "table/delta/vacuum.h"

#include <gmock/gmock.h>

#include "storage/testing/result_matchers.h"
#include "table/delta/checkpoint_write.h"
#include "table/delta/deletion_vector_store.h"
#include "table/delta/log_path.h"
#include "table/delta/vacuum_lite.h"
#include "table/testing/table_builder.h"

namespace limno::table::delta {
namespace {

using storage::Fails;
using storage::IsOk;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr int64_t kHour = 3600LL * 1000;
constexpr int64_t kDay = 24 * kHour;

class VacuumTest : public testing::Test {
 protected:
  SnapshotPtr CommitOrFail(const Change& change) {
    const auto outcome = table_.Commit(change);
    EXPECT_THAT(outcome, IsOk());
    return outcome ? outcome->snapshot : nullptr;
  }
  SnapshotPtr TableWith(const std::vector<std::string>& paths, bool partitioned = false) {
    SnapshotPtr snapshot = CommitOrFail(TableBuilder::Create(TableBuilder::Schema(partitioned)));
    std::vector<DataFile> files;
    for (const std::string& path : paths) {
      files.push_back(table_.File(path));
      if (partitioned) {
        files.back().partition_values = {{"p", "x"}};
      }
    }
    return CommitOrFail(TableBuilder::Append(snapshot, files));
  }
  Result<VacuumReport> Vacuum(const SnapshotPtr& snapshot, const VacuumOptions& options = {}) {
    return VacuumTable(table_.environment, std::static_pointer_cast<const DeltaSnapshot>(snapshot),
                       options);
  }
  std::vector<std::string> Removed(const SnapshotPtr& snapshot, const VacuumOptions& options = {}) {
    const auto report = Vacuum(snapshot, options);
    EXPECT_THAT(report, IsOk());
    return report ? report->keys : std::vector<std::string>();
  }
  bool Exists(const std::string& key) { return table_.store->Head(key).has_value(); }

  TableBuilder table_;
};

TEST_F(VacuumTest, TombstonesCountFromTheDeletion) {
  SnapshotPtr snapshot = TableWith({"a.parquet", "b.parquet"});
  table_.clock.Sleep(30 * kDay);
  snapshot = CommitOrFail(TableBuilder::Delete(snapshot, {"a.parquet"}));
  table_.clock.Sleep(7 * kDay);
  EXPECT_THAT(Removed(snapshot), IsEmpty());
  table_.clock.Sleep(1);
  EXPECT_THAT(Removed(snapshot), ElementsAre("a.parquet"));
  EXPECT_FALSE(Exists("a.parquet"));
  EXPECT_TRUE(Exists("b.parquet"));
  EXPECT_THAT(table_.Load(), IsOk());
}

TEST_F(VacuumTest, UncommittedFilesCountFromTheirOwnTime) {
  const SnapshotPtr snapshot = TableWith({"a.parquet"});
  table_.File("staged/old.parquet");
  table_.clock.Sleep(6 * kDay);
  table_.File("young.parquet");
  table_.clock.Sleep(2 * kDay);
  EXPECT_THAT(Removed(snapshot), ElementsAre("staged/old.parquet"));
}

TEST_F(VacuumTest, ADryRunRemovesNothing) {
  const SnapshotPtr snapshot = TableWith({"a.parquet"});
  table_.File("old.parquet");
  table_.clock.Sleep(8 * kDay);
  VacuumOptions options;
  options.dry_run = true;
  const auto report = Vacuum(snapshot, options);
  ASSERT_THAT(report, IsOk());
  EXPECT_THAT(report->keys, ElementsAre("old.parquet"));
  EXPECT_EQ(report->bytes, std::string("data of old.parquet").size());
  EXPECT_TRUE(Exists("old.parquet"));
}

TEST_F(VacuumTest, HiddenNamesStay) {
  const SnapshotPtr snapshot = TableWith({"a.parquet"}, true);
  for (const char* key :
       {"_limno/dev/x.parquet", ".hidden/x.parquet", "v/_tmp/x.parquet", "_file.parquet",
        "_x=1/x.parquet", "_limno/dv/other.txt", "_delta_log/_limno/x.parquet"}) {
    table_.File(key);
  }
  for (const char* key : {"_change_data/c.parquet", "_delta_index/i.parquet", "p=x/y.parquet"}) {
    table_.File(key);
  }
  table_.clock.Sleep(8 * kDay);
  EXPECT_THAT(Removed(snapshot),
              ElementsAre("_change_data/c.parquet", "_delta_index/i.parquet", "p=x/y.parquet"));
}

TEST_F(VacuumTest, PartitionFoldersAreNotHidden) {
  Metadata metadata = TableBuilder::Schema(true);
  metadata.schema.fields[1].name = "_p";
  metadata.partition_columns = {"_p"};
  const SnapshotPtr snapshot = CommitOrFail(TableBuilder::Create(metadata));
  table_.File("_p=x/old.parquet");
  table_.clock.Sleep(8 * kDay);
  EXPECT_THAT(Removed(snapshot), ElementsAre("_p=x/old.parquet"));
}

TEST_F(VacuumTest, OwnVectorsAreCollectedOnceUnreferenced) {
  SnapshotPtr snapshot = TableWith({"a.parquet"});
  for (uint64_t row = 0; row < 2; ++row) {
    RowSet rows;
    rows.Add(row);
    const DataFilePtr file = snapshot->files.ToVector()[0];
    Change change;
    change.base = snapshot;
    change.operation.name = "DELETE";
    change.removed = {file};
    change.added = *WriteDeletionVectors(table_.environment, snapshot->metadata, {{file, rows}});
    snapshot = CommitOrFail(change);
  }
  ASSERT_EQ(table_.store->List("_limno/dv/")->objects.size(), 2U);
  table_.clock.Sleep(7 * kDay);
  EXPECT_THAT(Removed(snapshot), IsEmpty());
  table_.clock.Sleep(1);
  EXPECT_EQ(Removed(snapshot).size(), 1U);
  EXPECT_THAT(ReadDeletionVector(*table_.store, *snapshot->files.ToVector()[0]->deletion_vector),
              IsOk());
}

TEST_F(VacuumTest, ShortRetentionsAreRefusedUnlessAllowed) {
  const SnapshotPtr snapshot = TableWith({"a.parquet"});
  table_.File("staged.parquet");
  table_.clock.Sleep(kHour);
  VacuumOptions options;
  options.retention_millis = 0;
  EXPECT_THAT(Vacuum(snapshot, options), Fails(ErrorKind::kRefused));
  options.retention_millis = 7 * kDay - 1;
  EXPECT_THAT(Vacuum(snapshot, options), Fails(ErrorKind::kRefused));
  options.retention_millis = -1;
  EXPECT_THAT(Vacuum(snapshot, options), Fails(ErrorKind::kUsage));
  options.retention_millis = 7 * kDay;
  EXPECT_THAT(Removed(snapshot, options), IsEmpty());
  options.retention_millis = 0;
  options.allow_short_retention = true;
  EXPECT_THAT(Removed(snapshot, options), ElementsAre("staged.parquet"));
}

TEST_F(VacuumTest, TheTablesOwnRetentionHolds) {
  Metadata metadata = TableBuilder::Schema();
  metadata.properties["delta.deletedFileRetentionDuration"] = "interval 30 days";
  const SnapshotPtr snapshot = CommitOrFail(TableBuilder::Create(metadata));
  table_.File("old.parquet");
  table_.clock.Sleep(20 * kDay);
  EXPECT_THAT(Removed(snapshot), IsEmpty());
  VacuumOptions options;
  options.retention_millis = 10 * kDay;
  EXPECT_THAT(Vacuum(snapshot, options), Fails(ErrorKind::kRefused));
}

TEST_F(VacuumTest, WhatCameBackMeanwhileStays) {
  const SnapshotPtr first = TableWith({"a.parquet", "b.parquet"});
  const auto snapshot = CommitOrFail(TableBuilder::Delete(first, {"a.parquet", "b.parquet"}));
  table_.clock.Sleep(8 * kDay);
  Change restore = TableBuilder::Append(snapshot, {*first->files.Find("a.parquet")});
  restore.operation.name = "RESTORE";
  CommitOrFail(restore);
  // The one that looks for files to delete still knows the version before only.
  EXPECT_THAT(Removed(snapshot), ElementsAre("b.parquet"));
  EXPECT_TRUE(Exists("a.parquet"));
}

TEST_F(VacuumTest, TablesBelowTheTableStay) {
  const SnapshotPtr snapshot = TableWith({"a.parquet"});
  table_.File("inner/_delta_log/00000000000000000000.json");
  table_.File("inner/x.parquet");
  table_.File("inner2/x.parquet");
  table_.clock.Sleep(8 * kDay);
  EXPECT_THAT(Removed(snapshot), ElementsAre("inner2/x.parquet"));
}

TEST_F(VacuumTest, AbsolutePathsIntoTheTableAreSeen) {
  const SnapshotPtr snapshot = TableWith({"file:/lake/t/b%20c.parquet"});
  table_.File("b c.parquet");
  table_.File("d.parquet");
  table_.clock.Sleep(8 * kDay);
  EXPECT_THAT(Removed(snapshot), ElementsAre("d.parquet"));
}

class VacuumLiteTest : public VacuumTest {
 protected:
  VacuumLiteTest() { lite_.kind = VacuumKind::kLite; }

  std::optional<int64_t> LastVacuum() {
    return ParseLastVacuum(table_.store->Read(kLastVacuumKey).value_or(""));
  }

  VacuumOptions lite_;
};

TEST_F(VacuumLiteTest, RemovesWhatTheLogSaysAndNothingElse) {
  SnapshotPtr snapshot = TableWith({"a.parquet", "b.parquet", "_limno/dev/c.parquet"});
  table_.File("never_committed.parquet");
  table_.clock.Sleep(kDay);
  snapshot = CommitOrFail(TableBuilder::Delete(snapshot, {"a.parquet", "_limno/dev/c.parquet"}));
  table_.clock.Sleep(7 * kDay);
  EXPECT_THAT(Removed(snapshot, lite_), IsEmpty());
  table_.clock.Sleep(1);
  VacuumOptions dry = lite_;
  dry.dry_run = true;
  EXPECT_THAT(Removed(snapshot, dry), ElementsAre("_limno/dev/c.parquet", "a.parquet"));
  EXPECT_TRUE(Exists("a.parquet"));
  EXPECT_EQ(LastVacuum(), 1);
  EXPECT_THAT(Removed(snapshot, lite_), ElementsAre("_limno/dev/c.parquet", "a.parquet"));
  EXPECT_FALSE(Exists("a.parquet"));
  EXPECT_TRUE(Exists("b.parquet"));
  EXPECT_TRUE(Exists("never_committed.parquet"));
  EXPECT_EQ(LastVacuum(), 2);
  // It is not looked at again.
  EXPECT_THAT(Removed(snapshot, lite_), IsEmpty());
  EXPECT_THAT(Removed(snapshot), ElementsAre("never_committed.parquet"));
}

TEST_F(VacuumLiteTest, WhatCameBackStays) {
  SnapshotPtr snapshot = TableWith({"a.parquet", "b.parquet"});
  const DataFile returned = *snapshot->files.Find("a.parquet");
  snapshot = CommitOrFail(TableBuilder::Delete(snapshot, {"a.parquet", "b.parquet"}));
  table_.clock.Sleep(10 * kDay);
  Change restore = TableBuilder::Append(snapshot, {returned});
  restore.operation.name = "RESTORE";
  snapshot = CommitOrFail(restore);
  EXPECT_THAT(Removed(snapshot, lite_), ElementsAre("b.parquet"));
  EXPECT_TRUE(Exists("a.parquet"));
}

TEST_F(VacuumLiteTest, NeedsTheLogSinceTheLastVacuum) {
  SnapshotPtr snapshot = TableWith({"a.parquet", "b.parquet"});
  snapshot = CommitOrFail(TableBuilder::Delete(snapshot, {"a.parquet"}));
  ASSERT_THAT(WriteCheckpoint(table_.environment, static_cast<const DeltaSnapshot&>(*snapshot)),
              IsOk());
  table_.clock.Sleep(10 * kDay);
  ASSERT_THAT(table_.store->Delete(CommitKey(0)), IsOk());
  ASSERT_THAT(table_.store->Delete(CommitKey(1)), IsOk());
  EXPECT_THAT(Vacuum(snapshot, lite_), Fails(ErrorKind::kRefused));
  // A full one sees to what lies before, too.
  EXPECT_THAT(Removed(snapshot), ElementsAre("a.parquet"));
  EXPECT_EQ(LastVacuum(), 2);
  EXPECT_THAT(Vacuum(snapshot, lite_), IsOk());
}

TEST_F(VacuumLiteTest, TheRecordNeverGoesBackAndMayBeGarbage) {
  ASSERT_THAT(WriteLastVacuum(*table_.store, 7), IsOk());
  ASSERT_THAT(WriteLastVacuum(*table_.store, 5), IsOk());
  EXPECT_EQ(LastVacuum(), 7);
  for (const char* text : {"", "{}", "[]", R"({"latestCommitVersionOutsideOfRetentionWindow":"x"})",
                           R"({"latestCommitVersionOutsideOfRetentionWindow":-1})"}) {
    EXPECT_EQ(ParseLastVacuum(text), std::nullopt) << text;
  }
}

TEST_F(VacuumTest, AnInventoryIsLookedAtInsteadOfTheTable) {
  const SnapshotPtr snapshot = TableWith({"a.parquet"});
  for (const char* key : {"old.parquet", "unlisted.parquet", "_hidden.parquet"}) {
    table_.File(key);
  }
  table_.clock.Sleep(8 * kDay);
  VacuumOptions options;
  const base::UnixMillis then = 1'700'000'000'000;
  options.inventory = std::vector<storage::ObjectInfo>{
      {"old.parquet", 3, then},        {"old.parquet", 3, then},
      {"a.parquet", 3, then},          {"_hidden.parquet", 3, then},
      {"../other/x.parquet", 3, then}, {"young.parquet", 3, table_.clock.Now()}};
  EXPECT_THAT(Removed(snapshot, options), ElementsAre("old.parquet"));
  EXPECT_FALSE(Exists("old.parquet"));
  EXPECT_TRUE(Exists("unlisted.parquet"));
  EXPECT_FALSE(Exists(std::string(kLastVacuumKey)));
}

}  // namespace
}  // namespace limno::table::delta
