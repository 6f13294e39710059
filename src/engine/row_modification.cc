#include "engine/row_modification.h"

namespace limno::engine {

uint64_t RowPositions::Add(duckdb::Vector& file_ids, duckdb::Vector& row_numbers, idx_t count) {
  duckdb::UnifiedVectorFormat files;
  duckdb::UnifiedVectorFormat rows;
  file_ids.ToUnifiedFormat(count, files);
  row_numbers.ToUnifiedFormat(count, rows);
  const auto* file_data = duckdb::UnifiedVectorFormat::GetData<int64_t>(files);
  const auto* row_data = duckdb::UnifiedVectorFormat::GetData<int64_t>(rows);
  uint64_t added = 0;
  int64_t last_file = -1;
  table::RowSet* set = nullptr;
  for (idx_t index = 0; index < count; ++index) {
    const int64_t file = file_data[files.sel->get_index(index)];
    const auto row = static_cast<uint64_t>(row_data[rows.sel->get_index(index)]);
    if (file != last_file || set == nullptr) {
      set = &rows_[file];
      last_file = file;
    }
    if (set->Contains(row)) {
      repeated_ = RowPosition{file, row};
      continue;
    }
    set->Add(row);
    ++added;
  }
  return added;
}

void RowPositions::MergeFrom(RowPositions& other) {
  repeated_ = repeated_ ? repeated_ : other.repeated_;
  for (auto& [file, rows] : other.rows_) {
    const auto [found, inserted] = rows_.try_emplace(file, std::move(rows));
    if (inserted) {
      continue;
    }
    if (found->second.Intersects(rows)) {
      table::RowSet others = rows;
      others.Subtract(found->second);
      table::RowSet common = rows;
      common.Subtract(others);
      repeated_ = RowPosition{file, common.Max()};
    }
    found->second.UnionWith(rows);
  }
  other.rows_.clear();
}

}  // namespace limno::engine
