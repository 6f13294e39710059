#include "table/delta/log_cleanup.h"

#include <gmock/gmock.h>

#include "storage/testing/faulty_store.h"
#include "storage/testing/result_matchers.h"
#include "table/delta/checkpoint_write.h"
#include "table/delta/log_path.h"
#include "table/testing/table_builder.h"

namespace limno::table::delta {
namespace {

using storage::FaultOptions;
using storage::FaultyStore;
using storage::IsOk;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr int64_t kHour = 3600LL * 1000;
constexpr int64_t kDay = 24 * kHour;

class LogCleanupTest : public testing::Test {
 protected:
  SnapshotPtr CommitOrFail(const Change& change) {
    const auto outcome = table_.Commit(change);
    EXPECT_THAT(outcome, IsOk());
    return outcome ? outcome->snapshot : nullptr;
  }
  /// Versions 0 to `newest`, one a day; each keeps two files, so that older ones become tombstones.
  SnapshotPtr Make(int64_t newest, std::map<std::string, std::string> properties) {
    Metadata metadata = TableBuilder::Schema();
    metadata.properties = std::move(properties);
    SnapshotPtr snapshot = CommitOrFail(TableBuilder::Create(metadata));
    while (snapshot->version < newest) {
      table_.clock.Sleep(kDay);
      snapshot = Next(snapshot);
    }
    return snapshot;
  }
  SnapshotPtr Next(const SnapshotPtr& snapshot) {
    const int64_t version = snapshot->version + 1;
    Change change = TableBuilder::Append(snapshot, {table_.File(Name(version))});
    if (const DataFilePtr old = snapshot->files.Find(Name(version - 2))) {
      change.removed = {old};
      change.reads.file_keys = {old->path};
      change.operation.name = "MERGE";
    }
    return CommitOrFail(change);
  }
  static std::string Name(int64_t version) { return "f" + std::to_string(version) + ".parquet"; }
  bool Exists(const std::string& key) { return table_.store->Head(key).has_value(); }
  int64_t OldestReadable() {
    const auto listing = ListLog(*table_.store, 0);
    EXPECT_THAT(listing, IsOk());
    return listing->OldestReadableVersion().value_or(-1);
  }
  /// All versions from `oldest` on can be read and are what they were.
  void ExpectReadable(int64_t oldest, int64_t newest) {
    LogReader reader(*table_.store, &table_.parquet);
    for (int64_t version = oldest; version <= newest; ++version) {
      const auto loaded = reader.LoadVersion(version);
      ASSERT_THAT(loaded, IsOk()) << version;
      EXPECT_NE((*loaded)->files.Find(Name(version)), nullptr) << version;
    }
  }
  std::vector<std::string> Keys(std::string_view prefix) {
    std::vector<std::string> keys;
    const auto page = table_.store->List(prefix);
    EXPECT_THAT(page, IsOk());
    for (const storage::ObjectInfo& object : page->objects) {
      keys.push_back(object.key);
    }
    return keys;
  }

