// Reads the whole log of a table, version by version, and compares everything in it that says the
// same twice: checkpoints, compacted logs, version checksums and _last_checkpoint with the commits.
#pragma once

#include <vector>

#include "limno/result.h"
#include "table/delta/delta_snapshot.h"
#include "table/delta/delta_table.h"
#include "table/delta/mentioned_files.h"
#include "table/integrity.h"

namespace limno::table::delta {

struct LogAccount {
  /// The newest version; nullptr if no way through the log leads there.
  DeltaSnapshotPtr newest;
  int64_t versions_read = 0;
  MentionedFiles mentioned;
  std::vector<Finding> findings;
};

/// log_unreadable, commit_missing, commit_damaged, commit_name, commit_time, checkpoint_damaged,
/// checkpoint_differs, compacted_log_differs, checksum_differs, last_checkpoint. kNotFound: there
/// is no table; kUnavailable and kDenied of the store.
Result<LogAccount> CheckLog(const Environment& environment);

}  // namespace limno::table::delta
