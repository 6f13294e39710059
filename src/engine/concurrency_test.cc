// Several sessions change one table: what touches different rows stands, what does not is run
// again or refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <thread>

#include "catalog/file/folder_catalog.h"
#include "engine/engine.h"
#include "storage/local_store.h"
#include "table/delta/delta_table.h"

namespace limno::engine {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// Does something just before a version is put.
class HookedStore final : public storage::ObjectStore {
 public:
  HookedStore(std::shared_ptr<ObjectStore> base, std::function<void()>& before_commit)
      : base_(std::move(base)), before_commit_(before_commit) {}

  Result<std::string> Read(std::string_view key) override { return base_->Read(key); }
  Result<std::string> ReadRange(std::string_view key, uint64_t offset, uint64_t length) override {
    return base_->ReadRange(key, offset, length);
  }
  Result<storage::ObjectInfo> Head(std::string_view key) override { return base_->Head(key); }
  Result<void> Put(std::string_view key, std::string_view bytes) override {
    return base_->Put(key, bytes);
  }
  Result<void> PutIfAbsent(std::string_view key, std::string_view bytes) override {
    if (before_commit_ && key.find("_delta_log/") != std::string_view::npos) {
      std::exchange(before_commit_, nullptr)();
    }
    return base_->PutIfAbsent(key, bytes);
  }
  using ObjectStore::List;
  Result<storage::ListPage> List(std::string_view prefix,
                                 const storage::ListOptions& options) override {
    return base_->List(prefix, options);
  }
  Result<std::vector<std::string>> ListFolders(std::string_view prefix) override {
    return base_->ListFolders(prefix);
  }
  Result<void> Delete(std::string_view key) override { return base_->Delete(key); }
  Result<std::optional<std::string>> LocalPath(std::string_view key) override {
    return base_->LocalPath(key);
  }
  Result<void> Persist(const std::vector<std::string>& keys) override {
    return base_->Persist(keys);
  }
  std::string Describe() const override { return base_->Describe(); }

 private:
  const std::shared_ptr<ObjectStore> base_;
  std::function<void()>& before_commit_;
};

class ConcurrencyTest : public testing::Test {
 protected:
  ConcurrencyTest() : folder_(testing::TempDir() + "/limno_concurrency") {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    EngineOptions options;
    options.threads = 2;
    options.temp_directory = folder_ + "/spill";
    options.clock = &clock_;
    options.random = &random_;
    engine_ = *StartEngine(options);
    const storage::LocalStoreOptions no_sync{.sync = false};
    catalog::FolderCatalogParts parts;
    parts.store = storage::MakeLocalStore(folder_ + "/lake", no_sync);
    parts.location = folder_ + "/lake";
    parts.random = &random_;
    parts.open_store = [this, no_sync](const std::string& path) {
      return Result<std::shared_ptr<storage::ObjectStore>>(
          std::make_shared<HookedStore>(storage::MakeLocalStore(path, no_sync), before_commit_));
    };
    parts.open_table = [this](std::shared_ptr<storage::ObjectStore> store) {
      return std::shared_ptr<table::Table>(
          table::delta::OpenTable({std::move(store), &engine_->parquet(), &clock_, &random_}));
    };
    engine_->Attach(catalog::MakeFolderCatalog(std::move(parts)));
    mine_ = *engine_->NewSession();
    theirs_ = *engine_->NewSession();
    Run(*mine_, "CREATE SCHEMA s");
    Run(*mine_, "CREATE TABLE s.t AS SELECT i AS id, 0 AS v FROM range(1000) r(i)");
  }
  ~ConcurrencyTest() override {
    mine_.reset();
    theirs_.reset();
    engine_.reset();
    fs::remove_all(folder_);
  }

  /// The rows as "a|b;", or "error: " and the error.
  static std::string Run(Session& session, const std::string& sql) {
    auto rows = session.Execute(sql, CellFormat::kText);
    if (!rows) {
      return "error: " + rows.error().ToString();
    }
    std::string text;
    std::vector<Cell> row;
    while (true) {
      const auto more = (*rows)->Next(row);
      if (!more) {
        return "error: " + more.error().ToString();
      }
      if (!*more) {
        return text;
      }
      for (const Cell& cell : row) {
        text += (cell.is_null ? "NULL" : cell.text) + "|";
      }
    }
  }

