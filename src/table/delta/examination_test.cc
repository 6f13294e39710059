#include "table/delta/examination.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "table/delta/log_mending.h"
#include "table/delta/log_path.h"
#include "table/testing/log_texts.h"
#include "table/testing/table_builder.h"

namespace limno::table::delta {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A table of 11 versions with a checkpoint: each but the first adds one file.
struct Examined : TableBuilder, ::testing::Test {
  Examined() {
    SnapshotPtr snapshot = Commit(Create(Schema()))->snapshot;
    for (int number = 1; number <= 11; ++number) {
      snapshot = Commit(Append(snapshot, {File("f" + std::to_string(number))}))->snapshot;
    }
    // Else each damage to a commit would be one to its checksum, too.
    for (int64_t version = 0; version <= 11; ++version) {
      (void)store->Delete(ChecksumKey(version));
    }
  }

  IntegrityReport Examine() {
    Result<IntegrityReport> report = ExamineTable(environment);
    EXPECT_TRUE(report) << report.error().ToString();
    return report ? *std::move(report) : IntegrityReport();
  }

  std::vector<std::string> Problems() {
    std::vector<std::string> problems;
    for (const Finding& finding : Examine().findings) {
      problems.push_back(finding.problem);
    }
    std::sort(problems.begin(), problems.end());
    return problems;
  }

  void Edit(int64_t version, const std::string& what, const std::string& with) {
    std::string text = *store->Read(CommitKey(version));
    const size_t place = text.find(what);
    ASSERT_NE(place, std::string::npos) << text;
    (void)store->Put(CommitKey(version), text.replace(place, what.size(), with));
  }

  void Mend() {
    const IntegrityReport report = Examine();
    const auto newest = std::dynamic_pointer_cast<const DeltaSnapshot>(report.snapshot);
    ASSERT_NE(newest, nullptr);
    ASSERT_TRUE(MendLogFiles(environment, *newest, report.findings));
  }
};

using ExaminationTest = Examined;

TEST(ChecksumTest, OwnChecksumsAreRight) {
  TableBuilder table;
  SnapshotPtr snapshot = table.Commit(TableBuilder::Create(TableBuilder::Schema()))->snapshot;
  snapshot = table.Commit(TableBuilder::Append(snapshot, {table.File("a")}))->snapshot;
  ASSERT_TRUE(table.store->Head(ChecksumKey(1)));
  EXPECT_THAT(ExamineTable(table.environment)->findings, IsEmpty());
}

TEST_F(ExaminationTest, FindsNothingInATableInOrder) {
  const IntegrityReport report = Examine();
  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_EQ(report.versions_read, 12);
  EXPECT_EQ(report.snapshot->version, 11);
}

TEST_F(ExaminationTest, ThereIsNoTable) {
  TableBuilder empty;
  EXPECT_EQ(ExamineTable(empty.environment).error().kind, ErrorKind::kNotFound);
}

TEST_F(ExaminationTest, AMissingFileNamesItsRows) {
  (void)store->Delete("f3");
  const IntegrityReport report = Examine();
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].problem, "missing_file");
  EXPECT_EQ(report.findings[0].path, "f3");
  EXPECT_EQ(report.findings[0].remedy, Remedy::kRemoveFile);
  EXPECT_THAT(report.findings[0].detail, HasSubstr("10 rows"));
}

TEST_F(ExaminationTest, AnotherSize) {
  (void)store->Put("f3", "longer than it was before");
  EXPECT_THAT(Problems(), ElementsAre("wrong_size"));
}

TEST_F(ExaminationTest, WhatNoVersionHas) {
  (void)store->Put("left", "behind");
  (void)store->Put("_hidden/left", "behind");
  (void)store->Put("other/_delta_log/00000000000000000000.json", "a table of its own");
  (void)store->Put("other/file", "of that table");
  EXPECT_THAT(Problems(), ElementsAre("orphan_file"));
}

TEST_F(ExaminationTest, FilesOfOldVersionsAreNoOrphans) {
  const SnapshotPtr newest = *Load();
  ASSERT_TRUE(Commit(Delete(newest, {"f3"})));
  EXPECT_THAT(Problems(), IsEmpty());
}

TEST_F(ExaminationTest, TheCommitsAreRightAndTheCheckpointIsNot) {
  Edit(4, "\"size\":10", "\"size\":11");
  EXPECT_THAT(Problems(), ElementsAre("checkpoint_differs", "wrong_size"));
}

TEST_F(ExaminationTest, AWrongCheckpointIsWrittenAnew) {
  std::string text = *store->Read(CommitKey(4));
  (void)store->Put(CommitKey(4), text.substr(0, text.find("{\"add\"")));
  (void)store->Delete("f4");
  EXPECT_THAT(Problems(), ElementsAre("checkpoint_differs"));
  EXPECT_NE((*Load())->files.Find("f4"), nullptr);
  Mend();
  EXPECT_THAT(Problems(), IsEmpty());
  EXPECT_EQ((*Load())->files.Find("f4"), nullptr);
  EXPECT_FALSE(store->Head(CheckpointKey(10)));
  EXPECT_TRUE(store->Head(CheckpointKey(11)));
}

