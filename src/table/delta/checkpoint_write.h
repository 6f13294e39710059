// Writing classic (V1) Parquet checkpoints. PROTOCOL.md, "Checkpoints".
#pragma once

#include <cstdint>

#include "limno/result.h"
#include "table/delta/delta_snapshot.h"
#include "table/delta/delta_table.h"

namespace limno::table::delta {

/// Whether the table wants a checkpoint at this version (delta.checkpointInterval, 10 by default).
bool IsCheckpointDue(const DeltaSnapshot& snapshot);

/// Writes `<version>.checkpoint.parquet` and then points _last_checkpoint at it, unless that
/// already names a later one. Tombstones older than delta.deletedFileRetentionDuration are dropped.
Result<void> WriteCheckpoint(const Environment& environment, const DeltaSnapshot& snapshot);

/// Milliseconds for which removed files are kept: delta.deletedFileRetentionDuration, 7 days by
/// default and where it cannot be read.
int64_t TombstoneRetentionMillis(const Metadata& metadata);

}  // namespace limno::table::delta
