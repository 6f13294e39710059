// Rows that satisfy a condition through the versions of a table, and the files that still hold
// them. Needs no change feed: what a version did is read off the files that it added and removed,
// and statistics tell which of them need not be opened.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/duck.h"
#include "engine/table_state.h"

namespace limno::engine {

/// What one version did to such rows. Rows that went and rows that came in one version count as
/// changed, as far as there are as many of both.
struct RowEvent {
  int64_t version = 0;
  int64_t timestamp_millis = 0;
  std::string operation;
  int64_t appeared = 0;
  int64_t changed = 0;
  int64_t vanished = 0;
};

/// Oldest first; versions that did nothing to such rows are left out, as are those that only
/// rearranged rows. `condition` is SQL over the columns of the newest version. kUsage for one that
/// does not bind; otherwise fails where a file that has to be read cannot be.
Result<std::vector<RowEvent>> ReadRowHistory(duckdb::DatabaseInstance& database,
                                             const std::shared_ptr<TableState>& state,
                                             const std::string& condition);

/// A data file that is kept: of the newest version, of an older one, or of none.
struct RetainedFile {
  std::string path;
  /// Rows in it that satisfy the condition, deleted ones included; nullopt if it cannot be read as
  /// a file of the table.
  std::optional<int64_t> rows;
  /// Those that the newest version has.
  int64_t current_rows = 0;
  /// Versions of the log that have the file; nullopt if none has.
  std::optional<int64_t> first_version;
  std::optional<int64_t> last_version;
};

/// Every Parquet file in the table's folder, hidden or not, but those of the log and of other
/// tables below it; and files elsewhere that the newest version has. By path.
Result<std::vector<RetainedFile>> FindRetainedRows(duckdb::DatabaseInstance& database,
                                                   const std::shared_ptr<TableState>& state,
                                                   const std::string& condition);

}  // namespace limno::engine
