// Rows over a DuckDB result, cast to text a chunk at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/duck.h"
#include "limno/query.h"

namespace limno::engine {

/// `connection` outlives the rows.
std::unique_ptr<Rows> MakeDuckRows(duckdb::Connection& connection,
                                   duckdb::unique_ptr<duckdb::QueryResult> result,
                                   CellFormat format);

/// Rows that are already there (results of our own statements): numbers and texts.
std::unique_ptr<Rows> MakeTextRows(std::vector<Column> columns, std::vector<std::vector<Cell>> rows,
                                   CellFormat format);

std::vector<Column> ColumnsOf(const duckdb::vector<duckdb::string>& names,
                              const duckdb::vector<LogicalType>& types);

}  // namespace limno::engine
