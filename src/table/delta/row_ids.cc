#include "table/delta/row_ids.h"

#include "table/arrow_view.h"

namespace limno::table::delta {

Result<FileRowIds> FileRowIds::Read(const Environment& environment, const std::string& path,
                                    const std::string& stored, std::optional<int64_t> base_row_id) {
  FileRowIds ids;
  ids.base_row_id_ = base_row_id;
  LIMNO_TRY(environment.parquet->Read(
      *environment.store, path, {stored},
      [&](const ArrowSchema& schema, const ArrowArray& batch) -> Result<void> {
        const ArrowView column = ArrowView(schema, batch).Child(stored);
        for (int64_t row = 0; column.exists() && row < batch.length; ++row) {
          ids.stored_.push_back(IntOrNull(column, row));
        }
        return {};
      }));
  return ids;
}

std::optional<int64_t> FileRowIds::At(uint64_t row) const {
  if (row < stored_.size() && stored_[row]) {
    return stored_[row];
  }
  return base_row_id_ ? std::optional(*base_row_id_ + static_cast<int64_t>(row)) : std::nullopt;
}

}  // namespace limno::table::delta
