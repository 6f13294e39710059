#include "table/delta/log_replay.h"

#include <gtest/gtest.h>

#include "storage/testing/result_matchers.h"
#include "table/delta/action_json.h"
#include "table/testing/log_texts.h"

namespace limno::table::delta {
namespace {

using storage::Fails;
using storage::IsOk;

Result<DeltaSnapshotPtr> Next(const DeltaSnapshot& base, const std::string& text,
                              base::UnixMillis time = 1000) {
  LIMNO_ASSIGN(std::vector<Action> actions, ParseActions(text, "test"));
  return ApplyCommit(base, base.version + 1, time, std::move(actions), "test");
}

class Replay : public testing::Test {
 protected:
  void SetUp() override {
    const Result<DeltaSnapshotPtr> created = Next(DeltaSnapshot(), CreationText() + AddLine("a"));
    ASSERT_THAT(created, IsOk());
    base_ = *created;
  }

  DeltaSnapshotPtr base_;
};

TEST_F(Replay, AddsAndRemovesFiles) {
  EXPECT_EQ(base_->version, 0);
  EXPECT_EQ(base_->files.size(), 1U);
  const Result<DeltaSnapshotPtr> next = Next(*base_, AddLine("b") + RemoveLine("a"));
  ASSERT_THAT(next, IsOk());
  EXPECT_EQ((*next)->version, 1);
  EXPECT_EQ((*next)->files.size(), 1U);
  EXPECT_NE((*next)->files.Find("b"), nullptr);
  EXPECT_NE((*next)->tombstones.Find("a"), nullptr);
  EXPECT_EQ(base_->files.size(), 1U) << "the base must not change";
  const Result<DeltaSnapshotPtr> again = Next(**next, AddLine("a"));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ((*again)->files.size(), 2U);
  EXPECT_EQ((*again)->tombstones.size(), 0U);
}

TEST_F(Replay, KnowsFilesByPathAndVector) {
  const Result<DeltaSnapshotPtr> deleted =
      Next(*base_, RemoveLine("a") + AddLine("a", true, VectorMember("v1")));
  ASSERT_THAT(deleted, IsOk());
  ASSERT_EQ((*deleted)->files.size(), 1U);
  EXPECT_EQ((*deleted)->files.Find("a"), nullptr);
  const Result<DeltaSnapshotPtr> more = Next(**deleted, RemoveLine("a", true, VectorMember("v1")) +
                                                            AddLine("a", true, VectorMember("v2")));
  ASSERT_THAT(more, IsOk());
  EXPECT_EQ((*more)->files.size(), 1U);
  EXPECT_EQ((*more)->files.ToVector()[0]->deletion_vector->path_or_inline, "v2");
}

TEST_F(Replay, RefusesWhatOneVersionMayNotHold) {
  const std::string txn = R"({"txn":{"appId":"x","version":1}})"
                          "\n";
  for (const std::string& text : {
           AddLine("b") + AddLine("b"),
           AddLine("b") + AddLine("b", true, VectorMember("v")),
           AddLine("b", true, VectorMember("v")) + AddLine("b"),
           AddLine("b", true, VectorMember("v")) + AddLine("b", true, VectorMember("w")),
           AddLine("b") + RemoveLine("b"),
           RemoveLine("a") + AddLine("a"),
           ProtocolLine() + ProtocolLine(),
           MetadataLine() + MetadataLine(),
           txn + txn,
       }) {
    const Result<DeltaSnapshotPtr> next = Next(*base_, text);
    EXPECT_THAT(next, Fails(ErrorKind::kCorrupt)) << text;
  }
}

TEST_F(Replay, NeedsProtocolAndMetadata) {
  EXPECT_THAT(Next(DeltaSnapshot(), ProtocolLine()), Fails(ErrorKind::kCorrupt));
  const Result<DeltaSnapshotPtr> without = Next(DeltaSnapshot(), MetadataLine());
  ASSERT_THAT(without, Fails(ErrorKind::kCorrupt));
  EXPECT_NE(without.error().message.find("'protocol'"), std::string::npos);
}

TEST_F(Replay, RemembersApplicationsAndDomains) {
  const Result<DeltaSnapshotPtr> one = Next(*base_, R"({"txn":{"appId":"x","version":7}}
{"domainMetadata":{"domain":"d","configuration":"c","removed":false}})");
  ASSERT_THAT(one, IsOk());
  EXPECT_EQ((*one)->app_transactions.at("x"), 7);
  EXPECT_EQ((*one)->domains.at("d"), "c");
  const Result<DeltaSnapshotPtr> two =
      Next(**one, R"({"domainMetadata":{"domain":"d","configuration":"","removed":true}})");
  ASSERT_THAT(two, IsOk());
  EXPECT_EQ((*two)->app_transactions.at("x"), 7);
  EXPECT_TRUE((*two)->domains.empty());
}

TEST_F(Replay, OrdersPartitionValuesAndFillsInNulls) {
  const Result<DeltaSnapshotPtr> next = Next(
      *base_,
      R"({"add":{"path":"b","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true}})"
      "\n"
      R"({"add":{"path":"c","partitionValues":{"x":"1","day":"tue"},"size":1,)"
      R"("modificationTime":1,"dataChange":true}})");
  ASSERT_THAT(next, IsOk());
  const PartitionValues none = {{"day", std::nullopt}};
  EXPECT_EQ((*next)->files.Find("b")->partition_values, none);
  const PartitionValues extra = {{"day", "tue"}, {"x", "1"}};
  EXPECT_EQ((*next)->files.Find("c")->partition_values, extra);
}

