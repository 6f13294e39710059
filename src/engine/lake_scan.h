// Scanning a table: DuckDB's own Parquet scan, told which files to read, which of their rows are
// deleted, and which columns are constants of the file.
#pragma once

#include <memory>

#include "duckdb/main/extension/extension_loader.hpp"
#include "engine/duck.h"
#include "engine/file_list.h"

namespace limno::engine {

/// Half of a row's place: TableState::FileId of the file it is in. The other half is DuckDB's
/// file_row_number.
inline constexpr duckdb::column_t kFileIdColumn = UINT64_C(0x8000000000000100);
inline constexpr char kFileIdName[] = "_limno_file_id";

/// Virtual columns of a scan: where a row is, `filename`, and, if the table tracks rows, which row
/// it is (row_identity.h).
duckdb::virtual_column_map_t ScanVirtualColumns(bool tracks_rows);

/// The scan of `scan` as a bound table function.
duckdb::TableFunction BindLakeScan(ClientContext& context, std::shared_ptr<ScanContext> scan,
                                   duckdb::unique_ptr<duckdb::FunctionData>& bind_data);

/// A function for SQL that turns into a scan when `bind` is called; the caller gives it arguments.
duckdb::TableFunction LakeScanFunction(duckdb::ExtensionLoader& loader, const std::string& name,
                                       duckdb::table_function_bind_t bind);

/// What such a `bind` returns.
duckdb::unique_ptr<duckdb::FunctionData> BindAsLakeScan(ClientContext& context,
                                                        std::shared_ptr<ScanContext> scan,
                                                        duckdb::TableFunctionBindInput& input,
                                                        duckdb::vector<LogicalType>& types,
                                                        duckdb::vector<duckdb::string>& names);

}  // namespace limno::engine
