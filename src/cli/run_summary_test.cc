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

TEST(FormatRunSummary, SaysThatNothingWasToDo) {
  RunReport report;
  report.steps = {Step("flights", "nothing to do")};
  EXPECT_THAT(FormatRunSummary(report, {}), HasSubstr("nothing to do: every input is unchanged\n"));
}

}  // namespace
}  // namespace limno::cli
