// A query's rows as one Parquet file outside any table.
#pragma once

#include <string>

#include "engine/duck.h"
#include "engine/engine.h"

namespace limno::engine {

/// See Session::WriteParquet.
Result<ParquetFileInfo> WriteQueryToParquet(duckdb::Connection& connection,
                                            const std::string& query, const std::string& path);

}  // namespace limno::engine
