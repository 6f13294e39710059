// A run as a JSON document: what `limno run --json` prints and what is kept in the lake.
// docs/formats/run_report.md describes it.
#pragma once

#include <string>

#include "base/clock.h"
#include "limno/lake.h"

namespace limno::pipeline {

inline constexpr int kRunReportVersion = 1;

/// What the document says besides the steps.
struct RunContext {
  std::string id;
  std::string project;
  base::UnixMillis started_millis = 0;
  RunOptions options;
};

/// "_limno/runs/20240131T235959Z-<id>.json".
std::string RunReportKey(const RunContext& context);
std::string EncodeRunReport(const RunContext& context, const RunReport& report);
/// One step, as in the report's "steps".
std::string EncodeStepReport(const StepReport& step);

/// The worst of the steps, see base/exit_code.h.
int ExitCodeOf(const RunReport& report);

/// "2024-01-31T23:59:59Z".
std::string FormatUtc(base::UnixMillis millis);

}  // namespace limno::pipeline
