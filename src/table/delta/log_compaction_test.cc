#include "table/delta/log_compaction.h"

#include <gmock/gmock.h>

#include "storage/testing/result_matchers.h"
#include "table/delta/action_json.h"
#include "table/delta/log_path.h"
#include "table/testing/log_texts.h"
#include "table/testing/table_builder.h"

namespace limno::table::delta {
namespace {

using storage::Fails;
using storage::IsOk;
using testing::ElementsAre;
using testing::HasSubstr;

class LogCompactionTest : public testing::Test {
 protected:
  SnapshotPtr CommitOrFail(const Change& change) {
    const auto outcome = table_.Commit(change);
    EXPECT_THAT(outcome, IsOk());
    return outcome ? outcome->snapshot : nullptr;
  }
  /// Versions 0 to `newest` of a table whose checkpoints are so far apart; every third removes a
  /// file.
  SnapshotPtr Make(int64_t newest, const char* interval) {
    Metadata metadata = TableBuilder::Schema();
    metadata.properties["delta.checkpointInterval"] = interval;
    SnapshotPtr snapshot = CommitOrFail(TableBuilder::Create(metadata));
    while (snapshot->version < newest) {
      table_.clock.Sleep(10);
      const int64_t version = snapshot->version + 1;
      const std::string before = "f" + std::to_string(version - 1) + ".parquet";
      if (version % 3 == 0) {
        snapshot = CommitOrFail(TableBuilder::Delete(snapshot, {before}));
        continue;
      }
      Change append =
          TableBuilder::Append(snapshot, {table_.File("f" + std::to_string(version) + ".parquet")});
      append.app_transactions["loader"] = version;
      snapshot = CommitOrFail(append);
    }
    return snapshot;
  }
  bool Exists(const std::string& key) { return table_.store->Head(key).has_value(); }
  std::vector<std::string> Lines(const std::string& key) {
    std::vector<std::string> lines;
    const auto actions = ParseActions(table_.store->Read(key).value_or(""), key);
    EXPECT_THAT(actions, IsOk());
    for (const Action& action : *actions) {
      lines.push_back(FormatAction(action));
    }
    return lines;
  }

