// What the log knows of a scan's rows, so that COUNT(*), MIN and MAX need not open a file.
#pragma once

#include "engine/duck.h"
#include "engine/file_list.h"

namespace limno::engine {

/// One entry for all files, with their exact count of live rows; none (the scan is then run) as
/// soon as one file does not say how many rows it holds.
duckdb::vector<duckdb::PartitionStatistics> ScanStatistics(ClientContext& context,
                                                           const FileList& list);

}  // namespace limno::engine
