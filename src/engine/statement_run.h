// Running statements. DuckDB's own loop asks for work without pause while the rest of it is with
// other threads, which costs a whole processor; this one sleeps.
#pragma once

#include <string>

#include "engine/duck.h"

namespace limno::engine {

enum class Delivery {
  /// The result holds all rows.
  kWhole,
  /// Rows are computed as they are fetched, where the statement allows it.
  kStream,
};

/// Like ClientContext::Query: failures are in the result.
duckdb::unique_ptr<duckdb::QueryResult> RunStatement(
    ClientContext& context, duckdb::unique_ptr<duckdb::SQLStatement> statement, Delivery delivery);

/// All statements of a text, one after the other until one fails; the result of the last that ran,
/// whole. nullptr if there is none. Throws for a syntax error.
duckdb::unique_ptr<duckdb::MaterializedQueryResult> RunText(duckdb::Connection& connection,
                                                            const std::string& sql);

}  // namespace limno::engine
