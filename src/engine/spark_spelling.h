// Spark's spellings of what DuckDB has, turned into DuckDB's.
#pragma once

#include <string>

#include "engine/sql_lexer.h"
#include "limno/result.h"

namespace limno::engine {

/// Spark's spellings in DuckDB's; other text unchanged. `t VERSION AS OF n` is `t AT (VERSION =>
/// n)` and `t TIMESTAMP AS OF e` is `t AT (TIMESTAMP => e)`, also after FOR and with SYSTEM_VERSION
/// or SYSTEM_TIME. `DESCRIBE HISTORY t [LIMIT n]` and `DESCRIBE DETAIL t` select from
/// delta_history() and delta_detail(), as a statement, after AS or in parentheses. `UPDATE SET *`
/// and `INSERT *` in a MERGE go by name; `INSERT INTO TABLE t` is `INSERT INTO t`.
std::string RewriteSpark(const Statement& statement);

/// RewriteSpark for a text that is one statement; others are returned as they are.
std::string RewriteQuery(const std::string& sql);

/// kUsage, with "line:column", where a DESCRIBE HISTORY or DETAIL begins well and goes wrong.
Result<void> CheckSpark(const Statement& statement);

}  // namespace limno::engine
