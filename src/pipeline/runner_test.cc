#include "pipeline/runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "pipeline/testing/fake_engine.h"
#include "pipeline/testing/fake_lake.h"
#include "storage/memory_store.h"

namespace limno::pipeline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class RunnerTest : public testing::Test {
 protected:
  RunnerTest() : store_(storage::MakeMemoryStore(clock_)) {
    std::string name = (std::filesystem::path(testing::TempDir()) / "limno_run_XXXXXX").string();
    project_.folder = mkdtemp(name.data());
    project_.name = "test";
    AddSource("a");
  }
  ~RunnerTest() override { std::filesystem::remove_all(project_.folder); }

  void AddSource(const std::string& name) {
    Source source;
    source.name = name;
    source.into = {"bronze", name};
    source.load.into = "bronze." + name;
    source.load.source = name;
    source.load.from = {"in/"};
    project_.sources.push_back(source);
  }
  void AddModel(const std::string& name_space, const std::string& name, const std::string& text) {
    const std::filesystem::path folder =
        std::filesystem::path(project_.folder) / "models" / name_space;
    std::filesystem::create_directories(folder);
    std::ofstream(folder / (name + ".sql")) << text;
  }
  /// A load that finds new files as often as `new_files_` says.
  Result<StepReport> Load(const LoadOptions& options) {
    const std::lock_guard<std::mutex> lock(state_.mutex);
    if (bad_source_ == options.source) {
      return Fail(ErrorKind::kUnavailable, "the server is down");
    }
    StepReport report;
    report.status = new_files_ ? "done" : "nothing to do";
    if (new_files_) {
      state_.Commit(options.into, {});
    }
    return report;
  }
  Result<RunReport> Run(RunOptions options = {}) {
    RunnerParts parts;
    parts.engine = &engine_;
    parts.lake = &catalog_;
    parts.store = store_.get();
    parts.clock = &clock_;
    parts.random = &random_;
    parts.load = [this](const LoadOptions& load, Observer&) { return Load(load); };
    Observer observer;
    Runner runner(std::move(parts));
    if (interrupt_) {
      runner.Interrupt();
    }
    return runner.Run(project_, options, observer);
  }
  /// "name: status" of each step.
  std::vector<std::string> Statuses(const Result<RunReport>& report) {
    std::vector<std::string> lines;
    if (!report) {
      return {report.error().ToString()};
    }
    for (const StepReport& step : report->steps) {
      lines.push_back(step.name + ": " + step.status);
    }
    return lines;
  }
  std::vector<std::string> TakeStatements() { return std::exchange(state_.statements, {}); }

  base::ManualClock clock_{1'700'000'000'000};
  base::Random random_{3};
  std::unique_ptr<storage::ObjectStore> store_;
  FakeState state_;
  FakeCatalog catalog_{state_};
  FakeEngine engine_{state_};
  Project project_;
  bool new_files_ = true;
  bool interrupt_ = false;
  std::string bad_source_;
};

TEST_F(RunnerTest, RunsWhatIsNewAndThenNothing) {
  AddModel("silver", "t", "/*---\nkind: append\n---*/\nreads bronze.a");
  AddModel("gold", "u", "/*---\nkind: table\n---*/\nreads silver.t");
  EXPECT_THAT(Statuses(Run()), ElementsAre("a: done", "silver.t: done", "gold.u: done"));
  EXPECT_THAT(TakeStatements(),
              ElementsAre("CREATE OR REPLACE TABLE lake.\"silver\".\"t\" AS\nreads bronze.a [a "
                          "-1..0]",
                          "CREATE OR REPLACE TABLE lake.\"gold\".\"u\" AS\nreads silver.t"));
  new_files_ = false;
  EXPECT_THAT(Statuses(Run()),
              ElementsAre("a: nothing to do", "silver.t: nothing to do", "gold.u: nothing to do"));
  EXPECT_THAT(TakeStatements(), IsEmpty());
}

TEST_F(RunnerTest, AppendsOnlyNewVersionsWithTheirLedger) {
  AddModel("silver", "t", "/*---\nkind: append\n---*/\nreads bronze.a");
  ASSERT_TRUE(Run());
  state_.Commit("bronze.a", {});
  TakeStatements();
  const auto report = Run();
  EXPECT_THAT(TakeStatements(), ElementsAre("append silver.t: reads bronze.a [a 0..2]"));
  EXPECT_EQ(report->steps[1].why, "new: bronze.a versions 1 to 2");
  EXPECT_EQ(report->steps[1].rows_inserted, 5u);
  EXPECT_EQ(state_.tables["silver.t"].app_transactions.at("limno:model:silver.t:id of bronze.a"),
            2);
}

TEST_F(RunnerTest, MergesACheckedBatch) {
  AddModel("silver", "t", "/*---\nkind: merge\nkey: [id]\n---*/\nreads bronze.a");
  ASSERT_TRUE(Run());
  TakeStatements();
  ASSERT_TRUE(Run());
  const std::vector<std::string> statements = TakeStatements();
  ASSERT_EQ(statements.size(), 4u);
  EXPECT_EQ(statements[0], "CREATE OR REPLACE TEMP TABLE limno_batch AS\nreads bronze.a [a 0..1]");
  EXPECT_THAT(statements[1], HasSubstr("HAVING count(*) > 1"));
  EXPECT_THAT(statements[3], HasSubstr("MERGE INTO lake.\"silver\".\"t\""));
  EXPECT_EQ(state_.tables["silver.t"].app_transactions.at("limno:model:silver.t:id of bronze.a"),
            1);
}

