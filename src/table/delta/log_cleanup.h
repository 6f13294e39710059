// Taking old versions out of the log. PROTOCOL.md, "Metadata Cleanup" and "Checkpoint Protection".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "limno/result.h"
#include "table/delta/delta_snapshot.h"
#include "table/delta/delta_table.h"

namespace limno::table::delta {

struct LogCleanup {
  /// In the order in which they were removed.
  std::vector<std::string> keys;
};

/// Writes the checkpoint of a version. The first of a day (UTC), after which files may have
/// expired, is followed by CleanUpLog().
Result<void> CheckpointAndCleanUp(const Environment& environment, const DeltaSnapshot& snapshot);

/// Removes what only versions before the log's retention need: commits, checkpoints, checksums,
/// compacted files, and sidecars that no checkpoint names. `snapshot` is the newest version. What
/// writers of checkpoints that died left behind (*.parquet.tmp) goes as soon as it is a day old.
///
/// What stays: the newest checkpoint that is not newer than the last version committed before
/// midnight (UTC) of the day `delta.logRetentionDuration` (30 days) ago, its commit, and everything
/// after; so every version that was the newest at some time since can be read. That checkpoint is
/// read first; one that cannot be read counts as not there. Nothing goes where
/// `delta.enableExpiredLogCleanup` is false, where the retention cannot be understood, and where
/// `delta.requireCheckpointProtectionBeforeVersion` names a later version (checkpointProtection).
///
/// May stop at any point: versions go from the oldest on, each before the checkpoints it might be
/// read from, so that the log that is left is always whole.
Result<LogCleanup> CleanUpLog(const Environment& environment, const DeltaSnapshot& snapshot);

/// Removes what only versions before `version` need, whatever the table's properties say. That
/// version's checkpoint is read first; kCorrupt if it has none that can be read.
Result<LogCleanup> CleanUpLogBefore(const Environment& environment, const DeltaSnapshot& snapshot,
                                    int64_t version);

/// The version before which no history may be cut off (checkpointProtection); 0: anywhere.
int64_t ProtectedBefore(const DeltaSnapshot& snapshot);

}  // namespace limno::table::delta
