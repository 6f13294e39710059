// table_changes('namespace.table' or a path, start [, end]): the change feed of a table.
#pragma once

#include "engine/duck.h"

namespace limno::engine {

/// The table's columns, then `_change_type` ('insert', 'delete', 'update_preimage' or
/// 'update_postimage'), `_commit_version` and `_commit_timestamp`. Start and end are versions or
/// times, both inclusive; without an end up to the newest version.
void RegisterTableChanges(duckdb::DatabaseInstance& database);

}  // namespace limno::engine
