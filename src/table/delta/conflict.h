// Does a commit that came first forbid ours? Values in, verdict out; no I/O.
// The order of the rules is that of Delta's reference implementation at isolation level
// Serializable.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "limno/result.h"
#include "table/change.h"
#include "table/delta/delta_snapshot.h"

namespace limno::table::delta {

/// A version that somebody else committed after our base.
struct Winner {
  int64_t version = -1;
  std::vector<Action> actions;
};

/// Succeeds if `ours` may be rebased over `winner`, which follows `before`; else kConflict (redo
/// from a fresh snapshot) with version, operation and reason, or kUnsupported if the winner made
/// the table one that this program cannot write. `features` are those that our commit adds to the
/// protocol. What the winner did to files of which single rows matter is left to RowRebase.
Result<void> CheckConflict(const Change& ours, const std::vector<std::string>& features,
                           const DeltaSnapshot& before, const Winner& winner);

/// kConflict: "version N (OPERATION by ENGINE) came first and" `reason`.
tl::unexpected<Error> ConflictWith(const Winner& winner, const std::string& reason);

}  // namespace limno::table::delta
