// What single versions of a table changed, row by row: the change feed.
#pragma once

#include <cstdint>
#include <memory>

#include "base/clock.h"
#include "table/data_file.h"
#include "table/row_set.h"

namespace limno::table {

enum class ChangeKind {
  kInserted,
  kDeleted,
  /// Each row says in its column `_change_type` what happened to it.
  kRecorded,
};

/// Rows of one file that one version changed.
struct ChangedRows {
  int64_t version = 0;
  base::UnixMillis timestamp_millis = 0;
  ChangeKind kind = ChangeKind::kInserted;
  /// Its size is 0 where the log does not tell.
  DataFilePtr file;
  /// Rows of the file that did not change; nullptr: all that the file's entry has, did.
  std::shared_ptr<const RowSet> unchanged;
};

}  // namespace limno::table
