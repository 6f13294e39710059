#include "table/delta/version_checksum.h"

#include <gmock/gmock.h>

#include "storage/testing/faulty_store.h"
#include "storage/testing/result_matchers.h"
#include "table/delta/checkpoint_write.h"
#include "table/delta/log_path.h"
#include "table/testing/table_builder.h"

namespace limno::table::delta {
namespace {

using storage::Fails;
using storage::IsOk;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;

class VersionChecksumTest : public testing::Test {
 protected:
  SnapshotPtr CommitOrFail(const Change& change) {
    const auto outcome = table_.Commit(change);
    EXPECT_THAT(outcome, IsOk());
    return outcome ? outcome->snapshot : nullptr;
  }
  static const DeltaSnapshot& Of(const SnapshotPtr& snapshot) {
    return static_cast<const DeltaSnapshot&>(*snapshot);
  }
  std::optional<VersionChecksum> Read(int64_t version) {
    return LogReader(*table_.store, &table_.parquet).ReadChecksum(version);
  }
  void Rewrite(int64_t version, std::string_view from, std::string_view to) {
    std::string text = table_.store->Read(ChecksumKey(version)).value_or("");
    ASSERT_NE(text.find(from), std::string::npos) << text;
    text.replace(text.find(from), from.size(), to);
    ASSERT_THAT(table_.store->Put(ChecksumKey(version), text), IsOk());
  }

