// Identity columns: rows get numbers as they are inserted.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "engine/duck.h"
#include "engine/row_rules.h"
#include "engine/table_state.h"
#include "table/column_annotations.h"

namespace limno::engine {

/// The identity columns of a table while one statement writes to it. Thread safe: threads take
/// ranges of numbers from one counter, so that numbers are unique and have gaps where rows end.
class IdentityColumns {
 public:
  /// Goes on after the mark of `table`'s metadata as its transaction has them.
  explicit IdentityColumns(const TableState& table);

  bool empty() const { return columns_.empty(); }

  /// Numbers rows that bring no number of their own: all if the column is not in `given`, else
  /// those with NULL. Throws kRefused for rows that bring one where the column is GENERATED ALWAYS.
  void Number(DataChunk& rows, const GivenColumns& given);
  /// Puts the new marks into `table`'s metadata, if numbers were given out.
  void StageMarks(TableState& table) const;

 private:
  struct Column {
    size_t index = 0;
    std::string name;
    table::Identity identity;
    int64_t first = 0;
    /// How many numbers were given out.
    std::unique_ptr<std::atomic<int64_t>> taken;
  };

  /// The number at that place of the sequence; throws if there are no more.
  static int64_t NumberAt(const Column& column, int64_t place);
  void Fill(const Column& column, DataChunk& rows, bool given) const;

  std::string table_name_;
  std::vector<Column> columns_;
};

}  // namespace limno::engine
