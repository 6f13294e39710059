#include "table/delta/history_truncation.h"

#include <gmock/gmock.h>

#include "storage/testing/result_matchers.h"
#include "table/delta/feature_removal.h"
#include "table/delta/log_listing.h"
#include "table/delta/log_path.h"
#include "table/delta/protocol.h"
#include "table/testing/table_builder.h"

namespace limno::table::delta {
namespace {

using storage::Fails;
using storage::IsOk;

constexpr int64_t kHour = 3600LL * 1000;

class HistoryTruncationTest : public testing::Test {
 protected:
  DeltaSnapshotPtr Commit(Change change) {
    table_.clock.Sleep(kHour);
    const auto outcome = table_.Commit(change);
    EXPECT_THAT(outcome, IsOk());
    return std::static_pointer_cast<const DeltaSnapshot>(outcome->snapshot);
  }
  DeltaSnapshotPtr Append(const DeltaSnapshotPtr& base) {
    return Commit(TableBuilder::Append(base, {table_.File(NextName())}));
  }
  std::string NextName() { return "f" + std::to_string(++names_) + ".parquet"; }
  /// A version that adds a file with a vector, and one that replaces it by a file without.
  DeltaSnapshotPtr UseVectors(const DeltaSnapshotPtr& base) {
    Change use = TableBuilder::Append(base, {table_.File(NextName())});
    use.added[0].deletion_vector = DeletionVector{'i', "abc", {}, 10, 2};
    const DeltaSnapshotPtr used = Commit(use);
    Change purge = TableBuilder::Append(used, {table_.File(NextName())});
    used->files.ForEach([&](const DataFilePtr& file) {
      if (file->deletion_vector) {
        purge.removed.push_back(file);
      }
      return true;
    });
    purge.metadata = used->metadata;
    purge.metadata->properties["delta.enableDeletionVectors"] = "false";
    purge.operation.name = "DROP FEATURE PREPARATION";
    return Commit(purge);
  }
  Result<HistoryTruncation> Truncate(const std::string& feature) {
    return TruncateFeatureHistory(table_.environment, *table_.Load(), feature);
  }
  DeltaSnapshotPtr Drop(const std::string& feature, bool truncated) {
    Change change;
    change.base = *table_.Load();
    change.dropped_features = {feature};
    change.history_is_truncated = truncated;
    change.operation.name = "DROP FEATURE";
    return Commit(change);
  }
  int64_t OldestReadable() {
    return ListLog(*table_.store, 0)->OldestReadableVersion().value_or(-1);
  }
  void ExpectReadable(int64_t oldest, int64_t newest) {
    LogReader reader(*table_.store, &table_.parquet);
    for (int64_t version = oldest; version <= newest; ++version) {
      EXPECT_THAT(reader.LoadVersion(version), IsOk()) << version;
    }
  }

  TableBuilder table_;
  int names_ = 0;
};

TEST_F(HistoryTruncationTest, VersionsWithTheFeatureGoOnceTheyAreOld) {
  const DeltaSnapshotPtr created = Commit(TableBuilder::Create(TableBuilder::Schema()));
  const DeltaSnapshotPtr purged = UseVectors(Append(created));
  ASSERT_EQ(purged->version, 3);
  // Version 3 removes a file with a vector, so an empty one follows.
  const auto first = Truncate("deletionVectors");
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->last_with_feature, 3);
  EXPECT_EQ(first->oldest_version, 0);
  EXPECT_EQ((*table_.Load())->version, 4);
  EXPECT_EQ(first->possible_at, (*table_.Load())->timestamp_millis + 24 * kHour);
  table_.clock.Sleep(10 * kHour);
  Append(*table_.Load());
  const auto early = Truncate("deletionVectors");
  ASSERT_THAT(early, IsOk());
  EXPECT_EQ(early->possible_at, first->possible_at);
  EXPECT_EQ((*table_.Load())->version, 5) << "no empty commit for nothing";
  EXPECT_EQ(OldestReadable(), 0);

  table_.clock.Set(*first->possible_at);
  const auto done = Truncate("deletionVectors");
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->possible_at, std::nullopt);
  EXPECT_EQ(done->oldest_version, 4);
  EXPECT_EQ(OldestReadable(), 4);
  const DeltaSnapshotPtr dropped = Drop("deletionVectors", true);
  EXPECT_FALSE(HasFeature(dropped->protocol, "checkpointProtection"));
  EXPECT_EQ(dropped->protocol.min_reader_version, 1);
  EXPECT_EQ(dropped->metadata.properties.count("delta.requireCheckpointProtectionBeforeVersion"),
            0U);
  ExpectReadable(4, dropped->version);
}

