#include "table/delta/checkpoint_write.h"

#include <gmock/gmock.h>

#include <set>

#include "base/json_writer.h"
#include "storage/testing/result_matchers.h"
#include "table/delta/interval_text.h"
#include "table/delta/log_path.h"
#include "table/testing/table_builder.h"

namespace limno::table::delta {
namespace {

using storage::Fails;
using storage::IsOk;
using testing::HasSubstr;

constexpr int64_t kDay = 24LL * 3600 * 1000;

class CheckpointWriteTest : public testing::Test {
 protected:
  SnapshotPtr CommitOrFail(const Change& change) {
    const auto outcome = table_.Commit(change);
    EXPECT_THAT(outcome, IsOk());
    return outcome ? outcome->snapshot : nullptr;
  }
  SnapshotPtr Append(const SnapshotPtr& base, int count) {
    SnapshotPtr snapshot = base;
    for (int index = 0; index < count; ++index) {
      snapshot = CommitOrFail(TableBuilder::Append(
          snapshot, {table_.File("f" + std::to_string(snapshot->version + 1) + ".parquet")}));
    }
    return snapshot;
  }
  bool Exists(const std::string& key) { return table_.store->Head(key).has_value(); }
  /// Loads the version from its checkpoint alone.
  DeltaSnapshotPtr LoadWithoutCommits(int64_t version) {
    for (int64_t commit = 0; commit < version; ++commit) {
      EXPECT_THAT(table_.store->Delete(CommitKey(commit)), IsOk());
    }
    const auto loaded = table_.Load();
    EXPECT_THAT(loaded, IsOk());
    return loaded ? *loaded : nullptr;
  }

  TableBuilder table_;
};

TEST_F(CheckpointWriteTest, EveryTenthCommitByDefault) {
  const SnapshotPtr first = CommitOrFail(TableBuilder::Create(TableBuilder::Schema()));
  EXPECT_FALSE(IsCheckpointDue(static_cast<const DeltaSnapshot&>(*first)));
  SnapshotPtr snapshot = Append(first, 9);
  EXPECT_FALSE(Exists(CheckpointKey(9)));
  snapshot = Append(snapshot, 1);
  EXPECT_TRUE(Exists(CheckpointKey(10)));
  EXPECT_EQ(static_cast<const DeltaSnapshot&>(*snapshot).checkpoint_version, 10);
  EXPECT_THAT(table_.store->Read(kLastCheckpointKey).value_or(""),
              HasSubstr(R"({"version":10,"size":12,)"));
}

TEST_F(CheckpointWriteTest, TheIntervalIsAProperty) {
  Metadata metadata = TableBuilder::Schema();
  metadata.properties["delta.checkpointInterval"] = "3";
  Append(CommitOrFail(TableBuilder::Create(metadata)), 4);
  EXPECT_TRUE(Exists(CheckpointKey(3)));
  EXPECT_FALSE(Exists(CheckpointKey(4)));
}

/// Somebody else's file appears between the look and the writing.
class LateCompetitor final : public ParquetIo {
 public:
  explicit LateCompetitor(ParquetIo& base) : base_(base) {}
  Result<void> Read(storage::ObjectStore& store, const std::string& key,
                    const std::vector<std::string>& columns, const BatchVisitor& visit) override {
    return base_.Read(store, key, columns, visit);
  }
  Result<uint64_t> Write(storage::ObjectStore& store, const std::string& key,
                         ArrowArrayStream* stream) override {
    (void)store.Put(key, "theirs");
    return base_.Write(store, key, stream);
  }

