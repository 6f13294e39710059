// ALTER TABLE as changes of a table's metadata.
#pragma once

#include "duckdb/parser/parsed_data/alter_table_info.hpp"
#include "engine/duck.h"
#include "engine/table_state.h"
#include "limno/result.h"

namespace limno::engine {

/// ADD, RENAME and DROP COLUMN (of structs, too), DROP NOT NULL, SET ('property' = value), RESET
/// ('property'). kUsage for columns that are not there, kRefused where files could not tell columns
/// apart any more, kUnsupported for all else.
Result<void> AlterTable(TableState& state, const duckdb::AlterTableInfo& info);

}  // namespace limno::engine
