// Runs COPY INTO.
#pragma once

#include <memory>

#include "engine/copy_statement.h"
#include "engine/maintenance.h"
#include "engine/table_state.h"

namespace limno::engine {

/// Stages the rows of the files that were not loaded before, and that they are loaded now. Parquet
/// files that fit become data files as they are. Returns num_affected_rows, num_inserted_rows and
/// num_skipped_corrupt_files, as Databricks does.
Result<TextTable> StageCopyInto(duckdb::Connection& connection,
                                const std::shared_ptr<TableState>& state, const CopyInto& copy);

}  // namespace limno::engine
