// ALTER TABLE ... DROP FEATURE ... TRUNCATE HISTORY: the versions that have a feature go, instead
// of being protected. PROTOCOL.md, "Checkpoint Protection".
#pragma once

#include <string>

#include "limno/result.h"
#include "table/delta/delta_snapshot.h"
#include "table/delta/delta_table.h"
#include "table/feature_removal.h"

namespace limno::table::delta {

/// Table::TruncateHistory. `newest` is the newest version and makes no use of the feature.
///
/// The last version that has it is found by reading all that is left: commits that name files with
/// it, metadata that use it, v2 checkpoints. The version after that one becomes the beginning of
/// the log once it is older than the retention, by the clock and by the table's own times: a
/// checkpoint of it is written, read, and what lies before is removed. Where there is no version
/// after it, or the table does not know what time it is, an empty commit is made.
///
/// For checkpointProtection it is the version that the table names. May stop at any point and be
/// called again.
Result<HistoryTruncation> TruncateFeatureHistory(const Environment& environment,
                                                 DeltaSnapshotPtr newest,
                                                 const std::string& feature);

}  // namespace limno::table::delta