TEST_F(RunnerTest, RefusesKeysTheQueryDoesNotReturn) {
  AddModel("silver", "t", "/*---\nkind: merge\nkey: [ids]\n---*/\nreads bronze.a");
  const auto report = Run();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->steps[1].error->ToString(),
            "models/silver/t.sql:1: 'key' names column 'ids', which the query does not return (did "
            "you mean 'id'?)");
  EXPECT_EQ(report->exit_code, 2);
}

TEST_F(RunnerTest, AFailureStopsOnlyWhatNeedsIt) {
  AddSource("b");
  AddModel("silver", "t", "/*---\nkind: table\n---*/\nreads bronze.a");
  AddModel("silver", "u", "/*---\nkind: table\n---*/\nreads bronze.b");
  AddModel("gold", "v", "/*---\nkind: table\n---*/\nreads silver.t");
  state_.failing = "\"silver\".\"t\"";
  const auto report = Run();
  EXPECT_THAT(Statuses(report),
              testing::UnorderedElementsAre("a: done", "b: done", "silver.t: failed",
                                            "silver.u: done", "gold.v: skipped"));
  EXPECT_EQ(report->exit_code, 1);
  // The failed model has consumed nothing: the next run does it.
  state_.failing = "";
  new_files_ = false;
  EXPECT_THAT(Statuses(Run()),
              testing::IsSupersetOf({"silver.t: done", "gold.v: done", "silver.u: nothing to do"}));
}

TEST_F(RunnerTest, ASourceThatIsDownIsTemporary) {
  AddModel("silver", "t", "/*---\nkind: table\n---*/\nreads bronze.a");
  bad_source_ = "a";
  const auto report = Run();
  EXPECT_THAT(Statuses(report), ElementsAre("a: failed", "silver.t: skipped"));
  EXPECT_EQ(report->steps[1].why, "a failed");
  EXPECT_EQ(report->exit_code, 75);
}

TEST_F(RunnerTest, ADryRunDoesNothingAndSaysWhy) {
  AddModel("silver", "t", "/*---\nkind: append\n---*/\nreads bronze.a");
  RunOptions dry;
  dry.dry_run = true;
  EXPECT_THAT(Statuses(Run(dry)), ElementsAre("a: would run", "silver.t: would run"));
  ASSERT_TRUE(Run());
  TakeStatements();
  const auto report = Run(dry);
  EXPECT_THAT(Statuses(report), ElementsAre("a: would run", "silver.t: may run"));
  EXPECT_EQ(report->steps[1].why, "its input has nothing new; and what a will bring");
  EXPECT_THAT(TakeStatements(), IsEmpty());
}

TEST_F(RunnerTest, AViewIsPutOnce) {
  AddModel("gold", "v", "reads bronze.a");
  EXPECT_THAT(Statuses(Run()), ElementsAre("a: done", "gold.v: done"));
  EXPECT_EQ(state_.views.at("gold.v").sql, "reads bronze.a");
  EXPECT_THAT(Statuses(Run()), ElementsAre("a: done", "gold.v: nothing to do"));
}

TEST_F(RunnerTest, AViewGivesWayToATable) {
  state_.views["gold.v"] = {{"gold", "v"}, "old"};
  AddModel("gold", "v", "/*---\nkind: table\n---*/\nreads bronze.a");
  EXPECT_THAT(Statuses(Run()), ElementsAre("a: done", "gold.v: done"));
  EXPECT_TRUE(state_.views.empty());
}

TEST_F(RunnerTest, RunsOnlyWhatIsSelected) {
  AddModel("silver", "t", "/*---\nkind: table\n---*/\nreads bronze.a");
  ASSERT_TRUE(Run());
  RunOptions options;
  options.select = {"silver.t"};
  options.full_refresh = true;
  const auto report = Run(options);
  EXPECT_THAT(Statuses(report), ElementsAre("silver.t: done"));
  EXPECT_THAT(report->steps[0].why, HasSubstr("full refresh"));
}

TEST_F(RunnerTest, KeepsAReportOfEachRun) {
  ASSERT_TRUE(Run());
  const auto page = store_->List("_limno/runs/");
  ASSERT_TRUE(page);
  ASSERT_EQ(page->objects.size(), 1u);
  EXPECT_THAT(page->objects[0].key, testing::StartsWith("_limno/runs/20231114T221320Z-"));
}

TEST_F(RunnerTest, AnInterruptedRunBeginsNothingAndSaysSo) {
  AddModel("silver", "t", "/*---\nkind: table\n---*/\nreads bronze.a");
  interrupt_ = true;
  const auto report = Run();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, ErrorKind::kInterrupted);
  EXPECT_THAT(state_.tables, IsEmpty());
}

TEST_F(RunnerTest, AnEmptyProjectIsAnError) {
  project_.sources.clear();
  const auto report = Run();
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().hint, HasSubstr("limno init"));
}

}  // namespace
}  // namespace limno::pipeline
