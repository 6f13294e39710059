// A disk that takes no more: whatever statement was writing, the table is as it was, no file is
// left behind, and the next statement works.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <set>

#include "lake/lake.h"

namespace limno::lake {
namespace {

namespace fs = std::filesystem;

/// While it lives no file can grow beyond a size.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SmallDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    (void)std::signal(SIGXFSZ, handler_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  rlimit before_{};
  sighandler_t handler_;
};

class WriteFailureTest : public testing::Test {
 protected:
  WriteFailureTest() : folder_(testing::TempDir() + "/limno_write_failure") {
    fs::remove_all(folder_);
    LakeOptions options;
    options.lake = folder_;
    options.sync = false;
    lake_ = *Open(options);
    EXPECT_EQ(Ask("create schema b"), "");
    EXPECT_EQ(Ask("create table b.t as select r as key, hash(r) as noise from range(20000) t(r)"),
              "20000|");
    EXPECT_EQ(
        Ask("create table b.p (key bigint, noise ubigint, part bigint) partitioned by (part)"), "");
    EXPECT_EQ(Ask("insert into b.p select *, key % 5 from b.t"), "20000|");
  }
  ~WriteFailureTest() override {
    lake_.reset();
    fs::remove_all(folder_);
  }

  /// The cells of the rows, or the kind of the error.
  std::string Ask(const std::string& sql) {
    std::string text;
    auto rows = lake_->Query(sql, CellFormat::kText);
    if (!rows) {
      return std::string(ErrorKindName(rows.error().kind));
    }
    std::vector<Cell> row;
    while (true) {
      auto more = (*rows)->Next(row);
      if (!more) {
        return std::string(ErrorKindName(more.error().kind));
      }
      if (!*more) {
        return text;
      }
      for (const Cell& cell : row) {
        text += cell.text + "|";
      }
    }
  }

  std::set<std::string> DataFiles() const {
    std::set<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
      const std::string path = entry.path().string();
      if (entry.is_regular_file() && path.find("_delta_log") == std::string::npos) {
        files.insert(path);
      }
    }
    return files;
  }

  std::string State() {
    return Ask("select count(*), sum(noise) from b.t") +
           Ask("select count(*), sum(noise) from b.p") +
           Ask("select max(version) from (describe history b.t)") +
           Ask("select max(version) from (describe history b.p)");
  }

  std::string folder_;
  std::unique_ptr<Lake> lake_;
};

TEST_F(WriteFailureTest, LeavesTheTableAndNoFiles) {
  const std::string many = "select r as key, hash(r, 1) as noise from range(300000) t(r)";
  const std::string statements[] = {
      "insert into b.t " + many,
      "insert into b.p select *, key % 7 from (" + many + ")",
      "create table b.fresh as " + many,
      "create or replace table b.t as " + many,
      "update b.t set noise = hash(key, 2)",
      "merge into b.t using (" + many +
          ") s on t.key = s.key when matched then update set * "
          "when not matched then insert *",
      "optimize b.t zorder by (noise)",
      "begin; delete from b.t where key < 10; insert into b.t " + many + "; commit",
  };
  const std::string state = State();
  const std::set<std::string> files = DataFiles();
  for (const std::string& statement : statements) {
    {
      const SmallDisk disk(32 << 10);
      EXPECT_EQ(Ask(statement), "exhausted") << statement;
      (void)Ask("rollback");
    }
    EXPECT_EQ(State(), state) << statement;
    EXPECT_EQ(DataFiles(), files) << statement;
    EXPECT_EQ(Ask("select count(*) from b.fresh"), "usage") << statement;
  }
  EXPECT_EQ(Ask("insert into b.t values (-1, 0)"), "1|");
}

TEST_F(WriteFailureTest, SoDoesAFailingExpression) {
  const std::string state = State();
  const std::set<std::string> files = DataFiles();
  const std::string failing =
      "select r as key, case when r = 290000 then error('no') else hash(r) end as noise from "
      "range(300000) t(r)";
  EXPECT_NE(Ask("insert into b.t " + failing), "300000|");
  EXPECT_NE(Ask("insert into b.p select *, key % 7 from (" + failing + ")"), "300000|");
  EXPECT_NE(Ask("create table b.fresh as " + failing), "300000|");
  EXPECT_EQ(State(), state);
  EXPECT_EQ(DataFiles(), files);
}

}  // namespace
}  // namespace limno::lake
