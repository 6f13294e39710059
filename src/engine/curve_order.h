// Rows sorted along a curve through several columns, so that files cover small boxes in all of them
// at once.
#pragma once

#include <string>
#include <vector>

#include "engine/duck.h"
#include "engine/table_state.h"
#include "limno/result.h"
#include "table/column_path.h"

namespace limno::engine {

enum class Curve { kZOrder, kHilbert };

/// A column in SQL text: "a"."b".
std::string ColumnSql(const table::ColumnPath& path);

/// " ORDER BY ..." for the rows of `files`, of which it reads a sample to find the rank of a value
/// of any type: NULLs rank first, equal shares of the rows have equal shares of the ranks. Hilbert
/// curves take up to kRanksInWord columns. Every column is one of the table.
Result<std::string> CurveOrder(duckdb::Connection& connection,
                               const std::shared_ptr<TableState>& table,
                               const std::vector<ScanFile>& files,
                               const std::vector<table::ColumnPath>& columns, Curve curve);

/// Registers limno_rank(), limno_interleave(), limno_hilbert() and, for more ranks than a word
/// holds, limno_interleave_many().
void RegisterCurveFunctions(duckdb::DatabaseInstance& database);

}  // namespace limno::engine
