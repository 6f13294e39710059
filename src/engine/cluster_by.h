// CLUSTER BY: the columns that OPTIMIZE lays a table's rows out by.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "duckdb/parser/parsed_data/alter_table_info.hpp"
#include "duckdb/parser/parsed_data/create_table_info.hpp"
#include "engine/duck.h"
#include "engine/sql_lexer.h"
#include "engine/table_state.h"
#include "limno/result.h"

namespace limno::engine {

/// Spark's CLUSTER BY (...) of CREATE TABLE and CLUSTER BY (...) | NONE of ALTER TABLE, beginning
/// at token `index`, in DuckDB's words: SORTED BY (...), SET SORTED BY (...), RESET SORTED BY. The
/// text and the token behind what it replaces; nullopt if no such clause begins there.
std::optional<std::pair<std::string, size_t>> ClusterByAt(const Statement& statement, size_t index);

/// The columns of SORTED BY, by the names of `schema`; nullopt without the clause. kUsage for what
/// is no column of it.
Result<std::optional<std::vector<table::ColumnPath>>> ClusteringOf(
    const duckdb::CreateTableInfo& info, const table::Schema& schema);

/// Stages other clustering columns, or none. kRefused if files lack statistics of a column.
Result<void> StageClustering(TableState& state, const duckdb::SetSortedByInfo& info);

/// Clustering columns that lie at or below `path`, which is about to go: kRefused names one.
Result<void> CheckNotClustering(const table::Metadata& metadata, const table::ColumnPath& path,
                                const std::string& table_name);
/// Gives them the new name of a column or field.
void RenameClustering(table::Metadata& metadata, const table::ColumnPath& path,
                      const std::string& new_name);

}  // namespace limno::engine
