// Values of columns in rows that give none: the tables' text in Spark's SQL as DuckDB's
// expressions.
#pragma once

#include <string>

#include "duckdb/parser/parsed_expression.hpp"
#include "engine/duck.h"
#include "limno/result.h"
#include "table/data_type.h"

namespace limno::engine {

/// The column's default, to be evaluated once per statement; nullptr if it has none. kUnsupported
/// for one that is not understood: then rows must bring a value.
Result<duckdb::unique_ptr<duckdb::ParsedExpression>> DefaultOf(const table::Field& field);

/// kUsage if the default is no value of the column's type.
Result<void> CheckColumnDefault(ClientContext& context, const table::Field& field);

/// A DuckDB expression as Spark spells it, for tables to keep.
std::string DefaultInSparkSql(const duckdb::ParsedExpression& expression);

}  // namespace limno::engine