 private:
  ParquetIo& base_;
};

TEST_F(CheckpointWriteTest, OneThatAppearsMeanwhileStays) {
  Metadata metadata = TableBuilder::Schema();
  metadata.properties["delta.checkpointInterval"] = "100";
  const SnapshotPtr snapshot = Append(CommitOrFail(TableBuilder::Create(metadata)), 2);
  LateCompetitor competitor(table_.parquet);
  Environment environment = table_.environment;
  environment.parquet = &competitor;
  EXPECT_THAT(WriteCheckpoint(environment, static_cast<const DeltaSnapshot&>(*snapshot)), IsOk());
  EXPECT_EQ(table_.store->Read(CheckpointKey(2)).value_or(""), "theirs");
  EXPECT_FALSE(Exists(std::string(kLastCheckpointKey))) << "its numbers are not ours";
}

TEST_F(CheckpointWriteTest, AnEmptyOneIsNone) {
  Metadata metadata = TableBuilder::Schema();
  metadata.properties["delta.checkpointInterval"] = "100";
  const SnapshotPtr snapshot = Append(CommitOrFail(TableBuilder::Create(metadata)), 2);
  ASSERT_THAT(table_.store->Put(CheckpointKey(2), ""), IsOk());
  EXPECT_THAT(WriteCheckpoint(table_.environment, static_cast<const DeltaSnapshot&>(*snapshot)),
              IsOk());
  const DeltaSnapshotPtr loaded = LoadWithoutCommits(2);
  ASSERT_NE(loaded, nullptr);
  EXPECT_EQ(loaded->files.size(), 2U);
}

TEST_F(CheckpointWriteTest, HoldsTheWholeState) {
  Metadata metadata = TableBuilder::Schema(true);
  metadata.name = "n\xc3\xa4me";
  metadata.properties = {{"delta.checkpointInterval", "3"},
                         {"x", "y"},
                         {"delta.enableDeletionVectors", "true"},
                         {"delta.feature.domainMetadata", "supported"}};
  SnapshotPtr snapshot = CommitOrFail(TableBuilder::Create(metadata));
  Change append;
  append.base = snapshot;
  append.operation.name = "WRITE";
  append.app_transactions["loader \"1\""] = 5;
  append.added = {table_.File("p=a%20b/x y.parquet"), table_.File("p=n/z.parquet")};
  append.added[0].partition_values = {{"p", "a b"}};
  append.added[1].partition_values = {{"p", std::nullopt}};
  append.added[1].tags = R"({"k":"v","n":null})";
  append.added[1].deletion_vector = DeletionVector{'i', "abcde", std::nullopt, 4, 2};
  append.added[1].statistics = R"({"numRecords":10,"tightBounds":false})";
  snapshot = CommitOrFail(append);
  append.base = snapshot;
  append.app_transactions.clear();
  append.added = {table_.File("gone.parquet")};
  append.added[0].partition_values = {{"p", "q"}};
  snapshot = CommitOrFail(append);
  snapshot = CommitOrFail(TableBuilder::Delete(snapshot, {"gone.parquet"}));
  ASSERT_TRUE(Exists(CheckpointKey(3)));

  const DeltaSnapshotPtr loaded = LoadWithoutCommits(3);
  ASSERT_NE(loaded, nullptr);
  const auto& made = static_cast<const DeltaSnapshot&>(*snapshot);
  EXPECT_EQ(loaded->version, 3);
  EXPECT_EQ(loaded->protocol, made.protocol);
  EXPECT_EQ(loaded->metadata.id, made.metadata.id);
  EXPECT_EQ(loaded->metadata.name, made.metadata.name);
  EXPECT_EQ(loaded->metadata.properties, made.metadata.properties);
  EXPECT_EQ(loaded->metadata.partition_columns, made.metadata.partition_columns);
  EXPECT_EQ(loaded->metadata.created_millis, made.metadata.created_millis);
  EXPECT_TRUE(loaded->metadata.schema == made.metadata.schema);
  EXPECT_EQ(loaded->app_transactions, made.app_transactions);
  EXPECT_EQ(loaded->tombstones.size(), 1U);
  ASSERT_EQ(loaded->files.size(), 2U);
  made.files.ForEach([&](const DataFilePtr& file) {
    const DataFilePtr found = loaded->files.Find(file->Key());
    EXPECT_NE(found, nullptr) << file->path;
    if (found != nullptr) {
      EXPECT_EQ(found->partition_values, file->partition_values);
      EXPECT_EQ(found->size_bytes, file->size_bytes);
      EXPECT_EQ(found->modified_millis, file->modified_millis);
      EXPECT_EQ(found->statistics, file->statistics);
      EXPECT_EQ(found->deletion_vector, file->deletion_vector);
      EXPECT_EQ(found->tags.empty(), file->tags.empty());
    }
    return true;
  });
}

TEST_F(CheckpointWriteTest, ManyBatches) {
  SnapshotPtr snapshot = CommitOrFail(TableBuilder::Create(TableBuilder::Schema()));
  Change append;
  append.base = snapshot;
  append.operation.name = "WRITE";
  for (int index = 0; index < 25'000; ++index) {
    append.added.push_back(table_.File("f" + std::to_string(index) + ".parquet"));
  }
  snapshot = CommitOrFail(append);
  ASSERT_THAT(WriteCheckpoint(table_.environment, static_cast<const DeltaSnapshot&>(*snapshot)),
              IsOk());
  EXPECT_EQ(LoadWithoutCommits(1)->files.size(), 25'000U);
}

TEST_F(CheckpointWriteTest, OldTombstonesAreDropped) {
  SnapshotPtr snapshot = Append(CommitOrFail(TableBuilder::Create(TableBuilder::Schema())), 2);
  snapshot = CommitOrFail(TableBuilder::Delete(snapshot, {"f1.parquet"}));
  table_.clock.Sleep(8 * kDay);
  snapshot = CommitOrFail(TableBuilder::Delete(snapshot, {"f2.parquet"}));
  ASSERT_THAT(WriteCheckpoint(table_.environment, static_cast<const DeltaSnapshot&>(*snapshot)),
              IsOk());
  const DeltaSnapshotPtr loaded = LoadWithoutCommits(4);
  EXPECT_EQ(loaded->tombstones.size(), 1U);
  EXPECT_NE(loaded->tombstones.Find("f2.parquet"), nullptr);
}

TEST_F(CheckpointWriteTest, FailureDoesNotFailTheCommit) {
  const SnapshotPtr snapshot =
      Append(CommitOrFail(TableBuilder::Create(TableBuilder::Schema())), 9);
  table_.parquet.FailNextWrite();
  Append(snapshot, 1);
  EXPECT_FALSE(Exists(CheckpointKey(10)));
  EXPECT_FALSE(Exists(std::string(kLastCheckpointKey)));
  EXPECT_EQ((*table_.Load())->version, 10);
}

TEST_F(CheckpointWriteTest, TheHintNeverGoesBack) {
  const SnapshotPtr old = Append(CommitOrFail(TableBuilder::Create(TableBuilder::Schema())), 5);
  Append(old, 5);
  const std::string hint = *table_.store->Read(kLastCheckpointKey);
  ASSERT_THAT(WriteCheckpoint(table_.environment, static_cast<const DeltaSnapshot&>(*old)), IsOk());
  EXPECT_TRUE(Exists(CheckpointKey(5)));
  EXPECT_EQ(*table_.store->Read(kLastCheckpointKey), hint);
}

TEST_F(CheckpointWriteTest, ABrokenHintIsReplacedAndItsChecksumRemoved) {
  const SnapshotPtr snapshot =
      Append(CommitOrFail(TableBuilder::Create(TableBuilder::Schema())), 9);
  ASSERT_THAT(table_.store->Put(kLastCheckpointKey, "{broken"), IsOk());
  ASSERT_THAT(table_.store->Put("_delta_log/._last_checkpoint.crc", "old"), IsOk());
  Append(snapshot, 1);
  EXPECT_THAT(table_.store->Read(kLastCheckpointKey).value_or(""), HasSubstr(R"("version":10)"));
  EXPECT_FALSE(Exists("_delta_log/._last_checkpoint.crc"));
}

TEST(IntervalTextTest, ReadsDurations) {
  EXPECT_EQ(ParseIntervalMillis("interval 7 days"), 7 * kDay);
  EXPECT_EQ(ParseIntervalMillis("interval 1 week"), 7 * kDay);
  EXPECT_EQ(ParseIntervalMillis("INTERVAL 1 DAY 12 hours"), kDay * 3 / 2);
  EXPECT_EQ(ParseIntervalMillis("interval 0 days"), 0);
  EXPECT_EQ(ParseIntervalMillis("90 seconds"), 90'000);
  for (const char* text : {"", "interval", "interval x days", "interval 1 month", "interval 1",
                           "interval -1 days", "interval 99999999999999 weeks"}) {
    EXPECT_EQ(ParseIntervalMillis(text), std::nullopt) << text;
  }
}

class V2CheckpointTest : public CheckpointWriteTest {
 protected:
  /// A table with a V2 checkpoint at version 3 that has so many files, and one tombstone.
  SnapshotPtr Make(int files) {
    Metadata metadata = TableBuilder::Schema();
    metadata.properties = {{"delta.checkpointInterval", "3"}, {"delta.checkpointPolicy", "v2"}};
    SnapshotPtr snapshot = CommitOrFail(TableBuilder::Create(metadata));
    Change append = TableBuilder::Append(snapshot, {table_.File("gone.parquet")});
    for (int file = 0; file < files; ++file) {
      append.added.push_back(table_.File("m" + std::to_string(file) + ".parquet"));
    }
    append.app_transactions["loader"] = 5;
    snapshot = CommitOrFail(append);
    snapshot = CommitOrFail(TableBuilder::Delete(snapshot, {"gone.parquet"}));
    return Append(snapshot, 1);
  }
  std::vector<std::string> Keys(std::string_view prefix) {
    std::vector<std::string> keys;
    const auto page = table_.store->List(prefix);
    for (const storage::ObjectInfo& object : page ? page->objects : decltype(page->objects)()) {
      keys.push_back(object.key);
    }
    return keys;
  }
};

TEST_F(V2CheckpointTest, HoldsFewFilesItself) {
  const SnapshotPtr snapshot = Make(5);
  EXPECT_FALSE(Exists(CheckpointKey(3)));
  ASSERT_EQ(Keys(CheckpointPrefix(3)).size(), 1U);
  EXPECT_TRUE(Keys(kSidecarFolder).empty());
  const std::string hint = table_.store->Read(kLastCheckpointKey).value_or("");
  EXPECT_THAT(hint, HasSubstr(Keys(CheckpointPrefix(3))[0].substr(kLogFolder.size())));
  EXPECT_THAT(hint, HasSubstr(R"("sidecarFiles":[])"));
  const DeltaSnapshotPtr loaded = LoadWithoutCommits(3);
  ASSERT_NE(loaded, nullptr);
  EXPECT_EQ(loaded->files.size(), 6U);
  EXPECT_EQ(loaded->tombstones.size(), 1U);
  EXPECT_EQ(loaded->app_transactions, snapshot->app_transactions);
  // A second writer adds no other.
  EXPECT_THAT(WriteCheckpoint(table_.environment, *loaded), IsOk());
  EXPECT_EQ(Keys(CheckpointPrefix(3)).size(), 1U);
}

TEST_F(V2CheckpointTest, ManyFilesLieInSidecars) {
  Make(static_cast<int>(kSidecarActions) + 10);
  ASSERT_EQ(Keys(CheckpointPrefix(3)).size(), 1U);
  EXPECT_EQ(Keys(kSidecarFolder).size(), 2U);
  const DeltaSnapshotPtr loaded = LoadWithoutCommits(3);
  ASSERT_NE(loaded, nullptr);
  EXPECT_EQ(loaded->files.size(), kSidecarActions + 11);
  EXPECT_EQ(loaded->tombstones.size(), 1U);
  ASSERT_THAT(table_.store->Delete(Keys(kSidecarFolder)[0]), IsOk());
  EXPECT_FALSE(table_.Load());
}

TEST_F(V2CheckpointTest, TheClassicPolicyKeepsClassicNames) {
  Metadata metadata = TableBuilder::Schema();
  metadata.properties = {{"delta.checkpointInterval", "3"},
                         {"delta.checkpointPolicy", "classic"},
                         {"delta.feature.v2Checkpoint", "supported"}};
  Append(CommitOrFail(TableBuilder::Create(metadata)), 3);
  EXPECT_TRUE(Exists(CheckpointKey(3)));
}

TEST_F(CheckpointWriteTest, StatisticsMayBeColumnsOnly) {
  Metadata metadata = TableBuilder::Schema();
  metadata.properties = {{"delta.checkpointInterval", "2"},
                         {"delta.checkpoint.writeStatsAsJson", "false"}};
  Append(CommitOrFail(TableBuilder::Create(metadata)), 2);
  const DeltaSnapshotPtr loaded = LoadWithoutCommits(2);
  ASSERT_NE(loaded, nullptr);
  loaded->files.ForEach([](const DataFilePtr& file) {
    EXPECT_EQ(file->statistics,
              R"({"numRecords":10,"minValues":{},"maxValues":{},"nullCount":{}})");
    return true;
  });
}

TEST_F(CheckpointWriteTest, TheSchemaIsSpelledAsItWas) {
  const std::string spelled =
      R"({ "fields" : [{"nullable":true,"type":"long","name":"id","metadata":{}}], "type":"struct"})";
  std::string escaped;
  base::AppendJsonString(escaped, spelled);
  ASSERT_THAT(
      table_.store->Put(CommitKey(0),
                        R"({"protocol":{"minReaderVersion":1,"minWriterVersion":2}})"
                        "\n"
                        R"({"metaData":{"id":"t","format":{"provider":"parquet"},"schemaString":)" +
                            escaped + R"(,"partitionColumns":[],"configuration":{}}})"),
      IsOk());
  const auto before = table_.Load();
  ASSERT_THAT(before, IsOk());
  ASSERT_THAT(WriteCheckpoint(table_.environment, **before), IsOk());
  ASSERT_THAT(table_.store->Delete(CommitKey(0)), IsOk());
  const auto loaded = table_.Load();
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ(*(*loaded)->schema_text, spelled);
}

}  // namespace
}  // namespace limno::table::delta
