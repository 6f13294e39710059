// ALTER TABLE ... DROP FEATURE: what stands in the way of a table without a feature, and what is
// left of it. No I/O. (PROTOCOL.md, "Table Features", "Checkpoint Protection".)
#pragma once

#include <string>

#include "limno/result.h"
#include "table/change.h"
#include "table/delta/delta_snapshot.h"
#include "table/feature_removal.h"

namespace limno::table::delta {

/// kNotFound, with the nearest name, for a feature that the table does not have; kRefused, with
/// what to do first, where columns, constraints or other features need it; kUnsupported for one
/// whose traces Limno does not know.
Result<FeatureRemoval> PlanFeatureRemoval(const DeltaSnapshot& snapshot,
                                          const std::string& feature);

/// kRefused if the table, as the change leaves it, still makes use of a feature that is dropped.
Result<void> CheckDroppedFeatures(const Change& change, const DeltaSnapshot& before);

/// Where readers have to know a dropped feature for older versions, the history up to `version`
/// must only be cleaned up as a whole, which the feature checkpointProtection says to other
/// writers, unless it has gone. Returns whether that is so, and notes it in `metadata`.
bool ProtectHistory(const Change& change, int64_t version, Metadata& metadata);

}  // namespace limno::table::delta
