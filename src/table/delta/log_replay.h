// Pure replay: a snapshot plus one version's actions gives the next snapshot. No I/O.
#pragma once

#include <cstdint>
#include <vector>

#include "limno/result.h"
#include "table/delta/delta_snapshot.h"

namespace limno::table::delta {

/// The snapshot after `version`, which must be base.version + 1 (or any, for an empty base: version -1).
/// kCorrupt for what one version may not hold: two protocols, two metadata, one path added twice, one
/// app id twice. `name` is the commit's file name, for messages.
Result<DeltaSnapshotPtr> ApplyCommit(const DeltaSnapshot& base, int64_t version,
                                     base::UnixMillis timestamp, std::vector<Action> actions,
                                     std::string_view name);

}  // namespace limno::table::delta
