// Runs MERGE WITH SCHEMA EVOLUTION.
#pragma once

#include <memory>

#include "engine/maintenance.h"
#include "engine/merge_statement.h"
#include "engine/table_state.h"

namespace limno::engine {

/// Gives the table the columns (and struct fields) that the clauses write, the source has and the
/// table has not, and merges. Returns the number of changed rows.
Result<TextTable> StageEvolvingMerge(duckdb::Connection& connection,
                                     const std::shared_ptr<TableState>& state,
                                     const EvolvingMerge& statement);

}  // namespace limno::engine
