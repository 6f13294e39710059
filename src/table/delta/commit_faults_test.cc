// Commits over a store that loses acknowledgements, delivers late or twice, and crashes.
#include <gmock/gmock.h>

#include <map>
#include <set>
#include <thread>

#include "storage/testing/faulty_store.h"
#include "storage/testing/result_matchers.h"
#include "table/delta/log_path.h"
#include "table/testing/table_builder.h"

namespace limno::table::delta {
namespace {

using storage::FaultOptions;
using storage::FaultyStore;
using storage::IsOk;

/// How often each path was added in the whole log, and that no version is missing.
std::map<std::string, int> AdditionsInLog(TableBuilder& table) {
  std::map<std::string, int> additions;
  LogReader reader(*table.store, &table.parquet);
  for (int64_t version = 0;; ++version) {
    auto commit = reader.ReadVersion(version, false);
    EXPECT_THAT(commit, IsOk());
    if (!commit || !*commit) {
      return additions;
    }
    for (const Action& action : (*commit)->actions) {
      if (const auto* add = std::get_if<Add>(&action)) {
        ++additions[add->file.path];
      }
    }
  }
}

class CommitFaultsTest : public testing::TestWithParam<uint64_t> {
 protected:
  CommitFaultsTest() {
    base_ = table_.Commit(TableBuilder::Create(TableBuilder::Schema()))->snapshot;
  }

  Environment Faulty(const FaultOptions& options) {
    faulty_ = std::make_shared<FaultyStore>(table_.store, options, table_.clock);
    Environment environment = table_.environment;
    environment.store = faulty_;
    return environment;
  }

