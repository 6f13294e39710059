// Expressions that tables carry in Spark's SQL (constraints, generated columns), as DuckDB's.
#pragma once

#include <set>
#include <string>

#include "duckdb/parser/parsed_expression.hpp"
#include "engine/duck.h"
#include "limno/result.h"

namespace limno::engine {

enum class SparkFunctions {
  /// The same values give the same result.
  kPure,
  /// Also those of the moment: current_timestamp(), uuid().
  kAlsoVolatile,
};

/// An expression that means in DuckDB what `sql` means in Spark. kUnsupported, naming the function,
/// for one that is not known to mean the same; kUsage for text that is no expression.
Result<duckdb::unique_ptr<duckdb::ParsedExpression>> ParseSparkExpression(
    const std::string& sql, SparkFunctions functions = SparkFunctions::kPure);

/// The columns that an expression in Spark's SQL reads, as written. Fails as ParseSparkExpression.
Result<std::set<std::string>> ColumnsInSparkExpression(const std::string& sql);

}  // namespace limno::engine
