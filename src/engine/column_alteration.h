// Changes of a table's columns: each stages new metadata and names the operation.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/alter_clauses.h"
#include "engine/duck.h"
#include "engine/table_state.h"
#include "limno/result.h"
#include "table/column_path.h"

namespace limno::engine {

using table::ColumnPath;

/// One change of a list, by the functions below.
Result<void> StageColumnChange(ClientContext& context, TableState& state,
                               const ColumnChange& change);

/// kAlreadyExists, unless `if_not_exists`. `inner`: of fields within the column.
Result<void> AddColumn(TableState& state, const ColumnPath& path, const LogicalType& type,
                       bool if_not_exists, const std::vector<InnerClause>& inner = {});
/// kRefused where files have the column under its name, or a constraint needs it.
Result<void> RenameColumn(TableState& state, const ColumnPath& path, const std::string& new_name);
Result<void> DropColumn(TableState& state, const ColumnPath& path, bool if_exists);

/// To the front (`after` is empty) or behind the column of that name beside it.
Result<void> MoveColumn(TableState& state, const ColumnPath& path, const std::string& after);
/// kRefused where files that have the old type cannot be read as the new one.
Result<void> ChangeColumnType(TableState& state, const ColumnPath& path, const LogicalType& type);
/// nullopt takes the comment off.
Result<void> CommentColumn(TableState& state, const ColumnPath& path,
                           const std::optional<std::string>& comment);
/// `expression` in Spark's SQL; nullopt takes the default off. kUsage where it is none.
Result<void> SetColumnDefault(ClientContext& context, TableState& state, const std::string& column,
                              const std::optional<std::string>& expression);
/// kRefused if a row has NULL there, in a struct that is not NULL itself; reads the table for that.
/// kUnsupported within arrays and maps.
Result<void> SetNotNull(ClientContext& context, TableState& state, const ColumnPath& path);
/// The mark of an identity column moves to the farthest number that is there: rows may have brought
/// their own. kUsage for a column that is none.
Result<void> SyncIdentity(ClientContext& context, TableState& state, const std::string& column);
Result<void> DropNotNull(TableState& state, const ColumnPath& path);

}  // namespace limno::engine
