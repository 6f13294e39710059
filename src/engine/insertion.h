// Runs INSERT statements that replace rows, name partitions or evolve the schema.
#pragma once

#include <memory>

#include "engine/insert_statement.h"
#include "engine/maintenance.h"
#include "engine/table_state.h"

namespace limno::engine {

/// INSERT OVERWRITE replaces only the partitions that rows go to where this setting is "dynamic",
/// and all of the table where it is "static"; unset, PARTITION (column) means the former.
inline constexpr char kPartitionOverwriteMode[] = "spark.sql.sources.partitionOverwriteMode";

/// Stages the inserted rows and the removal of those they replace. The query sees the table as it
/// was. Returns the number of inserted rows as DuckDB's INSERT does.
Result<TextTable> StageInsert(duckdb::Connection& connection,
                              const std::shared_ptr<TableState>& state, const Insert& statement);

}  // namespace limno::engine
