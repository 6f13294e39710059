// What FSCK found, in plain words.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "limno/query.h"

namespace limno::cli {

/// Rows of FSCK: problem, severity, path, detail, repair. Grouped by severity, then by problem; of
/// many alike the first are shown.
std::string FormatFindings(const std::vector<std::vector<Cell>>& rows);

/// Errors and warnings that no repair has taken away.
size_t CountUnrepaired(const std::vector<std::vector<Cell>>& rows);

}  // namespace limno::cli
