#include "engine/deleted_rows_filter.h"

#include "engine/errors.h"

namespace limno::engine {
namespace {

/// Immutable, so that the threads which read one file's row groups can share it.
class DeletedRowsFilter final : public duckdb::DeleteFilter {
 public:
  explicit DeletedRowsFilter(table::RowSet rows) : rows_(std::move(rows)) {}

  idx_t Filter(duckdb::row_t start, idx_t count, duckdb::SelectionVector& selection) override {
    static_assert(sizeof(duckdb::sel_t) == sizeof(uint32_t));
    if (selection.data() == nullptr) {
      selection.Initialize(STANDARD_VECTOR_SIZE);
    }
    return rows_.SelectAbsent(static_cast<uint64_t>(start), count, selection.data());
  }

 private:
  const table::RowSet rows_;
};

}  // namespace

duckdb::unique_ptr<duckdb::DeleteFilter> MakeDeletedRowsFilter(const TableState& state,
                                                               const ScanFile& file) {
  const auto& vector = file.file->deletion_vector;
  if (!vector && file.staged_deletes == nullptr) {
    return nullptr;
  }
  table::RowSet rows;
  if (vector) {
    rows = Unwrap(state.table().ReadDeletionVector(*vector));
  }
  if (file.staged_deletes != nullptr) {
    rows.UnionWith(*file.staged_deletes);
  }
  return duckdb::make_uniq<DeletedRowsFilter>(std::move(rows));
}

}  // namespace limno::engine
