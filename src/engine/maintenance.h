// Runs the statements that DuckDB does not have.
#pragma once

#include <memory>
#include <vector>

#include "engine/duck.h"
#include "engine/lake_statement.h"
#include "limno/query.h"
#include "limno/result.h"

namespace limno::engine {

/// A small result of our own: columns and rows of text.
struct TextTable {
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;
};

/// Runs one statement in a transaction of its own on `connection`. Inside one that is open it is
/// kUsage, but for statements that only stage changes.
Result<TextTable> RunLakeStatement(duckdb::Connection& connection, const LakeStatement& statement);

/// Runs `body` between BEGIN and COMMIT, ROLLBACK if it fails; the commit's own error comes out
/// whole.
Result<void> InTransaction(duckdb::Connection& connection,
                           const std::function<Result<void>()>& body);

/// Runs SQL and waits for it.
Result<void> RunSql(duckdb::Connection& connection, const std::string& sql);

}  // namespace limno::engine
