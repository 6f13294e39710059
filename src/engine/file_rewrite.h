// Copy-on-write: the rows of a file that are left become new files.
#pragma once

#include <vector>

#include "engine/duck.h"
#include "engine/table_state.h"
#include "limno/result.h"

namespace limno::engine {

/// Writes the rows of `file` that neither its deletion vector nor `deleted` names. Runs on a
/// connection of its own, so that it may be called while a transaction commits.
Result<std::vector<table::DataFile>> RewriteWithout(duckdb::DatabaseInstance& database,
                                                    const std::shared_ptr<TableState>& table,
                                                    const table::DataFilePtr& file,
                                                    const table::RowSet& deleted);

}  // namespace limno::engine
