// Loads that end at the worst moments, and loads that meet.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "ingest/forwarding_session.h"
#include "ingest/ledger.h"
#include "ingest/load.h"
#include "ingest/testing/loading_lake.h"

namespace limno::ingest {
namespace {

using ::testing::ElementsAre;
using testing::LoadingLake;
using testing::MakeCsv;
using testing::MakeZip;

constexpr char kAllRows[] = "select count(*), count(distinct a), sum(a) from lake.bronze.t";

/// Fails the n-th of the calls that write, before or after it was done, and every call from then
/// on.
class DyingSession final : public ForwardingSession {
 public:
  DyingSession(std::unique_ptr<engine::Session> session, std::atomic<int>& calls_left, bool after)
      : ForwardingSession(std::move(session)), calls_left_(calls_left), after_(after) {}

  Result<void> Append(const catalog::TableName& table, const engine::Addition& addition,
                      const std::vector<std::string>& partition_by) override {
    const bool dies = --calls_left_ < 0;
    if (!dies || after_) {
      LIMNO_TRY(ForwardingSession::Append(table, addition, partition_by));
    }
    return dies ? Result<void>(Fail(ErrorKind::kInterrupted, "killed")) : Result<void>();
  }

  Result<engine::ParquetFileInfo> WriteParquet(const std::string& query,
                                               const std::string& path) override {
    const bool dies = --calls_left_ < 0;
    if (!dies || after_) {
      LIMNO_ASSIGN(const engine::ParquetFileInfo info,
                   ForwardingSession::WriteParquet(query, path));
      if (!dies) {
        return info;
      }
    }
    return Fail(ErrorKind::kInterrupted, "killed");
  }

 private:
  std::atomic<int>& calls_left_;
  const bool after_;
};

TEST(LoadFault, WhereverALoadDiesTheNextOneLoadsEveryRowOnce) {
  for (const bool after : {false, true}) {
    for (int calls = 0; calls <= 4; ++calls) {
      LoadingLake lake;
      lake.folder.Write("in/1.csv", MakeCsv(0, 10));
      lake.folder.Write("in/2.zip",
                        MakeZip({{"a.csv", MakeCsv(10, 10)}, {"b.csv", MakeCsv(20, 10)}}));
      std::atomic<int> calls_left = calls;
      lake.wrap_session = [&](std::unique_ptr<engine::Session> session) {
        return std::make_unique<DyingSession>(std::move(session), calls_left, after);
      };
      (void)lake.LoadFiles({"in"});
      lake.wrap_session = nullptr;
      const auto report = lake.LoadFiles({"in"});
      ASSERT_TRUE(report) << report.error().ToString();
      EXPECT_TRUE(report->skipped.empty()) << report->skipped[0].reason.ToString();
      EXPECT_EQ(lake.Ask(kAllRows), "30|30|435") << calls << (after ? " after" : " before");
    }
  }
}

/// Before its first append, another load of the same files runs from beginning to end. Then it does
/// what an engine has to do: compare what was expected with what is there.
class OvertakenSession final : public ForwardingSession {
 public:
  OvertakenSession(std::unique_ptr<engine::Session> session, LoadingLake& lake,
                   const std::function<void()>& overtake)
      : ForwardingSession(std::move(session)), lake_(lake), overtake_(overtake) {}

  void Annotate(engine::CommitAnnotation annotation) override {
    expected_ = annotation.expected_app_versions;
    ForwardingSession::Annotate(std::move(annotation));
  }

  Result<void> Append(const catalog::TableName& table, const engine::Addition& addition,
                      const std::vector<std::string>& partition_by) override {
    overtake_();
    if (const auto opened = lake_.catalog->OpenTable(table)) {
      LIMNO_ASSIGN(const table::SnapshotPtr snapshot, (*opened)->Latest());
      for (const auto& [id, version] : expected_) {
        const auto entry = snapshot->app_transactions.find(id);
        const bool there = entry != snapshot->app_transactions.end();
        if (there != version.has_value() || (there && entry->second != *version)) {
          return Fail(ErrorKind::kConflict, "somebody else has written " + id);
        }
      }
    }
    return ForwardingSession::Append(table, addition, partition_by);
  }

 private:
  LoadingLake& lake_;
  const std::function<void()>& overtake_;
  std::map<std::string, std::optional<int64_t>> expected_;
};

TEST(LoadFault, ALoadThatIsOvertakenLoadsOnlyWhatIsLeft) {
  LoadingLake lake;
  lake.folder.Write("1.csv", MakeCsv(0, 10));
  lake.folder.Write("2.csv", MakeCsv(10, 10));
  bool overtaken = false;
  const std::function<void()> overtake = [&] {
    if (!overtaken) {
      overtaken = true;
      const auto other = lake.LoadFiles({"1.csv"});
      EXPECT_TRUE(other && other->files_read == 1);
    }
  };
  lake.wrap_session = [&](std::unique_ptr<engine::Session> session) {
    return std::make_unique<OvertakenSession>(std::move(session), lake, overtake);
  };
  const auto report = lake.LoadFiles({"1.csv", "2.csv"});
  ASSERT_TRUE(report) << report.error().ToString();
  EXPECT_EQ(report->files_read, 1U);
  EXPECT_EQ(report->files_unchanged, 1U);
  EXPECT_EQ(report->rows_inserted, 10U);
  EXPECT_EQ(lake.Ask(kAllRows), "20|20|190");
}

TEST(LoadFault, InterruptEndsALoadWithNothingLoaded) {
  LoadingLake lake;
  lake.folder.Write("1.csv", MakeCsv(0, 10));
  std::unique_ptr<Loader> loader;
  class StoppingSession final : public ForwardingSession {
   public:
    StoppingSession(std::unique_ptr<engine::Session> session, Loader& to_stop)
        : ForwardingSession(std::move(session)), loader_(to_stop) {}
    Result<engine::ParquetFileInfo> WriteParquet(const std::string& query,
                                                 const std::string& path) override {
      loader_.Interrupt();
      return ForwardingSession::WriteParquet(query, path);
    }

   private:
    Loader& loader_;
  };
  const SessionFactory sessions = [&]() -> Result<std::unique_ptr<engine::Session>> {
    LIMNO_ASSIGN(std::unique_ptr<engine::Session> session, lake.engine->NewSession());
    return std::make_unique<StoppingSession>(std::move(session), *loader);
  };
  loader = std::make_unique<Loader>(sessions, *lake.catalog, lake.web, lake.clock, lake.random,
                                    lake.options());
  LoadOptions load;
  load.from = {lake.folder / "1.csv"};
  load.into = "bronze.t";
  const auto report = loader->Load(load, lake.observer);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, ErrorKind::kInterrupted);
  ASSERT_TRUE(lake.LoadFiles({"1.csv"}));
  EXPECT_EQ(lake.Ask(kAllRows), "10|10|45");
}

}  // namespace
}  // namespace limno::ingest
