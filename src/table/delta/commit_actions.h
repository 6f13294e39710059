// A change and the version it goes on top of -> the actions of the next version. No I/O.
// PROTOCOL.md, "Actions".
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "limno/result.h"
#include "table/change.h"
#include "table/delta/delta_snapshot.h"

namespace limno::table::delta {

/// What a commit gets from outside.
struct CommitStamp {
  base::UnixMillis now = 0;
  /// Random id by which the commit is recognised.
  std::string txn_id;
  /// For a table that is created: its id.
  std::string table_id;
  /// No in-commit timestamp may be earlier.
  base::UnixMillis earliest = 0;
};

struct PlannedCommit {
  int64_t version = 0;
  std::vector<Action> actions;
  /// Features that the actions add to the protocol.
  std::vector<std::string> new_features;
};

/// commitInfo, then protocol and metadata where they change, then application transactions,
/// domains, removed and added files. `before` has version -1 if the table is created. kUnsupported
/// if the table would then need what Limno cannot write, kRefused as RequirementsOf().
Result<PlannedCommit> PlanCommit(const Change& change, const DeltaSnapshot& before,
                                 const CommitStamp& stamp);

/// One action a line.
std::string FormatCommit(const std::vector<Action>& actions);

/// The commitInfo among the actions; nullptr if there is none.
const CommitInfo* FindCommitInfo(const std::vector<Action>& actions);

}  // namespace limno::table::delta
