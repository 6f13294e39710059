// What a writer wants to do to a table, as a value: built and checked without I/O, committed by
// Table.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "table/data_file.h"
#include "table/row_set.h"
#include "table/snapshot.h"

namespace limno::table {

/// What the change depended on, for conflict detection. A blind append depends on nothing.
struct ReadSet {
  /// Would this file, had it been there, have been read? Unset: nothing was read by predicate.
  std::function<bool(const DataFile&)> might_match;
  /// Keys (DataFile::Key) of the files of which every row mattered.
  std::vector<std::string> file_keys;
  /// By key: files of which only some rows mattered, the target of an UPDATE for instance, and
  /// which. Rows that the change deletes matter anyway and need not be among them.
  std::map<std::string, RowSet> rows;
  /// Application ids whose last version was looked at.
  std::vector<std::string> app_ids;
};

/// Named as Spark names them ("WRITE", "MERGE", "DELETE", "OPTIMIZE", "CREATE TABLE", ...).
struct Operation {
  std::string name;
  /// Values are text; nested values are JSON text.
  std::map<std::string, std::string> parameters;
  std::map<std::string, std::string> metrics;
  /// Free text shown in history.
  std::string user_metadata;
};

struct Change {
  /// The snapshot it was computed on; nullptr creates the table.
  SnapshotPtr base;
  /// New metadata; nullopt leaves it.
  std::optional<Metadata> metadata;
  std::vector<DataFile> added;
  /// Files of `base`, removed as they are there (same deletion vector).
  std::vector<DataFilePtr> removed;
  /// Key of a file among `removed` -> the rows it loses, where the change does nothing to it but
  /// delete these rows: the file is among `added` with a vector that has them, unless none is left.
  /// Such a change stands beside others of the same file as long as their rows are different.
  std::map<std::string, RowSet> deleted_rows;
  /// Files of `base` whose entries are put right: same Key(), other size, statistics or features of
  /// the entry. Their rows are what they were.
  std::vector<DataFile> corrected;
  /// Files that record row by row what the change does, where its adds and removes alone would not
  /// tell (Table::RecordsChanges).
  std::vector<DataFile> recorded;
  std::map<std::string, int64_t> app_transactions;
  /// Domains to set (Snapshot::domains), or with nullopt to remove. Two changes of one domain
  /// conflict. Those that the format itself keeps cannot be set.
  std::map<std::string, std::optional<std::string>> domains;
  /// Features to take out of the protocol. Nothing may use them any more (Table::
  /// PlanFeatureRemoval); kRefused otherwise.
  std::vector<std::string> dropped_features;
  /// No version that has them is left (Table::TruncateHistory), so that none has to be protected.
  bool history_is_truncated = false;
  ReadSet reads;
  Operation operation;
  /// False where rows are only rearranged; such changes rebase over concurrent appends.
  bool data_change = true;

  /// Only adds, nothing was read and nothing put right.
  bool IsBlindAppend() const;
};

struct CommitOutcome {
  int64_t version = -1;
  /// How often somebody else came first and the change was rebased.
  int rebases = 0;
  SnapshotPtr snapshot;
};

}  // namespace limno::table