  TableBuilder table_;
};

TEST_F(LogCleanupTest, WhatDeadWritersOfCheckpointsLeftGoesInTime) {
  const SnapshotPtr snapshot = Make(1, {{"delta.enableExpiredLogCleanup", "false"}});
  const std::string old = CheckpointKey(1) + ".tmp";
  const std::string old_sidecar = std::string(kSidecarFolder) + "x.parquet.tmp";
  ASSERT_THAT(table_.store->Put(old, "half"), IsOk());
  ASSERT_THAT(table_.store->Put(old_sidecar, "half"), IsOk());
  table_.clock.Sleep(3 * kDay);
  const std::string young = CheckpointKey(2) + ".tmp";
  ASSERT_THAT(table_.store->Put(young, "half"), IsOk());
  const auto cleaned = CleanUpLog(table_.environment, static_cast<const DeltaSnapshot&>(*snapshot));
  ASSERT_THAT(cleaned, IsOk());
  EXPECT_THAT(cleaned->keys, ElementsAre(old, old_sidecar));
  EXPECT_FALSE(Exists(old));
  EXPECT_FALSE(Exists(old_sidecar));
  EXPECT_TRUE(Exists(young)) << "its writer may be at work";
}

TEST_F(LogCleanupTest, KeepsTheCheckpointBeforeTheRetentionAndAllAfter) {
  // A commit a day, a checkpoint every tenth; no version with one has expired by day 40.
  Make(49, {});
  EXPECT_EQ(OldestReadable(), 0);
  // 30 days before the midnight before: versions up to 18, so that checkpoint 10 is the last.
  Next(*table_.Load());
  EXPECT_EQ(OldestReadable(), 10);
  ExpectReadable(10, 50);
  EXPECT_FALSE(Exists(CommitKey(9)));
  EXPECT_FALSE(Exists(ChecksumKey(9)));
  EXPECT_TRUE(Exists(CommitKey(10)));
  EXPECT_TRUE(Exists(ChecksumKey(10)));
  EXPECT_TRUE(Exists(CheckpointKey(10)));
  table_.clock.Sleep(2 * kDay);
  SnapshotPtr snapshot = *table_.Load();
  for (int version = 51; version <= 60; ++version) {
    snapshot = Next(snapshot);
  }
  EXPECT_EQ(OldestReadable(), 20);
  EXPECT_FALSE(Exists(CheckpointKey(10)));
  ExpectReadable(20, 60);
}

TEST_F(LogCleanupTest, TheRetentionAndTheSwitchAreProperties) {
  Make(25, {{"delta.logRetentionDuration", "interval 2 days"}});
  EXPECT_EQ(OldestReadable(), 10);
}

TEST_F(LogCleanupTest, NothingGoesWhereThatIsSwitchedOffOrUnclear) {
  for (const auto& [name, value] :
       std::map<std::string, std::string>{{"delta.enableExpiredLogCleanup", "false"},
                                          {"delta.logRetentionDuration", "interval 1 fortnight"}}) {
    table_.store = storage::MakeMemoryStore(table_.clock);
    table_.environment.store = table_.store;
    Make(80, {{name, value}});
    EXPECT_EQ(OldestReadable(), 0) << name;
  }
}

TEST_F(LogCleanupTest, RunsOnceADay) {
  const SnapshotPtr snapshot = Make(
      20, {{"delta.checkpointInterval", "1"}, {"delta.logRetentionDuration", "interval 2 days"}});
  const int64_t oldest = OldestReadable();
  EXPECT_EQ(oldest, 17);
  // Had it been looked for, it would go.
  ASSERT_THAT(table_.store->Put(ChecksumKey(3), "x"), IsOk());
  table_.clock.Sleep(kHour);
  const SnapshotPtr next = Next(snapshot);
  EXPECT_TRUE(Exists(ChecksumKey(3)));
  table_.clock.Sleep(kDay);
  Next(next);
  EXPECT_FALSE(Exists(ChecksumKey(3)));
}

TEST_F(LogCleanupTest, AClockAheadOfTheTableLetsNothingExpire) {
  const SnapshotPtr snapshot = Make(25, {});
  base::ManualClock ahead(table_.clock.Now() + 1000 * kDay);
  Environment environment = table_.environment;
  environment.clock = &ahead;
  const auto cleanup = CleanUpLog(environment, static_cast<const DeltaSnapshot&>(*snapshot));
  ASSERT_THAT(cleanup, IsOk());
  EXPECT_THAT(cleanup->keys, IsEmpty());
}

TEST_F(LogCleanupTest, ACheckpointThatCannotBeReadDoesNotCount) {
  const SnapshotPtr snapshot = Make(49, {{"delta.enableExpiredLogCleanup", "false"}});
  DeltaSnapshot newest = static_cast<const DeltaSnapshot&>(*snapshot);
  newest.metadata.properties.clear();
  newest.timestamp_millis += 10 * kDay;
  table_.clock.Sleep(10 * kDay);
  ASSERT_THAT(table_.store->Put(CheckpointKey(20), "garbage"), IsOk());
  ASSERT_THAT(CleanUpLog(table_.environment, newest), IsOk());
  EXPECT_EQ(OldestReadable(), 10);
  ExpectReadable(10, 49);
}

TEST_F(LogCleanupTest, ProtectedCheckpointsGoAllAtOnceOrNotAtAll) {
  const std::map<std::string, std::string> properties = {
      {"delta.feature.checkpointProtection", "supported"},
      {"delta.requireCheckpointProtectionBeforeVersion", "15"}};
  Make(50, properties);
  EXPECT_EQ(OldestReadable(), 0);
  SnapshotPtr snapshot = *table_.Load();
  for (int version = 51; version <= 60; ++version) {
    table_.clock.Sleep(kDay);
    snapshot = Next(snapshot);
  }
  EXPECT_EQ(OldestReadable(), 20);
}

TEST_F(LogCleanupTest, CompactedFilesGoWithWhatTheyBeganWith) {
  Make(80, {{"delta.checkpointInterval", "20"}});
  EXPECT_EQ(OldestReadable(), 40);
  EXPECT_FALSE(Exists(CompactedKey(30, 39)));
  EXPECT_FALSE(Exists(CompactedKey(40, 49)));
  EXPECT_TRUE(Exists(CompactedKey(50, 59)));
  ExpectReadable(40, 80);
}

TEST_F(LogCleanupTest, InCommitTimestampsCountWhereThereAreAny) {
  SnapshotPtr snapshot = Make(49, {{"delta.enableInCommitTimestamps", "true"}});
  EXPECT_EQ(OldestReadable(), 0);
  // Copied elsewhere, all files are new; the commits know better.
  table_.clock.Sleep(kHour);
  for (const std::string& key : Keys(kLogFolder)) {
    ASSERT_THAT(table_.store->Put(key, table_.store->Read(key).value_or("")), IsOk());
  }
  ASSERT_THAT(table_.store->Put("_delta_log/_last_checkpoint", R"({"version":40,"size":1})"),
              IsOk());
  table_.clock.Sleep(kDay * 10);
  snapshot = Next(snapshot);
  EXPECT_EQ(OldestReadable(), 20);
  ExpectReadable(20, 50);
}

TEST_F(LogCleanupTest, SidecarsGoWithTheirCheckpoints) {
  Metadata metadata = TableBuilder::Schema();
  metadata.properties = {{"delta.checkpointPolicy", "v2"},
                         {"delta.checkpointInterval", "2"},
                         {"delta.logRetentionDuration", "interval 3 days"}};
  SnapshotPtr snapshot = CommitOrFail(TableBuilder::Create(metadata));
  Change append = TableBuilder::Append(snapshot, {});
  for (size_t file = 0; file <= kMaxInlineActions; ++file) {
    append.added.push_back(table_.File("many" + std::to_string(file)));
  }
  snapshot = CommitOrFail(append);
  ASSERT_THAT(table_.store->Put(std::string(kSidecarFolder) + "orphan.parquet", "x"), IsOk());
  while (snapshot->version < 12) {
    table_.clock.Sleep(kDay);
    snapshot = Next(snapshot);
  }
  EXPECT_EQ(OldestReadable(), 8);
  ExpectReadable(8, 12);
  // Of checkpoints 8, 10 and 12, each has one; nothing else is left but what is young.
  EXPECT_THAT(Keys(kSidecarFolder), SizeIs(3));
  EXPECT_FALSE(Exists(std::string(kSidecarFolder) + "orphan.parquet"));
  // For readers that do not know UUIDs in names.
  EXPECT_TRUE(Exists(CheckpointKey(12)) || Exists(CheckpointKey(10)));
}

class LogCleanupFaultsTest : public LogCleanupTest, public testing::WithParamInterface<uint64_t> {};

TEST_P(LogCleanupFaultsTest, WhateverFailsTheRetainedVersionsStayReadable) {
  const SnapshotPtr snapshot =
      Make(60, {{"delta.enableExpiredLogCleanup", "false"}, {"delta.checkpointInterval", "4"}});
  DeltaSnapshot newest = static_cast<const DeltaSnapshot&>(*snapshot);
  newest.metadata.properties.erase("delta.enableExpiredLogCleanup");
  FaultOptions options;
  options.seed = GetParam();
  options.error_before = 0.02;
  options.lost_acknowledgement = 0.1;
  options.late_landing = 0.05;
  options.duplicate_delivery = 0.1;
  options.crash_at_operation = 20 + GetParam() * 7 % 300;
  const auto faulty = std::make_shared<FaultyStore>(table_.store, options, table_.clock);
  Environment environment = table_.environment;
  environment.store = faulty;
  // 60 days make 30 days of retention begin at version 29 or 30; the checkpoint before is 28.
  for (int attempt = 0; attempt < 30; ++attempt) {
    const bool done = CleanUpLog(environment, newest).has_value();
    const int64_t oldest = OldestReadable();
    EXPECT_LE(oldest, 28);
    ExpectReadable(28, 60);
    ASSERT_FALSE(HasFailure()) << "seed " << GetParam() << ", attempt " << attempt;
    if (done) {
      break;
    }
    faulty->Revive();
  }
  ASSERT_THAT(CleanUpLog(table_.environment, newest), IsOk());
  EXPECT_EQ(OldestReadable(), 28);
  EXPECT_FALSE(Exists(CommitKey(27)));
  EXPECT_FALSE(Exists(CheckpointKey(24)));
}

INSTANTIATE_TEST_SUITE_P(Seeds, LogCleanupFaultsTest, testing::Range<uint64_t>(1, 25));

}  // namespace
}  // namespace limno::table::delta
