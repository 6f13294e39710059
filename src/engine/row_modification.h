// Which rows of which files a statement deletes, gathered by many threads.
#pragma once

#include <map>
#include <optional>

#include "engine/duck.h"
#include "engine/table_state.h"
#include "table/row_set.h"

namespace limno::engine {

struct RowPosition {
  int64_t file_id = 0;
  uint64_t row = 0;
};

/// Deleted rows by file id.
class RowPositions {
 public:
  /// Adds the rows of a chunk (both vectors BIGINT, no NULLs). Returns how many were new.
  uint64_t Add(duckdb::Vector& file_ids, duckdb::Vector& row_numbers, idx_t count);
  /// Moves the other's rows in.
  void MergeFrom(RowPositions& other);
  /// One of the rows that were added more than once, if any were.
  const std::optional<RowPosition>& repeated() const { return repeated_; }
  const std::map<int64_t, table::RowSet>& by_file() const { return rows_; }
  bool empty() const { return rows_.empty(); }

 private:
  std::map<int64_t, table::RowSet> rows_;
  std::optional<RowPosition> repeated_;
};

}  // namespace limno::engine