TEST_F(ExaminationTest, ADamagedOldCommitOnlyConcernsOldVersions) {
  (void)store->Put(CommitKey(4), "{\"add\":");
  const IntegrityReport report = Examine();
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].problem, "commit_damaged");
  EXPECT_EQ(report.findings[0].severity, Severity::kWarning);
  EXPECT_EQ(report.snapshot->files.size(), 11U);
}

TEST_F(ExaminationTest, ADamagedNewCommitLeavesNothingToRead) {
  (void)store->Put(CommitKey(11), "{\"add\":");
  const IntegrityReport report = Examine();
  EXPECT_EQ(report.snapshot, nullptr);
  EXPECT_THAT(Problems(), ElementsAre("commit_damaged", "log_unreadable"));
}

TEST_F(ExaminationTest, AHoleBehindTheCheckpoint) {
  (void)store->Delete(CommitKey(4));
  EXPECT_THAT(Problems(), ElementsAre("commit_missing"));
}

TEST_F(ExaminationTest, NamesThatSomeTakeForCommits) {
  (void)store->Put("_delta_log/4.json", "{}");
  (void)store->Put("_delta_log/notes.json", "{}");
  EXPECT_THAT(Problems(), ElementsAre("commit_name"));
}

TEST_F(ExaminationTest, AHintThatPointsBeyond) {
  (void)store->Put(kLastCheckpointKey, R"({"version":20,"size":1})");
  EXPECT_THAT(Problems(), ElementsAre("last_checkpoint"));
  Mend();
  EXPECT_THAT(Problems(), IsEmpty());
}

TEST_F(ExaminationTest, AHintThatIsNoneIsNoHarm) {
  (void)store->Put(kLastCheckpointKey, "garbage");
  EXPECT_THAT(Problems(), IsEmpty());
}

TEST_F(ExaminationTest, AChecksumThatSaysSomethingElse) {
  const auto checksum = [](int files, const char* more) {
    return R"({"tableSizeBytes":)" + std::to_string(9 * 10 + 2 * 11) + R"(,"numFiles":)" +
           std::to_string(files) + R"(,"numMetadata":1,"numProtocol":1)" + more + "}";
  };
  (void)store->Put(ChecksumKey(11), checksum(11, ""));
  EXPECT_THAT(Problems(), IsEmpty());
  (void)store->Put(ChecksumKey(11), checksum(12, ""));
  EXPECT_THAT(Problems(), ElementsAre("checksum_differs"));
  (void)store->Put(ChecksumKey(11),
                   checksum(11, R"(,"protocol":{"minReaderVersion":1,"minWriterVersion":3})"));
  EXPECT_THAT(Problems(), ElementsAre("checksum_differs"));
  (void)store->Put(ChecksumKey(11), "malformed");
  EXPECT_THAT(Problems(), ElementsAre("checksum_differs"));
  Mend();
  EXPECT_THAT(Problems(), IsEmpty());
}

TEST_F(ExaminationTest, ACompactedLogThatSaysSomethingElse) {
  const std::string key = "_delta_log/00000000000000000002.00000000000000000004.compacted.json";
  std::string adds;
  for (const int64_t version : {2, 3, 4}) {
    const std::string text = *store->Read(CommitKey(version));
    adds += text.substr(text.find("{\"add\""));
  }
  (void)store->Put(key, adds);
  EXPECT_THAT(Problems(), IsEmpty());
  (void)store->Put(key, adds.substr(adds.find('\n') + 1));
  EXPECT_THAT(Problems(), ElementsAre("compacted_log_differs"));
  Mend();
  EXPECT_THAT(Problems(), IsEmpty());
}