  TableBuilder table_;
  SnapshotPtr base_;
  std::shared_ptr<FaultyStore> faulty_;
};

TEST_P(CommitFaultsTest, EveryAcknowledgedAppendIsThereExactlyOnce) {
  FaultOptions options;
  options.seed = GetParam();
  options.error_before = 0.05;
  options.lost_acknowledgement = 0.2;
  options.late_landing = 0.2;
  options.duplicate_delivery = 0.2;
  const Environment environment = Faulty(options);
  std::map<std::string, bool> acknowledged;
  SnapshotPtr snapshot = base_;
  for (int append = 0; append < 60; ++append) {
    const std::string path = "f" + std::to_string(append) + ".parquet";
    const auto outcome =
        CommitChange(environment, TableBuilder::Append(snapshot, {table_.File(path)}));
    acknowledged[path] = outcome.has_value();
    if (outcome) {
      // Every third time the writer goes on from an old version and has to catch up.
      snapshot = append % 3 == 0 ? snapshot : outcome->snapshot;
      EXPECT_NE(outcome->snapshot->files.Find(path), nullptr);
    } else {
      EXPECT_EQ(outcome.error().kind, ErrorKind::kUnavailable) << outcome.error().ToString();
    }
  }
  EXPECT_GT(faulty_->counts().lost_acknowledgements + faulty_->counts().late_landings +
                faulty_->counts().duplicates,
            10U);
  const std::map<std::string, int> additions = AdditionsInLog(table_);
  int given_up = 0;
  for (const auto& [path, was_acknowledged] : acknowledged) {
    const auto found = additions.find(path);
    const int times = found == additions.end() ? 0 : found->second;
    EXPECT_LE(times, 1) << path;
    EXPECT_TRUE(!was_acknowledged || times == 1) << path;
    given_up += was_acknowledged ? 0 : 1;
  }
  EXPECT_LT(given_up, 30);
}

TEST_P(CommitFaultsTest, LostAcknowledgementsAloneFailNothing) {
  FaultOptions options;
  options.seed = GetParam();
  options.lost_acknowledgement = 0.5;
  options.duplicate_delivery = 0.5;
  const Environment environment = Faulty(options);
  SnapshotPtr snapshot = base_;
  for (int append = 0; append < 20; ++append) {
    const std::string path = "f" + std::to_string(append) + ".parquet";
    const auto outcome =
        CommitChange(environment, TableBuilder::Append(snapshot, {table_.File(path)}));
    ASSERT_THAT(outcome, IsOk());
    EXPECT_EQ(outcome->version, append + 1);
    snapshot = outcome->snapshot;
  }
  EXPECT_EQ(AdditionsInLog(table_).size(), 20U);
}

TEST_P(CommitFaultsTest, ACrashLeavesTheOldVersionOrTheNew) {
  for (uint64_t operation = 1; operation < 12; ++operation) {
    FaultOptions options;
    options.seed = GetParam() * 100 + operation;
    options.crash_at_operation = operation;
    const Environment environment = Faulty(options);
    const auto before = table_.Load();
    ASSERT_THAT(before, IsOk());
    const std::string path = "c" + std::to_string(operation) + ".parquet";
    const auto outcome =
        CommitChange(environment, TableBuilder::Append(*before, {table_.File(path)}));
    const auto after = table_.Load();
    ASSERT_THAT(after, IsOk());
    const bool landed = (*after)->files.Find(path) != nullptr;
    EXPECT_EQ((*after)->version, (*before)->version + (landed ? 1 : 0));
    EXPECT_TRUE(!outcome || landed);
  }
}

TEST_P(CommitFaultsTest, ARefusalAfterAnAmbiguousAnswerIsNoRefusal) {
  FaultOptions options;
  options.seed = GetParam();
  options.late_landing = 0.5;
  options.refused_write = 0.7;
  const Environment environment = Faulty(options);
  std::set<std::string> refused;
  for (int append = 0; append < 40; ++append) {
    const std::string path = "f" + std::to_string(append) + ".parquet";
    const auto before = table_.Load();
    ASSERT_THAT(before, IsOk());
    const auto outcome =
        CommitChange(environment, TableBuilder::Append(*before, {table_.File(path)}));
    if (!outcome && outcome.error().kind == ErrorKind::kExhausted) {
      refused.insert(path);
    }
  }
  faulty_->LandLateWrites();
  EXPECT_GT(refused.size(), 5U);
  for (const auto& [path, times] : AdditionsInLog(table_)) {
    EXPECT_EQ(refused.count(path), 0U) << path;
    EXPECT_EQ(times, 1) << path;
  }
}

TEST_P(CommitFaultsTest, WritersWithFaultsBesideEachOther) {
  constexpr int kWriters = 4;
  constexpr int kAppends = 10;
  std::vector<std::string> acknowledged[kWriters];
  std::vector<DataFile> files;
  for (int index = 0; index < kWriters * kAppends; ++index) {
    files.push_back(table_.File("f" + std::to_string(index) + ".parquet"));
  }
  base::SystemClock clock;
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&, writer] {
      FaultOptions options;
      options.seed = GetParam() * 10 + static_cast<uint64_t>(writer);
      options.lost_acknowledgement = 0.2;
      options.duplicate_delivery = 0.2;
      options.late_landing = 0.1;
      Environment environment = table_.environment;
      environment.store = std::make_shared<FaultyStore>(table_.store, options, clock);
      environment.clock = &clock;
      SnapshotPtr snapshot = base_;
      for (int append = 0; append < kAppends; ++append) {
        const DataFile& file = files[static_cast<size_t>(writer * kAppends + append)];
        const auto outcome = CommitChange(environment, TableBuilder::Append(snapshot, {file}));
        if (outcome) {
          acknowledged[writer].push_back(file.path);
          snapshot = outcome->snapshot;
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  const std::map<std::string, int> additions = AdditionsInLog(table_);
  for (const auto& [path, times] : additions) {
    EXPECT_EQ(times, 1) << path;
  }
  size_t total = 0;
  for (const auto& paths : acknowledged) {
    total += paths.size();
    for (const std::string& path : paths) {
      EXPECT_EQ(additions.count(path), 1U) << path;
    }
  }
  EXPECT_EQ(total, files.size());
}

INSTANTIATE_TEST_SUITE_P(Seeds, CommitFaultsTest, testing::Range<uint64_t>(1, 9));

}  // namespace
}  // namespace limno::table::delta
