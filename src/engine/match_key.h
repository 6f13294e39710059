// Which row of the target several source rows matched, for the error that says so.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/duck.h"
#include "engine/row_modification.h"
#include "engine/table_state.h"

namespace limno::engine {

/// Columns of the target by which a plan joins source and target; empty where it joins by something
/// else than plain columns.
std::vector<std::string> JoinedColumns(const duckdb::PhysicalOperator& plan,
                                       const TableState& target);

/// "(id = 7, day = 2024-01-01)": that row's values of `columns`, or of its first columns if there
/// are none. Reads the file; empty if that fails.
std::string DescribeRow(ClientContext& context, const std::shared_ptr<TableState>& table,
                        const RowPosition& row, const std::vector<std::string>& columns);

}  // namespace limno::engine
