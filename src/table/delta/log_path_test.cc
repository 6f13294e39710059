#include "table/delta/log_path.h"

#include <gtest/gtest.h>

namespace limno::table::delta {
namespace {

TEST(LogPath, ReadsTheNamesItBuilds) {
  EXPECT_EQ(CommitKey(7), "_delta_log/00000000000000000007.json");
  EXPECT_EQ(ParseLogKey(CommitKey(7))->version, 7);
  EXPECT_EQ(ParseLogKey(CommitKey(7))->kind, LogFileKind::kCommit);
  EXPECT_EQ(ParseLogKey(CheckpointKey(8))->kind, LogFileKind::kCheckpoint);
  EXPECT_EQ(ParseLogKey(ChecksumKey(8))->kind, LogFileKind::kChecksum);
  const auto part = ParseLogKey(CheckpointPartKey(9, 2, 3));
  ASSERT_TRUE(part);
  EXPECT_EQ(part->kind, LogFileKind::kCheckpointPart);
  EXPECT_EQ(part->part, 2);
  EXPECT_EQ(part->parts, 3);
}

TEST(LogPath, KnowsV2CheckpointsAndCompactedLogs) {
  const std::string prefix = "_delta_log/00000000000000000002.checkpoint.";
  const std::string uuid = "0a6f1b2c-3d4e-5f60-7182-93a4b5c6d7e8";
  EXPECT_EQ(ParseLogKey(prefix + uuid + ".json")->kind, LogFileKind::kJsonCheckpoint);
  EXPECT_EQ(ParseLogKey(prefix + uuid + ".parquet")->kind, LogFileKind::kCheckpoint);
  EXPECT_EQ(UuidCheckpointKey(2, uuid), prefix + uuid + ".parquet");
  EXPECT_EQ(CheckpointPrefix(2), prefix);
  const auto compacted = ParseLogKey(CompactedKey(2, 5));
  ASSERT_TRUE(compacted);
  EXPECT_EQ(compacted->kind, LogFileKind::kCompacted);
  EXPECT_EQ(compacted->end_version, 5);
}

TEST(LogPath, IgnoresEverythingElse) {
  for (const char* key : {
           "_delta_log/4.json",
           "_delta_log/00000000000000000004.json.tmp",
           "_delta_log/.00000000000000000004.json.x.tmp",
           "_delta_log/00000000000000000002.limno.json",
           "_delta_log/00000000000000000004.0a6f1b2c-3d4e-5f60-7182-93a4b5c6d7e8.json",
           "_delta_log/00000000000000000003.checkpoint.limno.parquet",
           "_delta_log/00000000000000000003.checkpoint.0000000003.0000000002.parquet",
           "_delta_log/00000000000000000003.checkpoint.0000000000.0000000002.parquet",
           "_delta_log/_last_checkpoint",
           "_delta_log/_staged_commits/00000000000000000004.json",
           "_delta_log/99999999999999999999.json",
           "00000000000000000004.json",
           "_delta_log/00000000000000000003",
       }) {
    EXPECT_FALSE(ParseLogKey(key)) << key;
  }
}

TEST(LogPath, VersionsSortAsBytes) {
  EXPECT_LT(KeyBeforeVersion(10), CommitKey(10));
  EXPECT_LT(KeyBeforeVersion(10), CheckpointPartKey(10, 1, 2));
  EXPECT_GT(KeyBeforeVersion(10), CommitKey(9));
}

}  // namespace
}  // namespace limno::table::delta
