// Appending a query's rows to a table by name, with schema evolution; and to a Parquet file.
#pragma once

#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "engine/duck.h"
#include "engine/engine.h"

namespace limno::engine {

/// See Session::Append.
Result<void> AppendQuery(duckdb::Connection& connection, const catalog::TableName& table,
                         const std::string& query, const std::vector<std::string>& partition_by);

/// See Session::WriteParquet.
Result<ParquetFileInfo> WriteQueryToParquet(duckdb::Connection& connection,
                                            const std::string& query, const std::string& path);

}  // namespace limno::engine
