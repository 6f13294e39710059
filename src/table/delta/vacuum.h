// Deleting the files that no version within the retention needs.
#pragma once

#include "limno/result.h"
#include "table/delta/delta_snapshot.h"
#include "table/delta/delta_table.h"
#include "table/table.h"

namespace limno::table::delta {

/// Table::Vacuum at `snapshot`, the newest version. Removes files under the table's root that are
/// neither active nor named by a tombstone within the retention, and are older than it themselves.
/// Hidden files (a segment that begins with '_' or '.') stay, but for unreferenced vectors of our
/// own. kLite removes, and does not look for, the files that versions before the retention removed,
/// hidden ones, too. Files that a change committed meanwhile brought back stay, unless it came in
/// the very moment of their deletion: RESTORE to what lies beyond the retention must not run beside
/// VACUUM. kRefused for a retention under 7 days and as FirstUnvacuumed(), kUnsupported where the
/// table must not be written.
Result<VacuumReport> VacuumTable(const Environment& environment, const DeltaSnapshotPtr& snapshot,
                                 const VacuumOptions& options);

}  // namespace limno::table::delta
