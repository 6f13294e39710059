#include "table/delta/row_tracking.h"

#include <gmock/gmock.h>

#include "storage/testing/result_matchers.h"
#include "table/delta/commit_actions.h"
#include "table/delta/deletion_vector_store.h"
#include "table/delta/protocol.h"
#include "table/testing/table_builder.h"

namespace limno::table::delta {
namespace {

using storage::Fails;
using storage::IsOk;

/// Every file of the builder has ten rows.
class RowTrackingTest : public testing::Test {
 protected:
  Metadata Tracking(Metadata metadata = TableBuilder::Schema()) {
    metadata.properties[kRowTrackingProperty] = "true";
    NameRowIdentityColumns(metadata, nullptr, table_.random);
    return metadata;
  }
  DeltaSnapshotPtr Must(const Change& change) {
    const auto outcome = table_.Commit(change);
    EXPECT_THAT(outcome, IsOk());
    return outcome ? std::dynamic_pointer_cast<const DeltaSnapshot>(outcome->snapshot) : nullptr;
  }
  DeltaSnapshotPtr Append(const SnapshotPtr& base, const std::string& path) {
    return Must(TableBuilder::Append(base, {table_.File(path)}));
  }
  static std::string Mark(const DeltaSnapshot& snapshot) {
    const auto found = snapshot.domains.find(kRowTrackingDomain);
    return found == snapshot.domains.end() ? "none" : found->second;
  }
  /// "first id @ version" of a file.
  static std::string Ids(const DeltaSnapshot& snapshot, const std::string& path) {
    std::string ids = "no file";
    snapshot.files.ForEach([&](const DataFilePtr& file) {
      if (file->path == path) {
        ids = file->base_row_id ? std::to_string(*file->base_row_id) : "none";
        ids += "@" + std::to_string(file->default_row_commit_version.value_or(-1));
      }
      return true;
    });
    return ids;
  }

