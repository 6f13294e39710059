// What a run or a load did, as a table for people.
#pragma once

#include <string>

#include "cli/table_printer.h"
#include "limno/lake.h"

namespace limno::cli {

/// Steps with what is worth saying of them, the files that were skipped and why, the steps that
/// failed and what to do, the total time.
std::string FormatRunSummary(const RunReport& report, const TableStyle& style);

/// The step failed because of a file that it also reports as skipped.
bool FailedBySkipped(const StepReport& step);

/// The plan of a dry run: a line per step, as long as its reason is.
std::string FormatPlan(const RunReport& report);

}  // namespace limno::cli
