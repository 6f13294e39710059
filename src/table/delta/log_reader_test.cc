// Opening, refreshing and travelling over logs laid out in memory.
#include "table/delta/log_reader.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/random.h"
#include "storage/memory_store.h"
#include "storage/testing/result_matchers.h"
#include "table/delta/checkpoint_write.h"
#include "table/delta/delta_table.h"
#include "table/delta/history.h"
#include "table/delta/log_path.h"
#include "table/testing/log_texts.h"
#include "table/testing/memory_parquet.h"

namespace limno::table::delta {
namespace {

using storage::Fails;
using storage::IsOk;

/// Counts requests of a store that does the work.
class CountingStore final : public storage::ObjectStore {
 public:
  explicit CountingStore(std::unique_ptr<storage::ObjectStore> inner) : inner_(std::move(inner)) {}

  Result<std::string> Read(std::string_view key) override {
    ++reads;
    return inner_->Read(key);
  }
  Result<std::string> ReadRange(std::string_view key, uint64_t offset, uint64_t length) override {
    ++reads;
    return inner_->ReadRange(key, offset, length);
  }
  Result<storage::ObjectInfo> Head(std::string_view key) override { return inner_->Head(key); }
  Result<void> Put(std::string_view key, std::string_view bytes) override {
    return inner_->Put(key, bytes);
  }
  Result<void> PutIfAbsent(std::string_view key, std::string_view bytes) override {
    return inner_->PutIfAbsent(key, bytes);
  }
  Result<storage::ListPage> List(std::string_view prefix,
                                 const storage::ListOptions& options) override {
    ++lists;
    storage::ListOptions small = options;
    small.limit = page_limit;
    auto page = inner_->List(prefix, small);
    listed += page ? page->objects.size() : 0;
    return page;
  }
  Result<std::vector<std::string>> ListFolders(std::string_view prefix) override {
    return inner_->ListFolders(prefix);
  }
  Result<void> Delete(std::string_view key) override { return inner_->Delete(key); }
  Result<std::optional<std::string>> LocalPath(std::string_view key) override {
    return inner_->LocalPath(key);
  }
  Result<void> Persist(const std::vector<std::string>& keys) override {
    return inner_->Persist(keys);
  }
  std::string Describe() const override { return inner_->Describe(); }

  int reads = 0;
  int lists = 0;
  size_t listed = 0;
  size_t page_limit = 10'000;

 private:
  std::unique_ptr<storage::ObjectStore> inner_;
};

class LogReading : public testing::Test {
 protected:
  LogReading() {
    store_ = std::make_shared<CountingStore>(storage::MakeMemoryStore(clock_));
    environment_ = {store_, &parquet_, &clock_, &random_};
    table_ = OpenTable(environment_);
  }

  void Put(const std::string& key, const std::string& text) {
    ASSERT_THAT(store_->Put(key, text), IsOk());
  }

  /// Versions 0 to `last`; each adds the file "f<version>", a second after the one before.
  void WriteCommits(int64_t last, int64_t first = 0, const std::string& configuration = "") {
    for (int64_t version = first; version <= last; ++version) {
      clock_.Set(1000 * (version + 1));
      Put(CommitKey(version),
          (version == 0 ? CreationText(configuration) : "") + AddLine(fmt::format("f{}", version)));
    }
  }

  void WriteCheckpointOf(int64_t version) {
    LogReader reader(*store_, &parquet_);
    const Result<DeltaSnapshotPtr> snapshot = reader.LoadVersion(version);
    ASSERT_THAT(snapshot, IsOk());
    ASSERT_THAT(WriteCheckpoint(environment_, **snapshot), IsOk());
  }

  void DeleteCommits(int64_t first, int64_t last) {
    for (int64_t version = first; version <= last; ++version) {
      ASSERT_THAT(store_->Delete(CommitKey(version)), IsOk());
    }
  }

  const DeltaSnapshot& Latest() {
    latest_ = table_->Latest();
    EXPECT_THAT(latest_, IsOk());
    static const DeltaSnapshot kNone;
    return latest_ ? dynamic_cast<const DeltaSnapshot&>(**latest_) : kNone;
  }

