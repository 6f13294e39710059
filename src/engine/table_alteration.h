// ALTER TABLE as changes of a table's metadata.
#pragma once

#include "duckdb/parser/parsed_data/alter_table_info.hpp"
#include "engine/duck.h"
#include "engine/table_state.h"
#include "limno/result.h"

namespace limno::engine {

/// Columns added, renamed, dropped, retyped, commented, with and without defaults and NOT NULL (of
/// structs, too, where DuckDB's parser has that); SET ('property' = value), RESET ('property').
/// kUsage for columns that are not there, kRefused where files or rows stand against it,
/// kUnsupported for all else.
Result<void> AlterTable(ClientContext& context, TableState& state,
                        const duckdb::AlterTableInfo& info);

/// COMMENT ON TABLE; NULL takes it off.
void CommentTable(TableState& state, const Value& comment);

}  // namespace limno::engine
