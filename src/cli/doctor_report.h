// What `limno doctor` says: engines, what stands in their way, and what would help.
#pragma once

#include <string>
#include <vector>

#include "cli/table_printer.h"
#include "limno/result.h"

namespace limno::cli {

/// Rows of delta_compatibility(): engine, version, reads, writes, obstacle, stands_in_way_of, why,
/// silently_wrong, remark. Rows of delta_downgrades(): obstacle, statement, cost.
using TextRows = std::vector<std::vector<Cell>>;

/// Leaves only the engines that are asked for; all if none is. kUsage with the nearest right name.
Result<TextRows> ChooseEngines(TextRows compatibility, const std::vector<std::string>& wanted);

/// Leaves only the statements that help those engines, each once.
TextRows ChooseSteps(const TextRows& compatibility, const TextRows& downgrades);

/// A table of engines, then each obstacle once, then the statements.
std::string FormatDiagnosis(const TextRows& compatibility, const TextRows& steps,
                            const TableStyle& style);

}  // namespace limno::cli
