// CONVERT TO DELTA: a folder of Parquet files becomes a table as it is.
#pragma once

#include "engine/duck.h"
#include "engine/lake_statement.h"
#include "engine/maintenance.h"

namespace limno::engine {

/// Writes the first version of the table, which has every visible file below its folder, and
/// nothing else; on failure nothing. One row: version and num_converted_files, 0 for a folder that
/// is a table already. kRefused, naming the file, for what is no Parquet file, for columns that
/// differ between files, and for folders that do not match PARTITIONED BY.
Result<TextTable> RunConvert(duckdb::Connection& connection, const Convert& statement);

}  // namespace limno::engine