  base::ManualClock clock_{1000};
  base::Random random_{1};
  MemoryParquet parquet_;
  std::shared_ptr<CountingStore> store_;
  Environment environment_;
  std::unique_ptr<Table> table_;
  Result<SnapshotPtr> latest_;
};

TEST_F(LogReading, NoLogIsNoTable) {
  EXPECT_THAT(table_->Latest(), Fails(ErrorKind::kNotFound));
  Put("_delta_log/_staged_commits/00000000000000000000.json", "x");
  Put("_delta_log/00000000000000000000.crc", "x");
  EXPECT_THAT(table_->Latest(), Fails(ErrorKind::kNotFound));
  EXPECT_THAT(table_->AtVersion(0), Fails(ErrorKind::kNotFound));
}

TEST_F(LogReading, ReplaysCommitsAndRefreshesWithoutListing) {
  WriteCommits(3);
  EXPECT_EQ(Latest().version, 3);
  EXPECT_EQ(Latest().files.size(), 4U);
  EXPECT_EQ(Latest().timestamp_millis, 4000);
  WriteCommits(5, 4);
  const int lists = store_->lists;
  store_->reads = 0;
  EXPECT_EQ(Latest().version, 5);
  EXPECT_EQ(store_->lists, lists);
  EXPECT_EQ(store_->reads, 3) << "two commits and one that is not there";
  EXPECT_EQ(Latest().timestamp_millis, 6000);
}

TEST_F(LogReading, SnapshotsAreSharedWhileNothingChanges) {
  WriteCommits(0);
  const Result<SnapshotPtr> first = table_->Latest();
  EXPECT_EQ(*first, *table_->Latest());
}

TEST_F(LogReading, StartsFromTheCheckpoint) {
  WriteCommits(12);
  WriteCheckpointOf(10);
  DeleteCommits(0, 9);
  store_->reads = 0;
  const DeltaSnapshot& snapshot = Latest();
  EXPECT_EQ(snapshot.version, 12);
  EXPECT_EQ(snapshot.files.size(), 13U);
  EXPECT_EQ(snapshot.checkpoint_version, 10);
  EXPECT_EQ(snapshot.metadata.partition_columns, std::vector<std::string>{"day"});
  EXPECT_EQ(snapshot.files.Find("f3")->partition_values[0].second, "mon");
  const Result<SnapshotPtr> old = table_->AtVersion(3);
  ASSERT_THAT(old, Fails(ErrorKind::kNotFound));
  EXPECT_NE(old.error().message.find("versions 10 to 12"), std::string::npos)
      << old.error().ToString();
  EXPECT_THAT(table_->AtVersion(13), Fails(ErrorKind::kNotFound));
  ASSERT_THAT(table_->AtVersion(10), IsOk());
  EXPECT_EQ((*table_->AtVersion(10))->timestamp_millis, 11'000);
}

TEST_F(LogReading, TheTimeOfACheckpointIsNotThatOfItsVersion) {
  WriteCommits(2);
  clock_.Set(50'000);
  WriteCheckpointOf(1);
  EXPECT_EQ(Latest().checkpoint_version, 1);
  EXPECT_EQ(Latest().timestamp_millis, 3000);
}

TEST_F(LogReading, WhatACleanUpLeftBehindIsNotTheNewestVersion) {
  WriteCommits(1);
  EXPECT_EQ(Latest().version, 1);
  WriteCommits(6, 2);
  WriteCheckpointOf(5);
  DeleteCommits(2, 4);
  clock_.Sleep(40LL * 24 * 3600 * 1000);
  EXPECT_EQ(Latest().version, 6);
}

TEST_F(LogReading, AnOldVersionNeedsNoOlderPartOfTheLog) {
  WriteCommits(320);
  WriteCheckpointOf(130);
  WriteCheckpointOf(310);
  LogReader reader(*store_, &parquet_);
  for (const int64_t version : {315, 200, 129}) {
    store_->listed = 0;
    const Result<DeltaSnapshotPtr> snapshot = reader.LoadVersion(version);
    ASSERT_THAT(snapshot, IsOk());
    EXPECT_EQ((*snapshot)->version, version);
    EXPECT_EQ((*snapshot)->files.size(), version + 1);
    // Commits from a hundred before the version on, two checkpoints and the hint.
    const bool near = version > 130;
    EXPECT_LE(store_->listed, near ? 320 - version + 104 : 700) << version;
  }
}

TEST_F(LogReading, HintsAreOnlyHints) {
  WriteCommits(12);
  WriteCheckpointOf(5);
  WriteCheckpointOf(10);
  for (const char* hint :
       {"", "garbage", R"({"version":"x"})", R"({"version":5,"size":1})",
        R"({"version":11,"size":1})", R"({"version":900,"size":1})", R"({"version":-7})"}) {
    Put(std::string(kLastCheckpointKey), hint);
    table_ = OpenTable(environment_);
    EXPECT_EQ(Latest().version, 12) << hint;
    EXPECT_EQ(Latest().checkpoint_version, 10) << hint;
  }
  ASSERT_THAT(store_->Delete(kLastCheckpointKey), IsOk());
  table_ = OpenTable(environment_);
  EXPECT_EQ(Latest().checkpoint_version, 10);
}

TEST_F(LogReading, FallsBackFromDamagedCheckpoints) {
  WriteCommits(12);
  WriteCheckpointOf(5);
  WriteCheckpointOf(10);
  Put(CheckpointKey(10), "torn");
  EXPECT_EQ(Latest().version, 12);
  EXPECT_EQ(Latest().files.size(), 13U);
  EXPECT_EQ(Latest().checkpoint_version, 5);
  Put(CheckpointKey(5), "torn");
  table_ = OpenTable(environment_);
  EXPECT_EQ(Latest().files.size(), 13U);
  EXPECT_EQ(Latest().checkpoint_version, -1);
  DeleteCommits(0, 3);
  table_ = OpenTable(environment_);
  const Result<SnapshotPtr> lost = table_->Latest();
  ASSERT_THAT(lost, Fails(ErrorKind::kCorrupt));
  EXPECT_EQ(lost.error().where, CheckpointKey(10));
}

TEST_F(LogReading, NeedsAllPartsOfACheckpoint) {
  WriteCommits(4);
  Put(CheckpointPartKey(3, 1, 2), "x");
  EXPECT_EQ(Latest().version, 4);
  EXPECT_EQ(Latest().checkpoint_version, -1);
}

TEST_F(LogReading, ReadsJsonCheckpoints) {
  WriteCommits(3);
  DeleteCommits(0, 1);
  Put("_delta_log/00000000000000000001.checkpoint.0a6f1b2c-3d4e-5f60-7182-93a4b5c6d7e8.json",
      AddLine("f0") + AddLine("f1") + CreationText() + R"({"checkpointMetadata":{"version":1}})");
  EXPECT_EQ(Latest().version, 3);
  EXPECT_EQ(Latest().files.size(), 4U);
}

TEST_F(LogReading, GapsAreCorrupt) {
  WriteCommits(5);
  DeleteCommits(3, 3);
  const Result<SnapshotPtr> latest = table_->Latest();
  ASSERT_THAT(latest, Fails(ErrorKind::kCorrupt));
  EXPECT_EQ(latest.error().where, CommitKey(3));
}

TEST_F(LogReading, BrokenLinesAreNamed) {
  WriteCommits(1);
  Put(CommitKey(2), AddLine("x") + "{\"add\":\n");
  const Result<SnapshotPtr> latest = table_->Latest();
  ASSERT_THAT(latest, Fails(ErrorKind::kCorrupt));
  EXPECT_EQ(latest.error().where, CommitKey(2) + ":2");
}

TEST_F(LogReading, NamesFeaturesThatItCannotRead) {
  Put(CommitKey(0),
      R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["zeta","alpha",)"
      R"("deletionVectors"],"writerFeatures":["zeta","alpha","deletionVectors"]}})"
      "\n" +
          MetadataLine());
  const Result<SnapshotPtr> latest = table_->Latest();
  ASSERT_THAT(latest, Fails(ErrorKind::kUnsupported));
  EXPECT_NE(latest.error().message.find("alpha, zeta"), std::string::npos);
  EXPECT_EQ(latest.error().message.find("deletionVectors"), std::string::npos);
}

TEST_F(LogReading, ListsInPages) {
  WriteCommits(20);
  WriteCheckpointOf(10);
  ASSERT_THAT(store_->Delete(kLastCheckpointKey), IsOk());
  store_->page_limit = 3;
  table_ = OpenTable(environment_);
  EXPECT_EQ(Latest().version, 20);
  EXPECT_EQ(Latest().files.size(), 21U);
}

TEST_F(LogReading, NoticesAReplacedTable) {
  WriteCommits(5);
  EXPECT_EQ(Latest().version, 5);
  DeleteCommits(0, 5);
  clock_.Set(90'000);
  Put(CommitKey(0), CreationText() + AddLine("new") + AddLine("newer"));
  EXPECT_EQ(Latest().version, 0);
  EXPECT_EQ(Latest().files.size(), 2U);
}

TEST_F(LogReading, CatchesUpAfterCleanup) {
  WriteCommits(2);
  EXPECT_EQ(Latest().version, 2);
  WriteCommits(20, 3);
  WriteCheckpointOf(15);
  DeleteCommits(0, 14);
  EXPECT_EQ(Latest().version, 20);
  EXPECT_EQ(Latest().files.size(), 21U);
}

TEST_F(LogReading, TravelsByFileTimes) {
  WriteCommits(3);
  // Version 2 was copied with the time of version 0: it counts as just after version 1.
  clock_.Set(1000);
  Put(CommitKey(2), AddLine("f2"));
  EXPECT_EQ((*table_->AtTimestamp(2000))->version, 1);
  EXPECT_EQ((*table_->AtTimestamp(2001))->version, 2);
  EXPECT_EQ((*table_->AtTimestamp(3999))->version, 2);
  EXPECT_EQ((*table_->AtTimestamp(99'999))->version, 3);
  const Result<SnapshotPtr> early = table_->AtTimestamp(999);
  ASSERT_THAT(early, Fails(ErrorKind::kNotFound));
  EXPECT_NE(early.error().message.find("1970-01-01 00:00:01.000"), std::string::npos)
      << early.error().ToString();
}

TEST_F(LogReading, TravelsByInCommitTimesFromWhereTheyBegin) {
  WriteCommits(1);
  Put(CommitKey(2), R"({"commitInfo":{"inCommitTimestamp":50000,"operation":"SET TBLPROPERTIES"}})"
                    "\n" +
                        MetadataLine(R"("delta.enableInCommitTimestamps":"true",)"
                                     R"("delta.inCommitTimestampEnablementVersion":"2",)"
                                     R"("delta.inCommitTimestampEnablementTimestamp":"50000")"));
  for (int version = 3; version < 9; ++version) {
    Put(CommitKey(version),
        fmt::format(R"({{"commitInfo":{{"inCommitTimestamp":{},"operation":"WRITE"}}}})",
                    50'000 + version) +
            "\n" + AddLine(fmt::format("f{}", version)));
  }
  EXPECT_EQ(Latest().timestamp_millis, 50'008);
  EXPECT_EQ((*table_->AtTimestamp(1999))->version, 0);
  EXPECT_EQ((*table_->AtTimestamp(49'999))->version, 1);
  EXPECT_EQ((*table_->AtTimestamp(50'000))->version, 2);
  EXPECT_EQ((*table_->AtTimestamp(50'005))->version, 5);
  EXPECT_EQ((*table_->AtTimestamp(60'000))->version, 8);
  EXPECT_EQ((*table_->AtVersion(4))->timestamp_millis, 50'004);
  const Result<std::vector<HistoryEntry>> history = table_->History(8);
  ASSERT_THAT(history, IsOk());
  ASSERT_EQ(history->size(), 8U);
  EXPECT_EQ(history->front().version, 8);
  EXPECT_EQ(history->front().timestamp_millis, 50'008);
  EXPECT_EQ(history->back().version, 1);
  EXPECT_EQ(history->back().timestamp_millis, 2000);
}

TEST_F(LogReading, AnEmptyCommitIsDamage) {
  WriteCommits(3);
  Put(CommitKey(4), "\n");
  EXPECT_THAT(table_->Latest(), Fails(ErrorKind::kCorrupt));
  const Result<SnapshotPtr> before = table_->AtVersion(3);
  EXPECT_THAT(before, Fails(ErrorKind::kCorrupt)) << "what is the newest version cannot be told";
}

TEST_F(LogReading, TheHistoryEndsWhereACommitIsMissing) {
  WriteCommits(4);
  ASSERT_TRUE(store_->Delete(CommitKey(2)));
  const LogListing listing = *ListLog(*store_, 0);
  EXPECT_EQ(listing.commits.size(), 4U) << "log cleanup broke off";
  DeltaSnapshot newest;
  newest.version = 4;
  const Result<std::vector<HistoryEntry>> history = ReadHistory(*store_, newest, std::nullopt);
  ASSERT_THAT(history, IsOk());
  ASSERT_EQ(history->size(), 2U);
  EXPECT_EQ(history->back().version, 3);
}

std::vector<std::string> PathsOf(const Result<std::vector<DataFilePtr>>& files) {
  EXPECT_THAT(files, IsOk());
  std::vector<std::string> paths;
  for (const DataFilePtr& file : files ? *files : std::vector<DataFilePtr>()) {
    paths.push_back(file->deletion_vector ? file->path + "!" + file->deletion_vector->path_or_inline
                                          : file->path);
  }
  return paths;
}

TEST_F(LogReading, TellsWhichFilesBroughtRows) {
  using Paths = std::vector<std::string>;
  WriteCommits(2);
  // 3: rows of f1 deleted in place; 4: f2 rewritten; 5: f1 and g compacted; 6: rows of h deleted.
  Put(CommitKey(3), RemoveLine("f1") + AddLine("f1", true, VectorMember("v")));
  Put(CommitKey(4), RemoveLine("f2") + AddLine("g"));
  Put(CommitKey(5), RemoveLine("g", false) + RemoveLine("f0", false) + AddLine("h", false));
  Put(CommitKey(6), RemoveLine("h", true) + AddLine("h", true, VectorMember("w")));
  EXPECT_EQ(PathsOf(table_->FilesAddedBetween(0, 2)), (Paths{"f1", "f2"}));
  EXPECT_EQ(PathsOf(table_->FilesAddedBetween(0, 3)), (Paths{"f1!v", "f2"}));
  EXPECT_EQ(PathsOf(table_->FilesAddedBetween(2, 3)), Paths{});
  EXPECT_EQ(PathsOf(table_->FilesAddedBetween(1, 4)), Paths{"g"});
  EXPECT_EQ(PathsOf(table_->FilesAddedBetween(3, 5)), Paths{"g"});
  EXPECT_EQ(PathsOf(table_->FilesAddedBetween(4, 6)), Paths{});
  EXPECT_EQ(PathsOf(table_->FilesAddedBetween(3, 6)), Paths{"h!w"})
      << "which of the rows that went were in g is not known";
  EXPECT_EQ(PathsOf(table_->FilesAddedBetween(6, 6)), Paths{});
  EXPECT_EQ(PathsOf(table_->FilesAddedBetween(-1, 6)).size(), 2U);
  EXPECT_THAT(table_->FilesAddedBetween(2, 1), Fails(ErrorKind::kUsage));
  EXPECT_THAT(table_->FilesAddedBetween(5, 9), Fails(ErrorKind::kNotFound));
}

TEST_F(LogReading, FilesThatComeBackBringNothingNew) {
  using Paths = std::vector<std::string>;
  WriteCommits(1);
  Put(CommitKey(2), RemoveLine("f1"));
  Put(CommitKey(3), AddLine("f1") + AddLine("f3"));
  EXPECT_EQ(PathsOf(table_->FilesAddedBetween(1, 3)), Paths{"f3"});
  EXPECT_EQ(PathsOf(table_->FilesAddedBetween(2, 3)), (Paths{"f1", "f3"}))
      << "at version 2 they were not there";
}

TEST_F(LogReading, DetailNamesFeatures) {
  WriteCommits(0);
  const auto detail = table_->FormatDetail(Latest());
  EXPECT_EQ(detail.at("minReaderVersion"), "1");
  EXPECT_EQ(detail.at("tableFeatures"), "appendOnly,invariants");
}

}  // namespace
}  // namespace limno::table::delta
