#include "table/delta/vacuum.h"

#include <gmock/gmock.h>

#include "storage/testing/result_matchers.h"
#include "table/delta/deletion_vector_store.h"
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
    return VacuumTable(table_.environment, static_cast<const DeltaSnapshot&>(*snapshot), options);
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

}  // namespace
}  // namespace limno::table::delta
