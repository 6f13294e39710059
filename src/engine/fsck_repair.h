// Repairs of a table: the findings that say how become one commit.
#pragma once

#include <memory>
#include <optional>

#include "engine/duck.h"
#include "engine/engine.h"
#include "engine/table_state.h"
#include "table/integrity.h"

namespace limno::engine {

/// Whether a repair does something about it. What gives rows up, or back, that somebody might still
/// save wants `drop_damaged`.
bool IsRepairable(const table::Finding& finding, bool drop_damaged);

/// Mends the log, then commits the rest as "FSCK" with what was done as metrics; nullopt if there
/// was nothing to commit. `state`: of the examined snapshot. kConflict if a file of a finding went
/// meanwhile, kCorrupt if the log cannot be read.
Result<std::optional<CommitRecord>> Repair(duckdb::DatabaseInstance& database,
                                           const std::shared_ptr<TableState>& state,
                                           const table::IntegrityReport& report, bool drop_damaged);

}  // namespace limno::engine
