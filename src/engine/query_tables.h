// Which tables a query reads, and the same query reading something else in their place.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/duck.h"
#include "engine/engine.h"

namespace limno::engine {

/// Visits every table reference of a SELECT, also in subqueries and CTEs, but not those that name a
/// CTE.
void VisitTables(duckdb::SelectStatement& select,
                 const std::function<void(duckdb::BaseTableRef&)>& visit);

/// The one SELECT of a text; kUsage with "line:column" for a syntax error, or if it is something
/// else.
Result<duckdb::unique_ptr<duckdb::SelectStatement>> ParseSelect(const std::string& sql);

}  // namespace limno::engine
