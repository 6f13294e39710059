// Table functions that answer for a table: delta_compatibility(), delta_row_history() and
// delta_row_files(). They take the name of a table, as SQL has it, or a path.
#pragma once

#include "engine/duck.h"

namespace limno::engine {

/// delta_compatibility(table): for each engine one row for each obstacle, or one without.
/// delta_downgrades(table): the statements that take obstacles away, in order.
/// delta_row_history(table, condition): what versions did to rows that satisfy it.
/// delta_row_files(table, condition): the files that are kept, and how many such rows each holds.
void RegisterAuditFunctions(duckdb::DatabaseInstance& database);

}  // namespace limno::engine