  TableBuilder table_;
};

DataFile FileOf(int64_t size_bytes, int64_t deleted = 0) {
  DataFile file;
  file.size_bytes = size_bytes;
  if (deleted > 0) {
    file.deletion_vector = DeletionVector{'u', "x", 1, 1, deleted};
  }
  return file;
}

TEST(TableTotals, CountsByTheBinsOfTheProtocol) {
  EXPECT_THAT(std::vector<int64_t>(SizeBinStarts().begin(), SizeBinStarts().begin() + 4),
              ElementsAre(0, 8192, 16384, 32768));
  EXPECT_EQ(SizeBinStarts()[30], int64_t{124} << 20U);
  EXPECT_EQ(SizeBinStarts()[94], int64_t{256} << 30U);
  TableTotals totals;
  const std::vector<DataFile> files = {FileOf(0),
                                       FileOf(8191),
                                       FileOf(8192, 1),
                                       FileOf(int64_t{1} << 40U, 9),
                                       FileOf(5, 10),
                                       FileOf(5, 2'147'483'646),
                                       FileOf(5, 2'147'483'647)};
  for (const DataFile& file : files) {
    totals.Add(file);
  }
  EXPECT_EQ(totals.files, 7);
  EXPECT_EQ(totals.files_by_size[0], 5);
  EXPECT_EQ(totals.bytes_by_size[0], 8206);
  EXPECT_EQ(totals.files_by_size[1], 1);
  EXPECT_EQ(totals.files_by_size[94], 1);
  EXPECT_THAT(totals.files_by_deleted_rows, ElementsAre(2, 2, 1, 0, 0, 0, 0, 0, 1, 1));
  EXPECT_EQ(totals.deletion_vectors, 5);
  for (const DataFile& file : files) {
    totals.Remove(file);
  }
  EXPECT_EQ(totals, TableTotals());
}

TEST_F(VersionChecksumTest, IsWrittenWithEveryCommit) {
  Metadata metadata = TableBuilder::Schema();
  metadata.properties["delta.enableInCommitTimestamps"] = "true";
  SnapshotPtr snapshot = CommitOrFail(TableBuilder::Create(metadata));
  Change append = TableBuilder::Append(snapshot, {table_.File("a.parquet"), table_.File("b")});
  append.app_transactions["loader"] = 4;
  snapshot = CommitOrFail(append);
  EXPECT_THAT(Read(0), Optional(testing::Field(&VersionChecksum::files, 0)));
  const auto checksum = Read(1);
  ASSERT_TRUE(checksum);
  EXPECT_EQ(checksum->files, 2);
  EXPECT_EQ(checksum->size_bytes, Of(snapshot).totals.size_bytes);
  EXPECT_EQ(checksum->txn_id, Of(snapshot).txn_id);
  EXPECT_EQ(checksum->in_commit_timestamp_millis, snapshot->timestamp_millis);
  EXPECT_TRUE(checksum->protocol == Of(snapshot).protocol);
  ASSERT_TRUE(checksum->metadata);
  EXPECT_EQ(checksum->metadata->metadata.id, snapshot->metadata.id);
  ASSERT_THAT(checksum->transactions, Optional(SizeIs(1)));
  EXPECT_EQ(checksum->transactions->front().app_id, "loader");
  EXPECT_THAT(checksum->domains, Optional(IsEmpty()));
  EXPECT_EQ(checksum->deletion_vectors, std::nullopt);
  snapshot = CommitOrFail(TableBuilder::Delete(snapshot, {"a.parquet"}));
  EXPECT_THAT(Read(2), Optional(testing::Field(&VersionChecksum::files, 1)));
  const auto loaded = table_.Load();
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ((*loaded)->totals, Of(snapshot).totals);
}

TEST_F(VersionChecksumTest, TotalsAreTheSameWhicheverWayTheyCame) {
  Metadata metadata = TableBuilder::Schema();
  metadata.properties["delta.enableDeletionVectors"] = "true";
  SnapshotPtr snapshot = CommitOrFail(TableBuilder::Create(metadata));
  for (int version = 1; version <= 9; ++version) {
    const std::string name = "f" + std::to_string(version) + ".parquet";
    snapshot = CommitOrFail(TableBuilder::Append(snapshot, {table_.File(name)}));
    if (version % 3 == 0) {
      Change change = TableBuilder::Delete(snapshot, {name});
      change.added = {*change.removed[0]};
      change.added[0].deletion_vector = DeletionVector{'i', "abcde", std::nullopt, 4, version};
      change.added[0].statistics = R"({"numRecords":10,"tightBounds":false})";
      snapshot = CommitOrFail(change);
    }
  }
  const auto loaded = table_.Load();
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ((*loaded)->totals, Of(snapshot).totals);
  EXPECT_EQ((*loaded)->totals.deletion_vectors, 3);
  EXPECT_THAT(Read(snapshot->version),
              Optional(testing::Field(&VersionChecksum::deleted_rows, Optional(3 + 6 + 9))));
}

TEST_F(VersionChecksumTest, ACheckpointThatContradictsItIsRefusedUnlessCommitsSayTheSame) {
  const SnapshotPtr created = CommitOrFail(TableBuilder::Create(TableBuilder::Schema()));
  const SnapshotPtr snapshot =
      CommitOrFail(TableBuilder::Append(created, {table_.File("a.parquet")}));
  ASSERT_THAT(WriteCheckpoint(table_.environment, Of(snapshot)), IsOk());
  ASSERT_THAT(table_.Load(), IsOk());
  Rewrite(1, "\"numFiles\":1", "\"numFiles\":2");
  ASSERT_THAT(table_.Load(), IsOk());
  ASSERT_THAT(table_.store->Delete(CommitKey(0)), IsOk());
  const auto loaded = table_.Load();
  ASSERT_THAT(loaded, Fails(ErrorKind::kCorrupt));
  EXPECT_EQ(loaded.error().where, ChecksumKey(1));
  EXPECT_THAT(loaded.error().message, HasSubstr("the number of files is 1, not 2"));
}

TEST_F(VersionChecksumTest, WhatIsNoneOrOfAnotherCommitSaysNothing) {
  const SnapshotPtr created = CommitOrFail(TableBuilder::Create(TableBuilder::Schema()));
  CommitOrFail(TableBuilder::Append(created, {table_.File("a.parquet")}));
  Rewrite(1, "\"numFiles\":1", "\"numFiles\":2");
  Rewrite(1, "\"txnId\":\"", "\"txnId\":\"x");
  EXPECT_THAT(table_.Load(), IsOk());
  for (const char* text :
       {"", "{", "[]", "{}", R"({"numFiles":7})", R"({"numFiles":7,"tableSizeBytes":"x"})",
        R"({"numFiles":7,"tableSizeBytes":1,"protocol":3})"}) {
    ASSERT_THAT(table_.store->Put(ChecksumKey(1), text), IsOk());
    EXPECT_THAT(table_.Load(), IsOk()) << text;
  }
}

TEST_F(VersionChecksumTest, IsNeverOverwrittenAndNeverFailsACommit) {
  const SnapshotPtr created = CommitOrFail(TableBuilder::Create(TableBuilder::Schema()));
  ASSERT_THAT(table_.store->Put(ChecksumKey(1), "another's"), IsOk());
  const SnapshotPtr first = CommitOrFail(TableBuilder::Append(created, {table_.File("a.parquet")}));
  EXPECT_EQ(table_.store->Read(ChecksumKey(1)).value_or(""), "another's");
  ASSERT_NE(first, nullptr);
  // A folder in its place: it cannot be written.
  ASSERT_THAT(table_.store->Put(ChecksumKey(2) + "/x", "y"), IsOk());
  EXPECT_NE(CommitOrFail(TableBuilder::Append(first, {table_.File("b.parquet")})), nullptr);
}

TEST_F(VersionChecksumTest, ADamagedCheckpointIsFoundOut) {
  SnapshotPtr snapshot = CommitOrFail(TableBuilder::Create(TableBuilder::Schema()));
  for (int version = 1; version <= 10; ++version) {
    snapshot =
        CommitOrFail(TableBuilder::Append(snapshot, {table_.File("f" + std::to_string(version))}));
  }
  // One that lacks the files, in the place of the good one.
  DeltaSnapshot empty = Of(snapshot);
  empty.files = {};
  ASSERT_THAT(table_.store->Delete(CheckpointKey(10)), IsOk());
  ASSERT_THAT(WriteCheckpoint(table_.environment, empty), IsOk());
  const auto loaded = table_.Load();
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ((*loaded)->files.size(), 10U);
}

}  // namespace
}  // namespace limno::table::delta
