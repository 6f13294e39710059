// The history of a table as a person wants to see it: what, when, and by how much.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "limno/query.h"

namespace limno::cli {

/// Whether these are the columns of DESCRIBE HISTORY.
bool IsHistory(const std::vector<Column>& columns);

/// Leaves out columns that are empty or the same in every version, times below a second, and the
/// punctuation of parameters and metrics. JSON lines have all of it.
void ShortenHistory(std::vector<Column>& columns, std::vector<std::vector<Cell>>& rows);

/// "{numFiles=1, numOutputBytes=203, executionTimeMs=7}" -> "numFiles 1": a map
/// as DuckDB prints it, without what is 0, empty, a duration or a size. Anything else as it is.
std::string DescribeMap(std::string_view map);

}  // namespace limno::cli
