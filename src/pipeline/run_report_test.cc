#include "pipeline/run_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace limno::pipeline {
namespace {

StepReport Step(const std::string& status, std::optional<ErrorKind> kind = std::nullopt) {
  StepReport step;
  step.name = "s";
  step.status = status;
  if (kind) {
    step.error = Error{*kind, "m", "w", "h"};
  }
  return step;
}

TEST(ExitCodeOf, TakesTheWorst) {
  RunReport report;
  EXPECT_EQ(ExitCodeOf(report), 0);
  report.steps = {Step("done"), Step("nothing to do")};
  EXPECT_EQ(ExitCodeOf(report), 0);
  report.steps.front().skipped.push_back({"f", Error{}});
  EXPECT_EQ(ExitCodeOf(report), 1);
  report.steps.push_back(Step("failed", ErrorKind::kUnavailable));
  EXPECT_EQ(ExitCodeOf(report), 75);
  report.steps.push_back(Step("failed", ErrorKind::kUsage));
  EXPECT_EQ(ExitCodeOf(report), 2);
}

TEST(ExitCodeOf, AnInterruptIsNoMistake) {
  RunReport report;
  report.steps = {Step("failed", ErrorKind::kInterrupted),
                  Step("skipped", ErrorKind::kInterrupted)};
  EXPECT_EQ(ExitCodeOf(report), 130);
}

TEST(ExitCodeOf, RefusedDataIsOne) {
  RunReport report;
  report.steps = {Step("failed", ErrorKind::kRefused), Step("skipped")};
  EXPECT_EQ(ExitCodeOf(report), 1);
}

TEST(EncodeRunReport, HoldsWhatThePageSays) {
  RunContext context;
  context.id = "id";
  context.project = "p";
  context.started_millis = 1706745599000;
  context.options.select = {"a+"};
  RunReport report;
  report.seconds = 1.5;
  report.steps = {Step("failed", ErrorKind::kNotFound)};
  report.steps[0].skipped.push_back({"x.zip", Error{ErrorKind::kCorrupt, "broken", "", ""}});
  const auto json = nlohmann::json::parse(EncodeRunReport(context, report));
  EXPECT_EQ(json["format_version"], 1);
  EXPECT_EQ(json["started"], "2024-01-31T23:59:59Z");
  EXPECT_EQ(json["select"][0], "a+");
  EXPECT_EQ(json["steps"][0]["error"]["kind"], "not_found");
  EXPECT_EQ(json["steps"][0]["skipped"][0]["file"], "x.zip");
  EXPECT_EQ(RunReportKey(context), "_limno/runs/20240131T235959Z-id.json");
}

TEST(RunReportToJson, IsTheResultAlone) {
  RunReport report;
  report.exit_code = 1;
  const auto json = nlohmann::json::parse(report.ToJson());
  EXPECT_EQ(json["exit_code"], 1);
  EXPECT_TRUE(json["steps"].empty());
}

}  // namespace
}  // namespace limno::pipeline