  /// Theirs is committed while `sql` of mine is about to be.
  std::string RunBehind(const std::string& theirs, const std::string& sql) {
    before_commit_ = [this, theirs] { their_answer_ = Run(*theirs_, theirs); };
    return Run(*mine_, sql);
  }

  int Retries() {
    int retries = 0;
    for (const CommitRecord& commit : mine_->TakeCommits()) {
      retries += commit.retries;
    }
    return retries;
  }

  const std::string folder_;
  base::SystemClock clock_;
  base::Random random_{7};
  std::function<void()> before_commit_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Session> mine_;
  std::unique_ptr<Session> theirs_;
  std::string their_answer_;
};

TEST_F(ConcurrencyTest, UpdatesOfDifferentRowsOfOneFileBothStand) {
  EXPECT_EQ(RunBehind("UPDATE s.t SET v = 1 WHERE id = 3", "UPDATE s.t SET v = 2 WHERE id = 4"),
            "1|");
  EXPECT_EQ(Retries(), 0);
  EXPECT_EQ(their_answer_, "1|");
  EXPECT_EQ(Run(*mine_, "SELECT count(*), sum(v), sum(id) FROM s.t"), "1000|3|499500|");
  EXPECT_EQ(Run(*mine_, "SELECT v FROM s.t WHERE id IN (3, 4) ORDER BY id"), "1|2|");
}

TEST_F(ConcurrencyTest, InATransactionARowChangedTwiceIsAConflict) {
  EXPECT_EQ(Run(*mine_, "BEGIN; UPDATE s.t SET v = 2 WHERE id = 3"), "1|");
  EXPECT_EQ(Run(*theirs_, "UPDATE s.t SET v = v + 1 WHERE id = 3"), "1|");
  const std::string answer = Run(*mine_, "COMMIT");
  EXPECT_THAT(answer, StartsWith("error: "));
  EXPECT_THAT(answer, HasSubstr("version 1"));
  EXPECT_EQ(Run(*theirs_, "SELECT v FROM s.t WHERE id = 3"), "1|");
}

TEST_F(ConcurrencyTest, AStatementThatLostIsRunAgain) {
  EXPECT_EQ(
      RunBehind("UPDATE s.t SET v = 10 WHERE id = 3", "UPDATE s.t SET v = v + 1 WHERE id = 3"),
      "1|");
  EXPECT_EQ(Retries(), 1);
  EXPECT_EQ(Run(*mine_, "SELECT v FROM s.t WHERE id = 3"), "11|");
}

TEST_F(ConcurrencyTest, WhatWasReadElsewhereInTheStatementMatters) {
  EXPECT_EQ(RunBehind("UPDATE s.t SET v = 50 WHERE id = 9",
                      "UPDATE s.t SET v = (SELECT max(v) FROM s.t) + 1 WHERE id = 3"),
            "1|");
  EXPECT_EQ(Retries(), 1);
  EXPECT_EQ(Run(*mine_, "SELECT v FROM s.t WHERE id = 3"), "51|");
}

TEST_F(ConcurrencyTest, RowsAMergeMatchedAndLeftAloneMatter) {
  const std::string merge =
      "MERGE INTO s.t AS t USING (VALUES (5), (2000)) AS s(id) ON t.id = s.id "
      "WHEN MATCHED AND t.v > 100 THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (s.id, 77)";
  EXPECT_EQ(RunBehind("DELETE FROM s.t WHERE id = 5", merge), "2|");
  EXPECT_EQ(Run(*mine_, "SELECT v FROM s.t WHERE id IN (5, 2000)"), "77|77|");
}

TEST_F(ConcurrencyTest, AnOptimizeInBetweenIsNoTrouble) {
  Run(*mine_, "INSERT INTO s.t VALUES (1000, 0)");
  EXPECT_EQ(RunBehind("OPTIMIZE s.t", "UPDATE s.t SET v = 1 WHERE id = 3"), "1|");
  EXPECT_THAT(their_answer_, Not(StartsWith("error")));
  EXPECT_THAT(RunBehind("DELETE FROM s.t WHERE id = 4", "OPTIMIZE s.t"), Not(StartsWith("error")));
  EXPECT_EQ(their_answer_, "1|");
  EXPECT_EQ(Run(*mine_, "SELECT count(*), sum(v) FROM s.t"), "1000|1|");
}

TEST_F(ConcurrencyTest, RowsThatHaveIdsAreFoundWhereAnOptimizePutThem) {
  Run(*mine_, "ALTER TABLE s.t SET ('delta.enableRowTracking' = 'true')");
  Run(*mine_, "INSERT INTO s.t VALUES (1000, 0), (1001, 0)");
  (void)Retries();
  EXPECT_EQ(RunBehind("OPTIMIZE s.t", "UPDATE s.t SET v = 1 WHERE id IN (3, 1000)"), "2|");
  EXPECT_EQ(Retries(), 0);
  EXPECT_EQ(RunBehind("OPTIMIZE s.t", "DELETE FROM s.t WHERE id IN (4, 1000)"), "2|");
  EXPECT_EQ(Retries(), 0);
  EXPECT_EQ(Run(*mine_, "SELECT count(*), sum(v) FROM s.t"), "1000|1|");
  EXPECT_EQ(Run(*mine_, "SELECT _row_id, v FROM s.t WHERE id IN (3, 1001) ORDER BY id"),
            "3|1|1001|0|");
  // Moved and changed: that is what cannot be reconciled.
  EXPECT_EQ(Run(*mine_, "BEGIN; DELETE FROM s.t WHERE id = 3"), "1|");
  EXPECT_EQ(Run(*theirs_, "UPDATE s.t SET v = 9 WHERE id = 3"), "1|");
  EXPECT_THAT(Run(*theirs_, "OPTIMIZE s.t"), Not(StartsWith("error")));
  EXPECT_THAT(Run(*mine_, "COMMIT"), StartsWith("error"));
  EXPECT_EQ(Run(*mine_, "SELECT count(*), max(v) FROM s.t"), "1000|9|");
}

TEST_F(ConcurrencyTest, SixteenWritersOfOneFile) {
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int writer = 0; writer < 16; ++writer) {
    threads.emplace_back([&, writer] {
      auto session = *engine_->NewSession();
      for (int row = 0; row < 2; ++row) {
        const std::string id = std::to_string(writer * 60 + row);
        failures += Run(*session, "UPDATE s.t SET v = v + 1 WHERE id = " + id) == "1|" ? 0 : 1;
      }
      // These rows lie between those of the others: no statistics tell them apart.
      const std::string share = std::to_string(writer);
      failures +=
          Run(*session, "UPDATE s.t SET v = v + 100 WHERE id % 16 = " + share).find("error") ==
                  std::string::npos
              ? 0
              : 1;
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(Run(*mine_, "SELECT count(*), count(DISTINCT id), sum(v) FROM s.t"),
            "1000|1000|100032|");
}

TEST_F(ConcurrencyTest, AFileIsLoadedOnce) {
  const std::string copy = "COPY INTO s.t FROM '" + folder_ + "/in.parquet' FILEFORMAT = PARQUET";
  Run(*mine_, "COPY (SELECT i AS id, 1 AS v FROM range(1000, 1010) r(i)) TO '" + folder_ +
                  "/in.parquet' (FORMAT parquet)");
  before_commit_ = [&] { EXPECT_EQ(Run(*theirs_, copy), "10|10|0|"); };
  EXPECT_EQ(Run(*mine_, copy), "0|0|0|");
  EXPECT_EQ(Run(*mine_, "SELECT count(*), count(DISTINCT id) FROM s.t"), "1010|1010|");
  // Nothing is left of the attempt that lost.
  const auto count = [](const std::string& folder) {
    return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
  };
  EXPECT_EQ(count(folder_ + "/lake/s/t/_limno/copy_into"), 1);
  EXPECT_EQ(count(folder_ + "/lake/s/t"), 2 + 2);
}

TEST_F(ConcurrencyTest, DifferentFilesAreAllLoaded) {
  const auto copy = [&](const std::string& file) {
    return "COPY INTO s.t FROM '" + folder_ + "/" + file + "' FILEFORMAT = PARQUET";
  };
  for (const char* file : {"a.parquet", "b.parquet"}) {
    Run(*mine_,
        "COPY (SELECT 5000 AS id, 1 AS v) TO '" + folder_ + "/" + file + "' (FORMAT parquet)");
  }
  before_commit_ = [&] { EXPECT_EQ(Run(*theirs_, copy("a.parquet")), "1|1|0|"); };
  EXPECT_EQ(Run(*mine_, copy("b.parquet")), "1|1|0|");
  EXPECT_EQ(Run(*mine_, copy("*.parquet")), "0|0|0|");
  EXPECT_EQ(Run(*mine_, "SELECT count(*) FROM s.t WHERE id = 5000"), "2|");
}

}  // namespace
}  // namespace limno::engine