  TableBuilder table_;
};

TEST_F(RowTrackingTest, EveryFileGetsTheNextIds) {
  const auto created = Must(TableBuilder::Create(Tracking()));
  EXPECT_TRUE(HasFeature(created->protocol, "rowTracking"));
  EXPECT_TRUE(HasFeature(created->protocol, "domainMetadata"));
  const auto one = Append(created, "a");
  EXPECT_EQ(Ids(*one, "a"), "0@1");
  EXPECT_EQ(Mark(*one), R"({"rowIdHighWaterMark":9})");
  const auto two = Must(TableBuilder::Append(one, {table_.File("b"), table_.File("c")}));
  EXPECT_EQ(Ids(*two, "b"), "10@2");
  EXPECT_EQ(Ids(*two, "c"), "20@2");
  const auto loaded = table_.Load();
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ(Mark(**loaded), R"({"rowIdHighWaterMark":29})");
}

TEST_F(RowTrackingTest, IdsAreGivenAnewBehindAWinner) {
  const auto created = Must(TableBuilder::Create(Tracking()));
  Append(created, "a");
  const auto second = Append(created, "b");
  EXPECT_EQ(Ids(*second, "a"), "0@1");
  EXPECT_EQ(Ids(*second, "b"), "10@2");
  EXPECT_EQ(Mark(*second), R"({"rowIdHighWaterMark":19})");
}

TEST_F(RowTrackingTest, SwitchingItOnGivesIdsToWhatIsThere) {
  const auto created = Must(TableBuilder::Create(TableBuilder::Schema()));
  const auto filled = Must(TableBuilder::Append(created, {table_.File("a"), table_.File("b")}));
  EXPECT_EQ(Ids(*filled, "a"), "none@-1");
  Change enable;
  enable.base = filled;
  enable.metadata = Tracking(filled->metadata);
  enable.operation.name = "SET TBLPROPERTIES";
  // Somebody appends while it is switched on: that file gets ids, too.
  Append(filled, "c");
  const auto on = Must(enable);
  EXPECT_EQ(on->files.size(), 3U);
  EXPECT_EQ(Mark(*on), R"({"rowIdHighWaterMark":29})");
  on->files.ForEach([&](const DataFilePtr& file) {
    EXPECT_TRUE(file->base_row_id);
    EXPECT_EQ(file->default_row_commit_version, 3);
    return true;
  });
  // And one that comes after it, prepared before.
  const auto late = Append(filled, "d");
  EXPECT_EQ(Ids(*late, "d"), "30@4");
}

TEST_F(RowTrackingTest, AVectorLeavesIdsAsTheyAre) {
  const auto created = Must(TableBuilder::Create(Tracking()));
  const auto filled = Must(TableBuilder::Append(created, {table_.File("a"), table_.File("b")}));
  const DataFilePtr file = filled->files.Find("b");
  RowSet rows;
  rows.Add(3);
  auto entries = WriteDeletionVectors(table_.environment, filled->metadata, {{file, rows}});
  ASSERT_THAT(entries, IsOk());
  Change change;
  change.base = filled;
  change.operation.name = "DELETE";
  change.removed.push_back(file);
  change.added = *entries;
  // As an entry that was made before the file got its ids.
  change.added[0].base_row_id = std::nullopt;
  change.added[0].default_row_commit_version = std::nullopt;
  const auto deleted = Must(change);
  EXPECT_EQ(Ids(*deleted, "b"), "10@1");
  EXPECT_EQ(Mark(*deleted), R"({"rowIdHighWaterMark":19})");
  const auto tombstone = deleted->tombstones.Find("b");
  ASSERT_NE(tombstone, nullptr);
  EXPECT_EQ(tombstone->base_row_id, 10);
}

TEST_F(RowTrackingTest, AMissingMarkIsMadeUpFromTheFiles) {
  const auto created = Must(TableBuilder::Create(Tracking()));
  DataFile known = table_.File("a");
  known.base_row_id = 100;
  known.default_row_commit_version = 0;
  ASSERT_THAT(
      table_.store->Put("_delta_log/00000000000000000001.json",
                        FormatCommit({Add{known}, DomainMetadata{kRowTrackingDomain, "", true}})),
      IsOk());
  const auto loaded = table_.Load();
  ASSERT_THAT(loaded, IsOk());
  const auto next = Append(*loaded, "b");
  EXPECT_EQ(Ids(*next, "b"), "110@2");
  EXPECT_EQ(Mark(*next), R"({"rowIdHighWaterMark":119})");
}

TEST_F(RowTrackingTest, SupportedButNotEnabledAssignsAllTheSame) {
  Metadata metadata = TableBuilder::Schema();
  metadata.properties["delta.feature.rowTracking"] = "supported";
  const auto created = Must(TableBuilder::Create(metadata));
  const auto one = Append(created, "a");
  EXPECT_EQ(Ids(*one, "a"), "0@1");
  Change suspend;
  suspend.base = one;
  suspend.metadata = one->metadata;
  suspend.metadata->properties["delta.rowTrackingSuspended"] = "true";
  EXPECT_EQ(Ids(*Append(Must(suspend), "b"), "b"), "none@-1");
}

TEST_F(RowTrackingTest, WhatMakesNoSenseIsRefused) {
  Metadata unnamed = TableBuilder::Schema();
  unnamed.properties[kRowTrackingProperty] = "true";
  EXPECT_THAT(table_.Commit(TableBuilder::Create(unnamed)), Fails(ErrorKind::kRefused));
  Metadata suspended = Tracking();
  suspended.properties["delta.rowTrackingSuspended"] = "true";
  EXPECT_THAT(table_.Commit(TableBuilder::Create(suspended)), Fails(ErrorKind::kRefused));
  const auto created = Must(TableBuilder::Create(Tracking()));
  Change own = TableBuilder::Append(created, {table_.File("a")});
  own.domains[kRowTrackingDomain] = "{}";
  EXPECT_THAT(table_.Commit(own), Fails(ErrorKind::kRefused));
  Change renamed;
  renamed.base = created;
  renamed.metadata = created->metadata;
  renamed.metadata->properties[kRowIdColumnProperty] = "x";
  EXPECT_THAT(table_.Commit(renamed), Fails(ErrorKind::kRefused));
}

}  // namespace
}  // namespace limno::table::delta
