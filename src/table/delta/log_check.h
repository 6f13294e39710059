// Reads the whole log of a table, version by version, and compares everything in it that says the
// same twice: checkpoints, compacted logs, version checksums and _last_checkpoint with the commits.
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "limno/result.h"
#include "table/delta/delta_snapshot.h"
#include "table/delta/delta_table.h"
#include "table/integrity.h"

namespace limno::table::delta {

struct LogAccount {
  /// The newest version; nullptr if no way through the log leads there.
  DeltaSnapshotPtr newest;
  int64_t versions_read = 0;
  /// Every data file, change file and vector that a version names: paths as the log has them, and
  /// keys of vectors.
  std::unordered_set<std::string> mentioned;
  std::vector<Finding> findings;
};

/// log_unreadable, commit_missing, commit_damaged, commit_name, commit_time, checkpoint_damaged,
/// checkpoint_differs, compacted_log_differs, checksum_differs, last_checkpoint. kNotFound: there
/// is no table; kUnavailable and kDenied of the store.
Result<LogAccount> CheckLog(const Environment& environment);

}  // namespace limno::table::delta
