// Hides deleted rows from DuckDB's Parquet reader.
#pragma once

#include "engine/duck.h"
#include "engine/table_state.h"

namespace limno::engine {

/// nullptr if no row of the file is deleted. Reads the deletion vector; throws if it is damaged.
duckdb::unique_ptr<duckdb::DeleteFilter> MakeDeletedRowsFilter(const TableState& state,
                                                               const ScanFile& file);

}  // namespace limno::engine
