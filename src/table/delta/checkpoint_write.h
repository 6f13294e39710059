// Writing Parquet checkpoints. PROTOCOL.md, "Checkpoints".
#pragma once

#include <cstdint>

#include "limno/result.h"
#include "table/delta/delta_snapshot.h"
#include "table/delta/delta_table.h"

namespace limno::table::delta {

/// Versions from one checkpoint to the next: delta.checkpointInterval, 10 by default.
int64_t CheckpointInterval(const Metadata& metadata);
/// Whether the table wants a checkpoint at this version.
bool IsCheckpointDue(const DeltaSnapshot& snapshot);

/// Writes a checkpoint and then points _last_checkpoint at it, unless that already names a later
/// one. Tombstones older than delta.deletedFileRetentionDuration are dropped.
///
/// Under delta.checkpointPolicy = v2 it is a V2 checkpoint with a UUID in its name; its file
/// actions lie in sidecars if there are more than kMaxInlineActions. Otherwise it is a classic one
/// in one file. What a failure leaves behind is not taken for a checkpoint. A checkpoint of that
/// version that is there already, or appears meanwhile, stays: it holds the same.
Result<void> WriteCheckpoint(const Environment& environment, const DeltaSnapshot& snapshot);

/// A second file costs each reader a request: it is worth it where readers gain from reading parts
/// of the files at the same time.
inline constexpr size_t kMaxInlineActions = 1'000;
inline constexpr size_t kSidecarActions = 50'000;

/// Milliseconds for which removed files are kept: delta.deletedFileRetentionDuration, 7 days by
/// default and where it cannot be read.
int64_t TombstoneRetentionMillis(const Metadata& metadata);

}  // namespace limno::table::delta
