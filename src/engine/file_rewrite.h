// Rows that a table has already become new files.
#pragma once

#include <string>
#include <vector>

#include "engine/duck.h"
#include "engine/table_state.h"
#include "limno/result.h"

namespace limno::engine {

/// Writes the live rows of `files` to data files, or, with a change type, to change data files.
/// Runs on a connection of its own, so that it may be called while a transaction commits.
Result<std::vector<table::DataFile>> CopyRows(duckdb::DatabaseInstance& database,
                                              const std::shared_ptr<TableState>& table,
                                              std::vector<ScanFile> files,
                                              const std::string& change_type);

}  // namespace limno::engine
