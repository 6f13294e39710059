#include "table/delta/commit.h"

#include <gmock/gmock.h>

#include <atomic>
#include <set>
#include <thread>

#include "storage/testing/result_matchers.h"
#include "table/delta/action_json.h"
#include "table/delta/commit_actions.h"
#include "table/delta/deletion_vector_store.h"
#include "table/delta/delta_table.h"
#include "table/delta/log_path.h"
#include "table/delta/protocol.h"
#include "table/testing/table_builder.h"

namespace limno::table::delta {
namespace {

using storage::Fails;
using storage::IsOk;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

class CommitTest : public testing::Test {
 protected:
  SnapshotPtr Create(Metadata metadata = TableBuilder::Schema()) {
    const auto outcome = table_.Commit(TableBuilder::Create(std::move(metadata)));
    EXPECT_THAT(outcome, IsOk());
    return outcome ? outcome->snapshot : nullptr;
  }
  SnapshotPtr Append(const SnapshotPtr& base, const std::string& path) {
    const auto outcome = table_.Commit(TableBuilder::Append(base, {table_.File(path)}));
    EXPECT_THAT(outcome, IsOk());
    return outcome ? outcome->snapshot : nullptr;
  }
  std::string Text(int64_t version) { return table_.store->Read(CommitKey(version)).value_or(""); }
  std::vector<Action> Actions(int64_t version) {
    return ParseActions(Text(version), CommitKey(version)).value_or(std::vector<Action>());
  }

