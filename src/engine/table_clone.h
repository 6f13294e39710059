// CREATE TABLE ... CLONE: a table like another one, with its rows as they were at one version.
#pragma once

#include "engine/duck.h"
#include "engine/lake_statement.h"
#include "engine/maintenance.h"

namespace limno::engine {

/// One commit "CLONE": schema, partitions, properties, features, constraints and domains of the
/// source, and its files: by absolute path (SHALLOW), or copied or linked into the folder of the
/// clone (DEEP), of which those that a clone has already stay. Rows get ids of their own. One row
/// of Spark's metrics; none if the table is there and IF NOT EXISTS was said.
Result<TextTable> RunClone(duckdb::Connection& connection, const Clone& statement);

}  // namespace limno::engine
