// OPTIMIZE: small files are packed into larger ones, deleted rows are dropped, and rows may be laid
// out in Z-order so that queries on several columns skip files.
#pragma once

#include "engine/duck.h"
#include "engine/lake_statement.h"
#include "engine/maintenance.h"
#include "engine/table_state.h"

namespace limno::engine {

/// Stages the rearrangement in the transaction that `connection` is in; the caller commits. Returns
/// one row of metrics (files and bytes before and after; with ZORDER also how many files a point
/// query on each column reads on average, before and after). Nothing is staged where nothing is to
/// be gained.
Result<TextTable> StageOptimize(duckdb::Connection& connection,
                                const std::shared_ptr<TableState>& table,
                                const Optimize& statement);

}  // namespace limno::engine