TEST_F(Replay, MakesTimesIncrease) {
  EXPECT_EQ(base_->timestamp_millis, 1000);
  const Result<DeltaSnapshotPtr> early = Next(*base_, AddLine("b"), 900);
  ASSERT_THAT(early, IsOk());
  EXPECT_EQ((*early)->timestamp_millis, 1001);
  const Result<DeltaSnapshotPtr> own =
      Next(**early,
           R"({"commitInfo":{"inCommitTimestamp":5000,"operation":"X"}})"
           "\n" +
               MetadataLine(R"("delta.enableInCommitTimestamps":"true")"),
           9000);
  ASSERT_THAT(own, IsOk());
  EXPECT_EQ((*own)->timestamp_millis, 5000);
}

TEST_F(Replay, CanonicalPathsMeet) {
  const Result<DeltaSnapshotPtr> added = Next(*base_, AddLine("/some/with%20space/f"));
  ASSERT_THAT(added, IsOk());
  const Result<DeltaSnapshotPtr> removed = Next(**added, RemoveLine("file:/some/with%20space/f"));
  ASSERT_THAT(removed, IsOk());
  EXPECT_EQ((*removed)->files.size(), 1U);
}

TEST_F(Replay, ManyVersionsAtOnceEqualOneByOne) {
  LogReplay replay{DeltaSnapshot()};
  DeltaSnapshotPtr single = std::make_shared<const DeltaSnapshot>();
  for (int version = 0; version < 50; ++version) {
    std::string text = version == 0 ? CreationText() : "";
    text += AddLine(fmt::format("f{}", version));
    if (version % 3 == 2) {
      text += RemoveLine(fmt::format("f{}", version - 1));
    }
    ASSERT_THAT(replay.ApplyCommit(version, version, *ParseActions(text, "t"), "t"), IsOk());
    single = *Next(*single, text, version);
  }
  const DeltaSnapshotPtr bulk = *replay.Finish("t");
  EXPECT_EQ(bulk->version, single->version);
  EXPECT_EQ(bulk->files.size(), single->files.size());
  EXPECT_EQ(bulk->tombstones.size(), single->tombstones.size());
  bulk->files.ForEach([&](const DataFilePtr& file) {
    EXPECT_NE(single->files.Find(file->Key()), nullptr) << file->path;
    return true;
  });
}

}  // namespace
}  // namespace limno::table::delta
