// What a run or a load did, as a table for people.
#pragma once

#include <string>

#include "cli/table_printer.h"
#include "limno/lake.h"

namespace limno::cli {

/// Steps, the files that were skipped and why, the steps that failed and what to do, the total
/// time.
std::string FormatRunSummary(const RunReport& report, const TableStyle& style);

/// The plan of a dry run.
std::string FormatPlan(const RunReport& report, const TableStyle& style);

}  // namespace limno::cli