  TableBuilder table_;
};

TEST_F(LogCompactionTest, IsWrittenWhereCheckpointsAreRare) {
  Make(30, "100");
  EXPECT_TRUE(Exists(CompactedKey(0, 9)));
  EXPECT_TRUE(Exists(CompactedKey(10, 19)));
  EXPECT_TRUE(Exists(CompactedKey(20, 29)));
}

TEST_F(LogCompactionTest, IsNotWrittenWhereCheckpointsAreFrequent) {
  Make(20, "10");
  EXPECT_FALSE(Exists(CompactedKey(0, 9)));
  EXPECT_FALSE(Exists(CompactedKey(10, 19)));
}

TEST_F(LogCompactionTest, GivesTheSameTableAsTheCommits) {
  const SnapshotPtr made = Make(34, "1000");
  const auto compacted = table_.Load();
  ASSERT_THAT(compacted, IsOk());
  for (const int64_t first : {0, 10, 20}) {
    ASSERT_THAT(table_.store->Delete(CompactedKey(first, first + 9)), IsOk());
  }
  const auto plain = table_.Load();
  ASSERT_THAT(plain, IsOk());
  EXPECT_EQ((*compacted)->version, (*plain)->version);
  EXPECT_EQ((*compacted)->totals, (*plain)->totals);
  EXPECT_EQ((*compacted)->tombstones.size(), (*plain)->tombstones.size());
  EXPECT_GT((*plain)->tombstones.size(), 0U);
  EXPECT_EQ((*compacted)->timestamp_millis, (*plain)->timestamp_millis);
  EXPECT_EQ((*compacted)->app_transactions, (*plain)->app_transactions);
  EXPECT_EQ((*compacted)->metadata.id, made->metadata.id);
  EXPECT_EQ((*compacted)->files.size(), made->files.size());
}

TEST_F(LogCompactionTest, SavesReadingTheCommits) {
  Make(20, "1000");
  // The listing still has them, so what would be read is all that is wrong with them.
  for (int64_t version = 1; version < 20; ++version) {
    ASSERT_THAT(table_.store->Put(CommitKey(version), "garbage"), IsOk());
  }
  const auto loaded = table_.Load();
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ((*loaded)->version, 20);
}

TEST_F(LogCompactionTest, ADamagedOneIsPassedOver) {
  const SnapshotPtr made = Make(20, "1000");
  for (const char* text : {"garbage", "{}", ""}) {
    ASSERT_THAT(table_.store->Put(CompactedKey(0, 9), text), IsOk());
    const auto loaded = table_.Load();
    ASSERT_THAT(loaded, IsOk()) << text;
    EXPECT_EQ((*loaded)->files.size(), made->files.size());
  }
  // One that lacks a file is only found out by the checksum.
  std::string text = table_.store->Read(CompactedKey(10, 19)).value_or("");
  const size_t add = text.find("{\"add\"");
  text.erase(add, text.find('\n', add) + 1 - add);
  ASSERT_THAT(table_.store->Put(CompactedKey(10, 19), text), IsOk());
  const auto loaded = table_.Load();
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ((*loaded)->files.size(), made->files.size());
}

TEST_F(LogCompactionTest, IsOnlyUsedWithinTheVersionsAsked) {
  Make(34, "1000");
  LogReader reader(*table_.store, &table_.parquet);
  for (const int64_t version : {0, 8, 9, 10, 15, 19, 29, 33}) {
    const auto loaded = reader.LoadVersion(version);
    ASSERT_THAT(loaded, IsOk()) << version;
    EXPECT_EQ((*loaded)->version, version);
    const auto checksum = reader.ReadChecksum(version);
    ASSERT_TRUE(checksum);
    EXPECT_EQ(checksum->files, static_cast<int64_t>((*loaded)->files.size()));
  }
}

TEST_F(LogCompactionTest, InCommitTimestampsComeFromTheCommit) {
  Metadata metadata = TableBuilder::Schema();
  metadata.properties = {{"delta.checkpointInterval", "100"},
                         {"delta.enableInCommitTimestamps", "true"}};
  SnapshotPtr snapshot = CommitOrFail(TableBuilder::Create(metadata));
  while (snapshot->version < 9) {
    snapshot = CommitOrFail(TableBuilder::Append(
        snapshot, {table_.File("f" + std::to_string(snapshot->version) + ".parquet")}));
  }
  ASSERT_TRUE(Exists(CompactedKey(0, 9)));
  table_.clock.Sleep(100'000);
  const std::string text = table_.store->Read(CommitKey(9)).value_or("");
  ASSERT_THAT(table_.store->Put(CommitKey(9), text), IsOk());
  const auto loaded = table_.Load();
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ((*loaded)->timestamp_millis, snapshot->timestamp_millis);
}

TEST_F(LogCompactionTest, KeepsTombstonesAndDropsWhatWasOvertaken) {
  const auto domain = [](bool removed) {
    return fmt::format(R"({{"domainMetadata":{{"domain":"d","configuration":"1","removed":{}}}}})"
                       "\n",
                       removed);
  };
  const std::vector<std::string> commits = {
      CreationText() + AddLine("a") + AddLine("b"),
      RemoveLine("a") + AddLine("c") + domain(false) +
          "{\"commitInfo\":{\"operation\":\"x\"}}\n{\"txn\":{\"appId\":\"l\",\"version\":1}}\n",
      RemoveLine("c") + AddLine("a") + domain(true) +
          "{\"txn\":{\"appId\":\"l\",\"version\":2}}\n"};
  for (size_t version = 0; version < commits.size(); ++version) {
    const std::string key = CommitKey(static_cast<int64_t>(version));
    ASSERT_THAT(table_.store->Put(key, commits[version]), IsOk());
  }
  LogReader reader(*table_.store, &table_.parquet);
  ASSERT_THAT(WriteCompaction(*table_.store, reader, {1, 2}), IsOk());
  EXPECT_THAT(
      Lines(CompactedKey(1, 2)),
      ElementsAre(R"({"txn":{"appId":"l","version":2}})", HasSubstr("\"removed\":true"),
                  HasSubstr("{\"add\":{\"path\":\"a\""), HasSubstr("{\"remove\":{\"path\":\"c\"")));
  const auto loaded = table_.Load();
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ((*loaded)->files.size(), 2U);
  EXPECT_TRUE((*loaded)->domains.empty());
  // Again, and over a gap or what is not known.
  EXPECT_THAT(WriteCompaction(*table_.store, reader, {1, 2}), IsOk());
  EXPECT_THAT(WriteCompaction(*table_.store, reader, {1, 3}), Fails(ErrorKind::kNotFound));
  ASSERT_THAT(table_.store->Put(CommitKey(3), R"({"futureAction":{}})"), IsOk());
  EXPECT_THAT(WriteCompaction(*table_.store, reader, {1, 3}), Fails(ErrorKind::kUnsupported));
  EXPECT_FALSE(Exists(CompactedKey(1, 3)));
}

}  // namespace
}  // namespace limno::table::delta
