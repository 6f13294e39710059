#include "ingest/addition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "ingest/testing/loading_lake.h"

namespace limno::ingest {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::LoadingLake;
using ::testing::SizeIs;

/// Rows that compress badly: some 1.6 MB as Parquet, beyond the size below which files are merged.
constexpr char kManyRows[] =
    "select i as id, (hash(i) % 1000000007)::bigint as noise from range(400000) t(i)";

class WholeFiles : public ::testing::Test {
 protected:
  WholeFiles() : session_(std::move(*lake_.engine->NewSession())) {
    EXPECT_TRUE(lake_.catalog->CreateNamespace("bronze"));
  }

  engine::ParquetFileInfo Write(const std::string& name, const std::string& query) {
    auto written = session_->WriteParquet(query, lake_.folder / name);
    EXPECT_TRUE(written) << written.error().ToString();
    return written.value_or(engine::ParquetFileInfo{});
  }

  Result<void> Append(const std::string& query, std::vector<engine::ParquetFileInfo> files,
                      const std::vector<std::string>& partition_by = {}) {
    return session_->Append({"bronze", "t"}, {query, std::move(files)}, partition_by);
  }

  /// Data files of the table that are one with a file outside it.
  std::vector<std::string> Linked() const {
    std::vector<std::string> linked;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(lake_.folder / "lake/bronze/t")) {
      if (entry.path().extension() == ".parquet" && entry.hard_link_count() > 1) {
        linked.push_back(entry.path().filename());
      }
    }
    return linked;
  }

  LoadingLake lake_;
  std::unique_ptr<engine::Session> session_;
};

TEST_F(WholeFiles, BecomeDataFilesByLink) {
  const auto file = Write("a.parquet", kManyRows);
  ASSERT_GT(file.bytes, 1U << 20);
  EXPECT_EQ(file.rows, 400000U);
  ASSERT_TRUE(Append(std::string(kManyRows) + " limit 0", {file}));
  EXPECT_THAT(Linked(), SizeIs(1));
  EXPECT_EQ(lake_.Ask("select count(*) || '|' || sum(id) from lake.bronze.t"),
            "400000|79999800000");
  EXPECT_THAT(lake_.AskAll("select min(id), max(id) from lake.bronze.t"), ElementsAre("0|399999"));
  EXPECT_EQ(lake_.Ask("explain select * from lake.bronze.t where id = 400000").find("0 of 1") !=
                std::string::npos,
            true)
      << "statistics are those of the file's writer";
}

TEST_F(WholeFiles, TogetherWithRowsOfAQueryAreOneCommit) {
  const auto file = Write("a.parquet", "select i as id from range(600000) t(i) order by hash(i)");
  ASSERT_TRUE(Append("select 'x' as word, -1::bigint as id", {file}));
  EXPECT_THAT(Linked(), SizeIs(1));
  EXPECT_THAT(lake_.AskAll("select count(*), count(word), min(id) from lake.bronze.t"),
              ElementsAre("600001|1|-1"));
  EXPECT_THAT(session_->TakeCommits(), SizeIs(1));
}

TEST_F(WholeFiles, ThatATableCannotHaveAsTheyAreAreRead) {
  const auto file = Write("a.parquet", kManyRows);
  const std::string shape = std::string(kManyRows) + " limit 0";
  ASSERT_TRUE(session_->Run("create table bronze.t (id decimal(20,0), noise bigint)"));
  ASSERT_TRUE(Append("select 0::decimal(20,0) as id, 0::bigint as noise where false", {file}))
      << "another type";
  ASSERT_TRUE(session_->Run("drop table bronze.t"));
  ASSERT_TRUE(Append("select 0::bigint as id, 0 % 2 as part where false",
                     {Write("b.parquet", "select i as id, i % 2 as part from range(600000) t(i)")},
                     {"part"}))
      << "partitions";
  EXPECT_THAT(Linked(), IsEmpty());
  EXPECT_EQ(lake_.Ask("select count(*) from lake.bronze.t where part = 1"), "300000");
}

TEST_F(WholeFiles, MustNotBringNullsWhereNoneAreAllowed) {
  ASSERT_TRUE(session_->Run("create table bronze.t (id bigint not null)"));
  const auto good = Write("a.parquet", "select i as id from range(600000) t(i) order by hash(i)");
  ASSERT_TRUE(Append("select 0::bigint as id where false", {good}));
  EXPECT_THAT(Linked(), SizeIs(1));
  const auto bad = Write("b.parquet", "select nullif(i, 7) as id from range(600000) t(i)");
  const auto appended = Append("select 0::bigint as id where false", {bad});
  ASSERT_FALSE(appended);
  EXPECT_EQ(appended.error().kind, ErrorKind::kRefused);
  EXPECT_EQ(lake_.Ask("select count(*) from lake.bronze.t"), "600000");
}

TEST_F(WholeFiles, SmallOnesAreWrittenTogether) {
  std::vector<engine::ParquetFileInfo> files;
  for (int number = 0; number < 5; ++number) {
    files.push_back(
        Write(std::to_string(number) + ".parquet", "select i as id from range(10) t(i)"));
  }
  ASSERT_TRUE(Append("select 0::bigint as id where false", files));
  EXPECT_THAT(Linked(), IsEmpty());
  EXPECT_EQ(lake_.Ask("select count(*) from lake.bronze.t"), "50");
  EXPECT_EQ(session_->TakeCommits().back().metrics.at("numFiles"), "1");
}

TEST_F(WholeFiles, LeaveNothingBehindWhereTheCommitFails) {
  const auto file = Write("a.parquet", kManyRows);
  ASSERT_TRUE(Append(std::string(kManyRows) + " limit 0", {file}));
  engine::CommitAnnotation annotation;
  annotation.expected_app_versions["somebody"] = 7;
  session_->Annotate(annotation);
  EXPECT_FALSE(Append(std::string(kManyRows) + " limit 0", {file}));
  EXPECT_THAT(Linked(), SizeIs(1));
}

}  // namespace
}  // namespace limno::ingest
