// Types of columns as Spark and DuckDB spell them, in DuckDB's spelling.
#pragma once

#include <string>

#include "engine/inner_clauses.h"
#include "engine/statement_parser.h"
#include "limno/result.h"

namespace limno::engine {

/// What words mean that both know: TIMESTAMP is an instant in Spark, a wall time in DuckDB; DECIMAL
/// is decimal(10,0) there, decimal(18,3) here.
enum class TypeDialect { kDuckDb, kSpark };

/// Steps over the type of a column. array<t>, map<k, v>, struct<a: t NOT NULL COMMENT 'c'>,
/// timestamp_ntz and the like are understood in both dialects. kUsage where no type stands;
/// kUnsupported for other clauses within a type.
Result<ColumnType> TakeType(StatementParser& parser, TypeDialect dialect);

/// A word that ends a type: it begins the next clause of a column.
bool EndsType(const Token& token);

}  // namespace limno::engine