TEST_F(HistoryTruncationTest, WhatNoVersionHasGoesAtOnce) {
  Metadata metadata = TableBuilder::Schema();
  metadata.properties["delta.feature.deletionVectors"] = "supported";
  Append(Commit(TableBuilder::Create(metadata)));
  const auto done = Truncate("deletionVectors");
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->possible_at, std::nullopt);
  EXPECT_EQ(OldestReadable(), 0);
}

TEST_F(HistoryTruncationTest, MetadataCountUntilTheyAreReplaced) {
  Metadata metadata = TableBuilder::Schema();
  metadata.properties["delta.checkpointPolicy"] = "v2";
  DeltaSnapshotPtr snapshot = Append(Commit(TableBuilder::Create(metadata)));
  Change unset;
  unset.base = snapshot;
  unset.metadata = snapshot->metadata;
  unset.metadata->properties.erase("delta.checkpointPolicy");
  unset.operation.name = "UNSET TBLPROPERTIES";
  const DeltaSnapshotPtr clean = Commit(unset);
  const auto first = Truncate("v2Checkpoint");
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->last_with_feature, 1);
  // Version 1 was the newest until version 2 came.
  EXPECT_EQ(first->possible_at, clean->timestamp_millis + 24 * kHour);
  table_.clock.Sleep(30 * kHour);
  ASSERT_THAT(Truncate("v2Checkpoint"), IsOk());
  EXPECT_EQ(OldestReadable(), 2);
}

TEST_F(HistoryTruncationTest, TheRetentionIsAProperty) {
  Metadata metadata = TableBuilder::Schema();
  metadata.properties["delta.dropFeatureTruncateHistory.retentionDuration"] = "interval 0 hours";
  UseVectors(Commit(TableBuilder::Create(metadata)));
  ASSERT_THAT(Truncate("deletionVectors"), IsOk());
  table_.clock.Sleep(1);
  const auto done = Truncate("deletionVectors");
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->possible_at, std::nullopt);
  EXPECT_EQ(OldestReadable(), 3);
  Change change;
  change.base = *table_.Load();
  change.metadata = change.base->metadata;
  change.metadata->properties["delta.dropFeatureTruncateHistory.retentionDuration"] = "a while";
  change.operation.name = "SET TBLPROPERTIES";
  Commit(change);
  EXPECT_THAT(Truncate("deletionVectors"), Fails(ErrorKind::kUsage));
}

TEST_F(HistoryTruncationTest, AClockThatIsAheadTakesNothingAway) {
  const DeltaSnapshotPtr purged = UseVectors(Commit(TableBuilder::Create(TableBuilder::Schema())));
  base::ManualClock ahead(table_.clock.Now() + 1000 * kHour);
  Environment environment = table_.environment;
  environment.clock = &ahead;
  const auto truncation = TruncateFeatureHistory(environment, purged, "deletionVectors");
  ASSERT_THAT(truncation, IsOk());
  EXPECT_NE(truncation->possible_at, std::nullopt);
  EXPECT_EQ(OldestReadable(), 0);
}

TEST_F(HistoryTruncationTest, ProtectedHistoryGoesWithItsProtection) {
  UseVectors(Commit(TableBuilder::Create(TableBuilder::Schema())));
  const DeltaSnapshotPtr dropped = Drop("deletionVectors", false);
  ASSERT_TRUE(HasFeature(dropped->protocol, "checkpointProtection"));
  Append(dropped);
  const auto early = Truncate("checkpointProtection");
  ASSERT_THAT(early, IsOk());
  EXPECT_EQ(early->possible_at, dropped->timestamp_millis + 24 * kHour);
  EXPECT_EQ(early->last_with_feature, dropped->version - 1);
  table_.clock.Sleep(24 * kHour);
  const auto done = Truncate("checkpointProtection");
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(OldestReadable(), dropped->version);
  // Again: there is nothing left to remove.
  EXPECT_THAT(Truncate("checkpointProtection"), IsOk());
  EXPECT_EQ(PlanFeatureRemoval(**table_.Load(), "checkpointProtection")->history,
            FeatureRemoval::History::kGoesFirst);
}

TEST_F(HistoryTruncationTest, NothingGoesWhereTheCheckpointIsDamaged) {
  UseVectors(Commit(TableBuilder::Create(TableBuilder::Schema())));
  ASSERT_THAT(Truncate("deletionVectors"), IsOk());
  ASSERT_THAT(table_.store->Put(CheckpointKey(3), "garbage"), IsOk());
  table_.clock.Sleep(48 * kHour);
  EXPECT_THAT(Truncate("deletionVectors"), Fails(ErrorKind::kCorrupt));
  EXPECT_EQ(OldestReadable(), 0);
}

}  // namespace
}  // namespace limno::table::delta