TEST_F(ExaminationTest, StatisticsThatAreNoJson) {
  Edit(11, R"("stats":"{\"numRecords\":10}")", R"("stats":"{\"numRecords\":")");
  EXPECT_THAT(Problems(), ElementsAre("malformed_statistics"));
}

/// The findings of a table of one commit.
std::vector<std::string> ProblemsOf(const std::string& commit) {
  TableBuilder table;
  (void)table.store->Put(CommitKey(0), commit);
  const Result<IntegrityReport> report = ExamineTable(table.environment);
  std::vector<std::string> problems;
  for (const Finding& finding : report->findings) {
    problems.push_back(finding.problem + " " + finding.path);
  }
  return problems;
}

std::string ProtocolOf(const char* readers, const char* writers) {
  return std::string(
             R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":[)") +
         readers + R"(],"writerFeatures":[)" + writers + "]}}\n";
}

TEST(DefinitionTest, FeaturesBelongInBothLists) {
  EXPECT_THAT(
      ProblemsOf(ProtocolOf(R"("deletionVectors")", R"("deletionVectors")") + MetadataLine()),
      IsEmpty());
  EXPECT_THAT(ProblemsOf(ProtocolOf("", R"("deletionVectors")") + MetadataLine()),
              ElementsAre("feature_lists deletionVectors"));
  EXPECT_THAT(ProblemsOf(ProtocolOf(R"("deletionVectors")", "") + MetadataLine()),
              ElementsAre("feature_lists deletionVectors"));
  EXPECT_THAT(ProblemsOf(ProtocolOf(R"("appendOnly")", R"("appendOnly")") + MetadataLine()),
              ElementsAre("feature_lists appendOnly"));
}

TEST(DefinitionTest, UnknownAndMissingFeatures) {
  EXPECT_THAT(ProblemsOf(ProtocolOf("", R"("teleport")") + MetadataLine()),
              ElementsAre("unknown_feature teleport"));
  EXPECT_THAT(ProblemsOf(ProtocolOf("", R"("clustering")") + MetadataLine()),
              ElementsAre("feature_needs domainMetadata"));
  EXPECT_THAT(ProblemsOf(CreationText(R"("delta.enableDeletionVectors":"true")")),
              ElementsAre("missing_feature deletionVectors"));
  EXPECT_THAT(ProblemsOf(ProtocolOf(R"("typeWidening-preview")", R"("typeWidening-preview")") +
                         MetadataLine(R"("delta.enableTypeWidening":"true")")),
              IsEmpty());
}

TEST(DefinitionTest, PartitionValuesAreOfTheirType) {
  std::string metadata = MetadataLine();
  metadata.replace(metadata.find("\\\"string\\\""), 10, "\\\"integer\\\"");
  const std::vector<std::string> problems = ProblemsOf(ProtocolLine() + metadata + AddLine("a"));
  EXPECT_THAT(problems, ElementsAre("partition_value a", "missing_file a"));
}

TEST(DefinitionTest, RowIdsAreUnique) {
  const std::string domain =
      R"({"domainMetadata":{"domain":"delta.rowTracking","configuration":"{\"rowIdHighWaterMark\":14}","removed":false}})"
      "\n";
  const std::string table = ProtocolOf("", R"("domainMetadata","rowTracking")") +
                            MetadataLine(R"("delta.enableRowTracking":"true")") + domain;
  const auto file = [](const char* path, int first) {
    return AddLine(path, true,
                   R"(,"stats":"{\"numRecords\":10}","defaultRowCommitVersion":0,"baseRowId":)" +
                       std::to_string(first));
  };
  const auto only_row_ids = [](std::vector<std::string> problems) {
    problems.erase(
        std::remove_if(problems.begin(), problems.end(),
                       [](const std::string& problem) { return problem.rfind("row_ids", 0) != 0; }),
        problems.end());
    return problems;
  };
  EXPECT_THAT(only_row_ids(ProblemsOf(table + file("a", 0))), IsEmpty());
  EXPECT_THAT(only_row_ids(ProblemsOf(table + file("a", 0) + file("b", 5))),
              ElementsAre("row_ids b"));
  EXPECT_THAT(only_row_ids(ProblemsOf(table + file("a", 6))),
              ElementsAre("row_ids delta.rowTracking"));
  EXPECT_THAT(only_row_ids(ProblemsOf(table + AddLine("a"))), ElementsAre("row_ids a"));
}

TEST(CorrectionTest, GivesAFileItsEntryAnew) {
  TableBuilder table;
  SnapshotPtr snapshot = table.Commit(TableBuilder::Create(TableBuilder::Schema()))->snapshot;
  snapshot = table.Commit(TableBuilder::Append(snapshot, {table.File("a")}))->snapshot;
  Change change;
  change.base = snapshot;
  change.data_change = false;
  change.operation.name = "FSCK";
  change.corrected.push_back(*snapshot->files.Find("a"));
  change.corrected[0].statistics = R"({"numRecords":11})";
  const auto outcome = table.Commit(change);
  ASSERT_TRUE(outcome) << outcome.error().ToString();
  EXPECT_EQ((*table.Load())->files.size(), 1U);
  EXPECT_EQ((*table.Load())->files.Find("a")->statistics, R"({"numRecords":11})");
  EXPECT_FALSE(change.IsBlindAppend());
}

TEST(CorrectionTest, DoesNotBringBackWhatSomebodyRemoved) {
  TableBuilder table;
  SnapshotPtr snapshot = table.Commit(TableBuilder::Create(TableBuilder::Schema()))->snapshot;
  snapshot = table.Commit(TableBuilder::Append(snapshot, {table.File("a")}))->snapshot;
  Change change;
  change.base = snapshot;
  change.data_change = false;
  change.operation.name = "FSCK";
  change.corrected.push_back(*snapshot->files.Find("a"));
  ASSERT_TRUE(table.Commit(TableBuilder::Delete(snapshot, {"a"})));
  const auto outcome = table.Commit(change);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::kConflict);
}

}  // namespace
}  // namespace limno::table::delta
