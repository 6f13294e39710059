// The ids of rows in data files, looked up at commit time: where did a row go?
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "limno/result.h"
#include "table/delta/delta_table.h"
#include "table/row_set.h"

namespace limno::table::delta {

/// The ids of the rows of one file.
class FileRowIds {
 public:
  /// Reads the hidden column `stored` of the file at `path`, if it has it. Rows without a stored id
  /// have `base_row_id` plus their position, or none.
  static Result<FileRowIds> Read(const Environment& environment, const std::string& path,
                                 const std::string& stored, std::optional<int64_t> base_row_id);

  std::optional<int64_t> At(uint64_t row) const;
  /// Calls visit(id, row) for those rows whose ids are keys of `wanted`, of a file of `row_count`
  /// rows.
  template <typename Wanted, typename Visit>
  void ForEachOf(const Wanted& wanted, uint64_t row_count, Visit visit) const {
    if (stored_.empty() && base_row_id_) {
      // Ids in a row: asking the few that are wanted is cheaper than going through the file.
      for (const auto& [id, value] : wanted) {
        if (id >= *base_row_id_ && id < *base_row_id_ + static_cast<int64_t>(row_count)) {
          visit(id, static_cast<uint64_t>(id - *base_row_id_));
        }
      }
      return;
    }
    for (uint64_t row = 0; row < row_count; ++row) {
      const std::optional<int64_t> id = At(row);
      if (id && wanted.count(*id) > 0) {
        visit(*id, row);
      }
    }
  }

 private:
  std::vector<std::optional<int64_t>> stored_;
  std::optional<int64_t> base_row_id_;
};

}  // namespace limno::table::delta
