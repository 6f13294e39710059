// Appending rows to a table by name, with schema evolution.
#pragma once

#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "engine/duck.h"
#include "engine/engine.h"

namespace limno::engine {

/// See Session::Append.
Result<void> AppendRows(duckdb::Connection& connection, const catalog::TableName& table,
                        const Addition& addition, const std::vector<std::string>& partition_by);

}  // namespace limno::engine
