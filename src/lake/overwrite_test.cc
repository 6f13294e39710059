// Writers that replace a table at the same time: none keeps rows that another has just added, and
// no two leave theirs beside each other.
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "lake/lake.h"

namespace limno::lake {
namespace {

class OverwriteTest : public testing::Test {
 protected:
  OverwriteTest() : folder_(testing::TempDir() + "/limno_overwrite") {
    std::filesystem::remove_all(folder_);
  }
  ~OverwriteTest() override { std::filesystem::remove_all(folder_); }

  /// Another process, as far as the lake can tell.
  std::unique_ptr<Lake> OpenLake() const {
    LakeOptions options;
    options.lake = folder_;
    options.sync = false;
    return *Open(options);
  }

  const std::string folder_;
};

/// The first cell of the answer; the error's text if there is none.
std::string Ask(Lake& lake, const std::string& sql) {
  auto rows = lake.Query(sql, CellFormat::kText);
  if (!rows) {
    return rows.error().ToString();
  }
  std::vector<Cell> row;
  const auto more = (*rows)->Next(row);
  return !more ? more.error().ToString() : *more ? row[0].text : "";
}

/// Runs the statement, with "$" as a number, until it has landed `times` times.
void RunOften(Lake& lake, const std::string& sql, int times) {
  for (int landed = 0; landed < times;) {
    std::string statement = sql;
    statement.replace(statement.find('$'), 1, std::to_string(landed));
    const auto rows = lake.Query(statement, CellFormat::kText);
    if (rows) {
      ++landed;
    } else {
      ASSERT_EQ(rows.error().kind, ErrorKind::kConflict) << rows.error().ToString();
    }
  }
}

TEST_F(OverwriteTest, EveryOverwriteLeavesItsOwnRowsOnly) {
  const auto lake = OpenLake();
  ASSERT_EQ(Ask(*lake, "CREATE SCHEMA s; CREATE TABLE s.t (writer VARCHAR, n INTEGER)"), "");
  std::vector<std::thread> writers;
  for (const std::string writer : {"a", "b", "c"}) {
    writers.emplace_back([this, writer] {
      const auto own = OpenLake();
      const bool appends = writer == "c";
      RunOften(*own,
               std::string(appends ? "INSERT INTO s.t" : "INSERT OVERWRITE s.t") + " SELECT '" +
                   writer + "', $ FROM range(5)",
               6);
    });
  }
  for (std::thread& writer : writers) {
    writer.join();
  }
  EXPECT_EQ(Ask(*lake, "SELECT count(*) FROM (DESCRIBE HISTORY s.t) WHERE operation = 'WRITE'"),
            "18");
  for (int version = 1; version <= 18; ++version) {
    const std::string at = " FROM s.t AT (VERSION => " + std::to_string(version) + ")";
    const std::string overwrite =
        Ask(*lake,
            "SELECT operationParameters['mode'] = 'Overwrite' FROM (DESCRIBE HISTORY s.t) "
            "WHERE version = " +
                std::to_string(version));
    if (overwrite == "true") {
      EXPECT_EQ(Ask(*lake, "SELECT count(DISTINCT writer) * 10 + count(*)" + at), "15") << version;
    }
    EXPECT_EQ(Ask(*lake, "SELECT count(*) % 5" + at), "0") << version;
  }
}

}  // namespace
}  // namespace limno::lake
