#include "lake/spill_folder.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "lake/lake.h"

namespace limno::lake {
namespace {

namespace fs = std::filesystem;

class SpillFolderTest : public testing::Test {
 protected:
  SpillFolderTest() {
    std::string path = testing::TempDir() + "/limno_spill_XXXXXX";
    folder_ = mkdtemp(path.data());
  }
  ~SpillFolderTest() override { fs::remove_all(folder_); }

  Result<std::string> Ask(const std::string& lake, const std::string& sql) {
    LakeOptions options;
    options.lake = lake;
    options.sync = false;
    options.threads = 1;
    options.memory_limit_bytes = 30'000'000;
    LIMNO_ASSIGN(const auto opened, Open(options));
    LIMNO_ASSIGN(const auto rows, opened->Query(sql, CellFormat::kText));
    std::vector<Cell> row;
    LIMNO_TRY(rows->Next(row));
    return row.empty() ? "" : row[0].text;
  }

  fs::path folder_;
};

TEST_F(SpillFolderTest, LiesInTheLakeOrBesideItOrInTheTemporaryFolder) {
  const std::string process = std::to_string(getpid());
  EXPECT_EQ(PrepareSpillFolder((folder_ / "a/lake").string(), "x"),
            (folder_ / (".limno-spill-" + process + "-x")).string());
  fs::create_directories(folder_ / "lake/_limno");
  EXPECT_EQ(PrepareSpillFolder((folder_ / "lake").string(), "x"),
            (folder_ / "lake/_limno" / ("spill-" + process + "-x")).string());
  if (getuid() != 0) {
    fs::permissions(folder_ / "lake/_limno", fs::perms::owner_read | fs::perms::owner_exec);
    EXPECT_TRUE(PrepareSpillFolder((folder_ / "lake").string(), "x")
                    .ends_with("/limno-spill-" + process + "-x"));
    fs::permissions(folder_ / "lake/_limno", fs::perms::owner_all);
  }
}

TEST_F(SpillFolderTest, WhatDeadProcessesLeftGoesAfterADay) {
  const pid_t child = fork();
  if (child == 0) {
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  const fs::path inside = folder_ / "_limno";
  const std::string dead = "spill-" + std::to_string(child) + "-";
  const std::string alive = "spill-" + std::to_string(getpid()) + "-";
  for (const std::string& name :
       {dead + "old", dead + "new", alive + "old", std::string("spill-x")}) {
    fs::create_directories(inside / name);
    std::ofstream(inside / name / "part") << "rows";
    if (!name.ends_with("new")) {
      fs::last_write_time(inside / name, fs::file_time_type::clock::now() - std::chrono::hours(25));
    }
  }
  PrepareSpillFolder(folder_.string(), "x");
  EXPECT_FALSE(fs::exists(inside / (dead + "old")));
  EXPECT_TRUE(fs::exists(inside / (dead + "new")));
  EXPECT_TRUE(fs::exists(inside / (alive + "old")));
  EXPECT_TRUE(fs::exists(inside / "spill-x"));
}

TEST_F(SpillFolderTest, AQueryLargerThanMemoryRunsAndLeavesNothing) {
  const std::string lake = (folder_ / "lake").string();
  const std::string sorted =
      "SELECT h FROM (SELECT md5(i::VARCHAR) AS h FROM range(2000000) t(i)) ORDER BY h "
      "LIMIT 1 OFFSET 1900000";
  for (const std::string& query : {std::string("CREATE SCHEMA s"), sorted}) {
    const auto answer = Ask(lake, query);
    EXPECT_TRUE(answer) << answer.error().ToString();
  }
  fs::remove_all(lake);
  const auto without_lake = Ask(lake, sorted);
  EXPECT_TRUE(without_lake) << without_lake.error().ToString();
  EXPECT_TRUE(fs::is_empty(folder_));
}

}  // namespace
}  // namespace limno::lake
