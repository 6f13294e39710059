// Which rows of which files a statement deletes, gathered by many threads.
#pragma once

#include <map>
#include <mutex>

#include "engine/duck.h"
#include "engine/table_state.h"
#include "table/row_set.h"

namespace limno::engine {

/// Deleted rows by file id.
class RowPositions {
 public:
  /// Adds the rows of a chunk (both vectors BIGINT, no NULLs). Returns how many were new.
  uint64_t Add(duckdb::Vector& file_ids, duckdb::Vector& row_numbers, idx_t count);
  /// Moves the other's rows in. Returns true if any row was in both.
  bool MergeFrom(RowPositions& other);
  const std::map<int64_t, table::RowSet>& by_file() const { return rows_; }
  bool empty() const { return rows_.empty(); }

 private:
  std::map<int64_t, table::RowSet> rows_;
};

}  // namespace limno::engine
