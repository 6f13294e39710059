// Table functions that tell about a table: delta_history() and delta_detail(), which DESCRIBE
// HISTORY and DESCRIBE DETAIL stand for. Both take the name of a table, as SQL has it, or a path.
#pragma once

#include "engine/duck.h"

namespace limno::engine {

/// delta_history(table, newest => n): one row for each commit, newest first, at most n.
/// delta_detail(table): one row.
void RegisterDescribeFunctions(duckdb::DatabaseInstance& database);

}  // namespace limno::engine
