// Compaction that follows a commit, where a table's properties ask for it.
#pragma once

#include <optional>

#include "engine/compaction.h"
#include "engine/duck.h"
#include "engine/layout_settings.h"
#include "table/change.h"

namespace limno::engine {

/// What to compact now that `change` has become `snapshot`: partitions that it added files to and
/// that hold enough small ones. nullopt if there is none, the table does not ask for it, or the
/// change itself only rearranged rows.
std::optional<AutomaticCompaction> CompactionAfter(const TableTarget& target, TableState& state,
                                                   const table::Change& change,
                                                   const table::Snapshot& snapshot,
                                                   const LayoutSettings& settings);

/// Runs it in a transaction and on a connection of its own. The statement before has succeeded and
/// stays so: what goes wrong here is left for the compaction after the next commit.
void CompactAfterCommit(duckdb::DatabaseInstance& database, const AutomaticCompaction& compaction);

}  // namespace limno::engine
