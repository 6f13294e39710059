#include "cli/run_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace limno::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

StepReport Step(const std::string& name, const std::string& status) {
  StepReport step;
  step.name = name;
  step.kind = "merge";
  step.status = status;
  return step;
}

TEST(FormatRunSummary, ListsStepsSkippedFilesAndFailures) {
  RunReport report;
  report.seconds = 2.5;
  report.steps = {Step("flights", "done"), Step("silver.a", "failed"), Step("gold.b", "skipped")};
  report.steps[0].rows_in = 336776;
  report.steps[0].skipped = {
      {"x.zip", Error{ErrorKind::kCorrupt, "the archive is cut off", "", ""}}};
  report.steps[1].error = Error{ErrorKind::kRefused, "bad rows", "models/a.sql", "look"};
  report.steps[2].why = "silver.a failed";
  const std::string text =
      FormatRunSummary(report, {.width = 0, .colour = false, .unicode = false});
  EXPECT_THAT(text, HasSubstr("336,776"));
  EXPECT_THAT(text,
              HasSubstr("1 file was skipped:\n  flights: x.zip\n      the archive is cut off\n"));
  EXPECT_THAT(text, HasSubstr("  silver.a: models/a.sql: bad rows\n      look\n"));
  EXPECT_THAT(text, HasSubstr("  gold.b: not run, silver.a failed\n"));
  EXPECT_THAT(text, HasSubstr("total: 2.5 s\n"));
  EXPECT_THAT(text, Not(HasSubstr("nothing to do:")));
}

TEST(FormatRunSummary, SaysOnceWhyAFileFailedALoad) {
  RunReport report;
  report.steps = {Step("flights", "failed")};
  report.steps[0].skipped = {{"x.zip", Error{ErrorKind::kCorrupt, "it is cut off", "", ""}}};
  report.steps[0].error = Error{ErrorKind::kCorrupt, "it is cut off", "x.zip", ""};
  EXPECT_THAT(FormatRunSummary(report, {}), Not(HasSubstr("failed:")));
}

TEST(FormatRunSummary, ShowsOnlyColumnsThatSaySomething) {
  RunReport report;
  report.steps = {Step("silver.a", "done")};
  report.steps[0].rows_in = 3;
  report.steps[0].rows_inserted = 2;
  report.steps[0].rows_updated = 1;
  std::string text = FormatRunSummary(report, {});
  EXPECT_THAT(text, HasSubstr("│ step     │ kind  │ status │ inserted │ updated │ seconds │\n"));
  report.steps[0].rows_in = 7;
  text = FormatRunSummary(report, {});
  EXPECT_THAT(text, HasSubstr("│ rows in │ inserted │"));
}

TEST(FormatRunSummary, LeavesOutWhatANarrowTerminalHasNoRoomFor) {
  RunReport report;
  report.steps = {Step("gold.orders_by_day", "done")};
  report.steps[0].version = 12;
  report.steps[0].rows_inserted = 1234567;
  report.steps[0].files_read = 3;
  report.steps[0].files_unchanged = 4;
  EXPECT_THAT(FormatRunSummary(report, {.width = 100}), HasSubstr("kind"));
  const std::string text = FormatRunSummary(report, {.width = 70});
  EXPECT_THAT(text, HasSubstr("│ gold.orders_by_day │ done   │ 1,234,567 │ "));
  EXPECT_THAT(text, Not(HasSubstr("version")));
}

TEST(FormatPlan, GivesTheWholeReason) {
  RunReport report;
  report.steps = {Step("flights", "would run"), Step("silver.a", "failed")};
  report.steps[0].why = "loads what is new";
  report.steps[1].error = Error{ErrorKind::kUsage, "no such key", "models/a.sql:2", "drop it"};
  EXPECT_EQ(FormatPlan(report),
            "flights   merge  would run  loads what is new\n"
            "silver.a  merge  failed     models/a.sql:2: no such key\n      drop it\n");
}

TEST(FormatRunSummary, SaysThatNothingWasToDo) {
  RunReport report;
  report.steps = {Step("flights", "nothing to do")};
  EXPECT_THAT(FormatRunSummary(report, {}), HasSubstr("nothing to do: every input is unchanged\n"));
}

}  // namespace
}  // namespace limno::cli