  TableBuilder table_;
};

std::set<std::string> Paths(const Snapshot& snapshot) {
  std::set<std::string> paths;
  snapshot.files.ForEach([&](const DataFilePtr& file) { return paths.insert(file->path).second; });
  return paths;
}

TEST_F(CommitTest, CreatesTheSmallestProtocol) {
  const SnapshotPtr snapshot = Create();
  EXPECT_EQ(snapshot->version, 0);
  EXPECT_EQ(snapshot->metadata.id.size(), 36U);
  EXPECT_THAT(Text(0), HasSubstr(R"({"protocol":{"minReaderVersion":1,"minWriterVersion":2}})"));
  EXPECT_THAT(Text(0), HasSubstr(R"("format":{"provider":"parquet","options":{}})"));
  EXPECT_TRUE(std::holds_alternative<CommitInfo>(Actions(0)[0]));
}

TEST_F(CommitTest, NewTypesAndPropertiesBringTheirFeatures) {
  Metadata metadata = TableBuilder::Schema();
  metadata.schema.fields.push_back(
      {"s", StructOf({{"t", Primitive(TypeKind::kTimestampNtz), true, {}}}), true, {}});
  metadata.properties["delta.feature.domainMetadata"] = "supported";
  const SnapshotPtr snapshot = Create(metadata);
  const auto& made = static_cast<const DeltaSnapshot&>(*snapshot);
  EXPECT_EQ(made.protocol.min_reader_version, 3);
  EXPECT_THAT(*made.protocol.reader_features, ElementsAre("timestampNtz"));
  EXPECT_THAT(*made.protocol.writer_features,
              ElementsAre("appendOnly", "domainMetadata", "invariants", "timestampNtz"));
  EXPECT_TRUE(made.metadata.properties.empty());
}

TEST_F(CommitTest, WhatCannotBeHonouredIsNotPromised) {
  Metadata metadata = TableBuilder::Schema();
  metadata.properties["delta.feature.catalogManaged"] = "supported";
  const auto outcome = table_.Commit(TableBuilder::Create(metadata));
  ASSERT_THAT(outcome, Fails(ErrorKind::kUnsupported));
  EXPECT_THAT(outcome.error().message, HasSubstr("catalogManaged"));
  EXPECT_TRUE(table_.store->List("")->objects.empty());
}

TEST_F(CommitTest, DomainsAreSetAndRemoved) {
  Change create = TableBuilder::Create(TableBuilder::Schema());
  create.domains["app"] = R"({"a":1})";
  create.domains["other"] = "x";
  const auto created = table_.Commit(create);
  ASSERT_THAT(created, IsOk());
  EXPECT_TRUE(
      HasFeature(static_cast<const DeltaSnapshot&>(*created->snapshot).protocol, "domainMetadata"));
  Change change = TableBuilder::Append(created->snapshot, {table_.File("a")});
  change.domains["other"] = std::nullopt;
  ASSERT_THAT(table_.Commit(change), IsOk());
  const auto loaded = table_.Load();
  ASSERT_THAT(loaded, IsOk());
  EXPECT_THAT((*loaded)->domains, ElementsAre(Pair("app", R"({"a":1})")));
}

TEST_F(CommitTest, ATableIsCreatedOnce) {
  Create();
  EXPECT_THAT(table_.Commit(TableBuilder::Create(TableBuilder::Schema())),
              Fails(ErrorKind::kAlreadyExists));
}

TEST_F(CommitTest, ATableWhoseFirstCommitsWereCleanedUpIsNotCreatedAgain) {
  ASSERT_THAT(table_.store->Put(CheckpointKey(10), "x"), IsOk());
  EXPECT_THAT(table_.Commit(TableBuilder::Create(TableBuilder::Schema())),
              Fails(ErrorKind::kAlreadyExists));
}

TEST_F(CommitTest, CommitInfoTellsTheStory) {
  Change change = TableBuilder::Append(Create(), {table_.File("a.parquet")});
  change.operation.parameters = {{"mode", "Append"}};
  change.operation.metrics = {{"numFiles", "1"}};
  change.operation.user_metadata = "note";
  change.app_transactions["loader"] = 7;
  ASSERT_THAT(table_.Commit(change), IsOk());
  const std::vector<Action> actions = Actions(1);
  const CommitInfo& info = std::get<CommitInfo>(actions[0]);
  EXPECT_EQ(info.operation, "WRITE");
  EXPECT_EQ(info.operation_parameters.at("mode"), "Append");
  EXPECT_EQ(info.operation_metrics.at("numFiles"), "1");
  EXPECT_EQ(info.read_version, 0);
  EXPECT_EQ(info.isolation_level, "Serializable");
  EXPECT_EQ(info.is_blind_append, true);
  EXPECT_EQ(info.user_metadata, "note");
  EXPECT_THAT(*info.engine_info, HasSubstr("Limno/"));
  EXPECT_EQ(info.txn_id->size(), 36U);
  EXPECT_EQ(info.timestamp_millis, table_.clock.Now());
  EXPECT_EQ(std::get<Transaction>(actions[1]).version, 7);
  EXPECT_EQ(std::get<Add>(actions[2]).file.path, "a.parquet");
  EXPECT_EQ(actions.size(), 3U);
}

TEST_F(CommitTest, TheOutcomeIsWhatANewReaderSees) {
  SnapshotPtr snapshot = Append(Create(), "a.parquet");
  table_.clock.Sleep(1000);
  snapshot = Append(snapshot, "b.parquet");
  const auto outcome = table_.Commit(TableBuilder::Delete(snapshot, {"a.parquet"}));
  ASSERT_THAT(outcome, IsOk());
  const auto loaded = table_.Load();
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ(outcome->version, 3);
  EXPECT_EQ((*loaded)->version, 3);
  EXPECT_EQ((*loaded)->timestamp_millis, outcome->snapshot->timestamp_millis);
  EXPECT_EQ(Paths(**loaded), (std::set<std::string>{"b.parquet"}));
  EXPECT_EQ(Paths(*outcome->snapshot), Paths(**loaded));
  EXPECT_EQ((*loaded)->tombstones.size(), 1U);
  EXPECT_THAT(Text(3), HasSubstr(R"("extendedFileMetadata":true)"));
  EXPECT_THAT(Text(3), HasSubstr(R"("size":)"));
}

TEST_F(CommitTest, FirstVectorUpgradesTheTable) {
  const SnapshotPtr base = Append(Create(), "a.parquet");
  const DataFilePtr file = base->files.Find("a.parquet");
  RowSet rows;
  rows.Add(3);
  Change change = TableBuilder::Delete(base, {"a.parquet"});
  change.added = *WriteDeletionVectors(table_.environment, base->metadata, {{file, rows}});
  const auto outcome = table_.Commit(change);
  ASSERT_THAT(outcome, IsOk());
  const auto& snapshot = static_cast<const DeltaSnapshot&>(*outcome->snapshot);
  EXPECT_EQ(snapshot.protocol.min_reader_version, 3);
  EXPECT_EQ(snapshot.protocol.min_writer_version, 7);
  EXPECT_THAT(*snapshot.protocol.reader_features, ElementsAre("deletionVectors"));
  EXPECT_THAT(*snapshot.protocol.writer_features,
              ElementsAre("appendOnly", "deletionVectors", "invariants"));
  EXPECT_EQ(snapshot.metadata.properties.at("delta.enableDeletionVectors"), "true");
  EXPECT_EQ(snapshot.metadata.id, base->metadata.id);

  // The second one does not write protocol and metadata again.
  const DataFilePtr changed = snapshot.files.ToVector().at(0);
  RowSet more;
  more.Add(4);
  Change second;
  second.base = outcome->snapshot;
  second.operation.name = "DELETE";
  second.removed = {changed};
  second.added = *WriteDeletionVectors(table_.environment, snapshot.metadata, {{changed, more}});
  ASSERT_THAT(table_.Commit(second), IsOk());
  EXPECT_THAT(Text(3), Not(HasSubstr("\"protocol\"")));
  EXPECT_THAT(Text(3), Not(HasSubstr("\"metaData\"")));
  EXPECT_EQ((*table_.Load())->files.ToVector().at(0)->deletion_vector->cardinality, 2);
}

TEST_F(CommitTest, VectorsAreRefusedWhereTheyAreSwitchedOff) {
  Metadata metadata = TableBuilder::Schema();
  metadata.properties["delta.enableDeletionVectors"] = "false";
  const SnapshotPtr base = Append(Create(metadata), "a.parquet");
  Change change = TableBuilder::Delete(base, {"a.parquet"});
  RowSet rows;
  rows.Add(3);
  change.added = *WriteDeletionVectors(table_.environment, base->metadata,
                                       {{base->files.Find("a.parquet"), rows}});
  EXPECT_THAT(table_.Commit(change), Fails(ErrorKind::kRefused));
}

TEST_F(CommitTest, RestoringBringsVectorsBackWithoutAskingForNewOnes) {
  const SnapshotPtr base = Append(Create(), "a.parquet");
  RowSet rows;
  rows.Add(3);
  Change change = TableBuilder::Delete(base, {"a.parquet"});
  change.added = *WriteDeletionVectors(table_.environment, base->metadata,
                                       {{base->files.Find("a.parquet"), rows}});
  const DataFile with_vector = change.added[0];
  SnapshotPtr snapshot = table_.Commit(change)->snapshot;
  Change switch_off = TableBuilder::Append(snapshot, {});
  switch_off.metadata = snapshot->metadata;
  switch_off.metadata->properties["delta.enableDeletionVectors"] = "false";
  switch_off.removed = snapshot->files.ToVector();
  snapshot = table_.Commit(switch_off)->snapshot;
  Change restore = TableBuilder::Append(snapshot, {with_vector});
  EXPECT_THAT(table_.Commit(restore), Fails(ErrorKind::kRefused));
  restore.operation.name = "RESTORE";
  EXPECT_THAT(table_.Commit(restore), IsOk());
  EXPECT_EQ((*table_.Load())->metadata.properties.at("delta.enableDeletionVectors"), "false");
}

TEST_F(CommitTest, InCommitTimestampsAlwaysAdvance) {
  Metadata metadata = TableBuilder::Schema();
  SnapshotPtr snapshot = Append(Create(metadata), "a.parquet");
  Change enable;
  enable.base = snapshot;
  enable.metadata = snapshot->metadata;
  enable.metadata->properties["delta.enableInCommitTimestamps"] = "true";
  enable.operation.name = "SET TBLPROPERTIES";
  snapshot = table_.Commit(enable)->snapshot;
  EXPECT_EQ(snapshot->metadata.properties.at("delta.inCommitTimestampEnablementVersion"), "2");
  EXPECT_EQ(snapshot->metadata.properties.at("delta.inCommitTimestampEnablementTimestamp"),
            std::to_string(snapshot->timestamp_millis));
  const base::UnixMillis enabled_at = snapshot->timestamp_millis;
  table_.clock.Set(table_.clock.Now() - 50'000);
  snapshot = Append(snapshot, "b.parquet");
  EXPECT_EQ(snapshot->timestamp_millis, enabled_at + 1);
  EXPECT_EQ(std::get<CommitInfo>(Actions(3)[0]).in_commit_timestamp_millis, enabled_at + 1);
  EXPECT_EQ((*table_.Load())->timestamp_millis, enabled_at + 1);
}

TEST_F(CommitTest, InCommitTimestampsBeginAfterTheTimesOfTheFiles) {
  SnapshotPtr snapshot = Append(Create(TableBuilder::Schema()), "a.parquet");
  const base::UnixMillis before_jump = table_.clock.Now();
  // The clock goes back by an hour, and with it the times of the files.
  table_.clock.Set(before_jump - 3'600'000);
  snapshot = Append(snapshot, "b.parquet");
  Change enable;
  enable.base = snapshot;
  enable.metadata = snapshot->metadata;
  enable.metadata->properties["delta.enableInCommitTimestamps"] = "true";
  enable.operation.name = "SET TBLPROPERTIES";
  snapshot = table_.Commit(enable)->snapshot;
  Append(snapshot, "c.parquet");
  const std::unique_ptr<Table> table = OpenTable(table_.environment);
  const auto history = table->History(std::nullopt);
  ASSERT_THAT(history, IsOk());
  ASSERT_EQ(history->size(), 5U);
  for (const HistoryEntry& entry : *history) {
    const auto found = table->AtTimestamp(entry.timestamp_millis);
    ASSERT_THAT(found, IsOk()) << entry.version;
    EXPECT_EQ((*found)->version, entry.version);
  }
  for (size_t newer = 0; newer + 1 < history->size(); ++newer) {
    EXPECT_GT((*history)[newer].timestamp_millis, (*history)[newer + 1].timestamp_millis);
  }
}

TEST_F(CommitTest, BlindAppendsRebase) {
  const SnapshotPtr base = Create();
  Append(base, "a.parquet");
  const auto outcome = table_.Commit(TableBuilder::Append(base, {table_.File("b.parquet")}));
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(outcome->version, 2);
  EXPECT_EQ(outcome->rebases, 1);
  EXPECT_EQ(Paths(*outcome->snapshot), (std::set<std::string>{"a.parquet", "b.parquet"}));
}

TEST_F(CommitTest, RearrangingRebasesOverAppendsButNotOverDeletions) {
  SnapshotPtr base = Append(Append(Create(), "a.parquet"), "b.parquet");
  Change optimize = TableBuilder::Delete(base, {"a.parquet", "b.parquet"});
  optimize.operation.name = "OPTIMIZE";
  optimize.data_change = false;
  optimize.added = {table_.File("ab.parquet")};
  optimize.added[0].statistics = R"({"numRecords":20})";
  Append(base, "c.parquet");
  const auto outcome = table_.Commit(optimize);
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(Paths(*outcome->snapshot), (std::set<std::string>{"ab.parquet", "c.parquet"}));
  EXPECT_THAT(Text(4), Not(HasSubstr(R"("dataChange":true)")));

  ASSERT_THAT(table_.Commit(TableBuilder::Delete(outcome->snapshot, {"c.parquet"})), IsOk());
  Change late = TableBuilder::Delete(outcome->snapshot, {"c.parquet"});
  late.operation.name = "OPTIMIZE";
  late.data_change = false;
  late.added = {table_.File("c2.parquet")};
  EXPECT_THAT(table_.Commit(late), Fails(ErrorKind::kConflict));
  EXPECT_THAT(table_.store->Head(CommitKey(6)), Fails(ErrorKind::kNotFound));
}

TEST_F(CommitTest, RowsThatWereReadAreGuardedWhereTheyWereMoved) {
  const SnapshotPtr base = Append(Append(Create(), "a.parquet"), "b.parquet");
  // As a RESTORE: it depends on all files and changes only one.
  Change restore = TableBuilder::Delete(base, {"a.parquet"});
  restore.operation.name = "RESTORE";
  restore.reads.file_keys = {"a.parquet", "b.parquet"};
  restore.added = {table_.File("old.parquet")};
  Change optimize = TableBuilder::Delete(base, {"b.parquet"});
  optimize.operation.name = "OPTIMIZE";
  optimize.data_change = false;
  optimize.added = {table_.File("moved.parquet")};
  SnapshotPtr snapshot = table_.Commit(optimize)->snapshot;
  optimize = TableBuilder::Delete(snapshot, {"moved.parquet"});
  optimize.operation.name = "OPTIMIZE";
  optimize.data_change = false;
  optimize.added = {table_.File("twice.parquet")};
  snapshot = table_.Commit(optimize)->snapshot;
  ASSERT_THAT(table_.Commit(TableBuilder::Delete(snapshot, {"twice.parquet"})), IsOk());
  EXPECT_THAT(table_.Commit(restore), Fails(ErrorKind::kConflict));
}

TEST_F(CommitTest, ConcurrentFirstVectorsOfTwoFilesBothLand) {
  const SnapshotPtr base = Append(Append(Create(), "a.parquet"), "b.parquet");
  for (const char* path : {"a.parquet", "b.parquet"}) {
    RowSet rows;
    rows.Add(1);
    Change change = TableBuilder::Delete(base, {path});
    change.added =
        *WriteDeletionVectors(table_.environment, base->metadata, {{base->files.Find(path), rows}});
    EXPECT_THAT(table_.Commit(change), IsOk()) << path;
  }
  const auto loaded = table_.Load();
  for (const DataFilePtr& file : (*loaded)->files.ToVector()) {
    EXPECT_TRUE(file->deletion_vector) << file->path;
  }
}

TEST_F(CommitTest, AppendOnlyTablesKeepTheirRows) {
  Metadata metadata = TableBuilder::Schema();
  metadata.properties["delta.appendOnly"] = "true";
  const SnapshotPtr base = Append(Create(metadata), "a.parquet");
  EXPECT_THAT(table_.Commit(TableBuilder::Delete(base, {"a.parquet"})), Fails(ErrorKind::kRefused));
  Change optimize = TableBuilder::Delete(base, {"a.parquet"});
  optimize.operation.name = "OPTIMIZE";
  optimize.data_change = false;
  optimize.added = {table_.File("b.parquet")};
  EXPECT_THAT(table_.Commit(optimize), IsOk());
}

TEST_F(CommitTest, AnOldBaseBelowACleanedLogIsAConflict) {
  const SnapshotPtr base = Create();
  SnapshotPtr snapshot = base;
  for (int version = 1; version <= 12; ++version) {
    snapshot = Append(snapshot, "f" + std::to_string(version) + ".parquet");
  }
  for (int version = 0; version < 10; ++version) {
    ASSERT_THAT(table_.store->Delete(CommitKey(version)), IsOk());
  }
  const auto outcome = table_.Commit(TableBuilder::Append(base, {table_.File("late.parquet")}));
  ASSERT_THAT(outcome, Fails(ErrorKind::kConflict));
  EXPECT_THAT(outcome.error().message, HasSubstr("cleaned up"));
  EXPECT_THAT(table_.store->Head(CommitKey(1)), Fails(ErrorKind::kNotFound));
}

TEST_F(CommitTest, ABaseThatACleanUpLeftBehindIsAConflict) {
  const SnapshotPtr base = Create();
  SnapshotPtr snapshot = base;
  for (int version = 1; version <= 12; ++version) {
    snapshot = Append(snapshot, "f" + std::to_string(version) + ".parquet");
  }
  // The clean-up broke off, or its order was another one: version 0 is still there, 1 is not.
  for (int version = 1; version < 10; ++version) {
    ASSERT_THAT(table_.store->Delete(CommitKey(version)), IsOk());
  }
  table_.clock.Sleep(40LL * 24 * 3600 * 1000);
  const auto outcome = table_.Commit(TableBuilder::Append(base, {table_.File("late.parquet")}));
  ASSERT_THAT(outcome, Fails(ErrorKind::kConflict));
  EXPECT_THAT(outcome.error().message, HasSubstr("cleaned up"));
  EXPECT_THAT(table_.store->Head(CommitKey(1)), Fails(ErrorKind::kNotFound));
  const auto later = table_.Commit(TableBuilder::Append(snapshot, {table_.File("f13.parquet")}));
  ASSERT_THAT(later, IsOk());
  EXPECT_EQ(later->version, 13);
}

TEST_F(CommitTest, SixteenWritersLoseNothing) {
  const SnapshotPtr base = Create();
  constexpr int kWriters = 16;
  constexpr int kAppends = 12;
  std::vector<DataFile> files;
  for (int index = 0; index < kWriters * kAppends; ++index) {
    files.push_back(table_.File("f" + std::to_string(index) + ".parquet"));
  }
  base::SystemClock clock;
  Environment environment = table_.environment;
  environment.clock = &clock;
  std::vector<std::thread> threads;
  std::atomic<int> failures{0};
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&, writer] {
      SnapshotPtr snapshot = base;
      for (int append = 0; append < kAppends; ++append) {
        const auto index = static_cast<size_t>(writer * kAppends + append);
        const auto outcome =
            CommitChange(environment, TableBuilder::Append(snapshot, {files[index]}));
        failures += outcome ? 0 : 1;
        snapshot = outcome ? outcome->snapshot : snapshot;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(failures, 0);
  const auto loaded = table_.Load();
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ((*loaded)->version, kWriters * kAppends);
  EXPECT_EQ((*loaded)->files.size(), files.size());
}

}  // namespace
}  // namespace limno::table::delta
