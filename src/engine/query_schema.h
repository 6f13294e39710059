// The columns of a query as those of a table.
#pragma once

#include <string>

#include "engine/duck.h"
#include "limno/result.h"
#include "table/data_type.h"

namespace limno::engine {

/// Names and table types of what the query returns; nothing is run. kUsage for two columns of one
/// name.
Result<table::Schema> QuerySchema(duckdb::Connection& connection, const std::string& query);

}  // namespace limno::engine
