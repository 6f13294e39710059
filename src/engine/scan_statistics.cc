#include "engine/scan_statistics.h"

#include <algorithm>

#include "duckdb/function/partition_stats.hpp"

namespace limno::engine {
namespace {

/// The rows of all files as one partition: for very many files, an object for each costs more than
/// the answer.
class ScannedRows final : public duckdb::PartitionRowGroup {
 public:
  ScannedRows(std::shared_ptr<ScanContext> scan, std::vector<size_t> chosen)
      : scan_(std::move(scan)), chosen_(std::move(chosen)) {}

  duckdb::unique_ptr<duckdb::BaseStatistics> GetColumnStatistics(
      const duckdb::StorageIndex& index) override {
    if (index.HasChildren() || index.GetPrimaryIndex() >= scan_->columns->types.size()) {
      return nullptr;
    }
    duckdb::unique_ptr<duckdb::BaseStatistics> all;
    duckdb::unique_ptr<duckdb::BaseStatistics> only_nulls;
    for (const size_t position : chosen_) {
      auto bounds = BoundsOf(position, index.GetPrimaryIndex());
      if (bounds == nullptr) {
        return nullptr;
      }
      if (!bounds->CanHaveNoNull()) {
        // It has no smallest value to merge.
        only_nulls = std::move(bounds);
      } else if (all == nullptr) {
        all = std::move(bounds);
      } else {
        all->Merge(*bounds);
      }
    }
    if (all == nullptr) {
      return only_nulls;
    }
    if (only_nulls != nullptr) {
      all->SetHasNullFast();
    }
    return all;
  }

  bool MinMaxIsExact(const duckdb::BaseStatistics& /*bounds*/,
                     const duckdb::StorageIndex& index) override {
    return std::all_of(chosen_.begin(), chosen_.end(),
                       [&](size_t position) { return IsExact(position, index.GetPrimaryIndex()); });
  }

 private:
  duckdb::unique_ptr<duckdb::BaseStatistics> BoundsOf(size_t position, size_t column) {
    const ScanColumns& columns = *scan_->columns;
    if (columns.is_partition[column]) {
      return duckdb::BaseStatistics::FromConstant(
                 PartitionValueOf(*scan_->files[position].file, columns, column))
          .ToUnique();
    }
    const auto& bounds = scan_->BoundsOf(position, column).statistics;
    return bounds == nullptr ? nullptr : bounds->ToUnique();
  }

  bool IsExact(size_t position, size_t column) {
    const ScanColumns& columns = *scan_->columns;
    const ScanFile& file = scan_->files[position];
    if (file.file->deletion_vector || file.staged_deletes != nullptr) {
      return false;
    }
    if (columns.is_partition[column]) {
      return true;
    }
    // Logs hold timestamps in milliseconds.
    const LogicalTypeId type = columns.types[column].id();
    if (type == LogicalTypeId::TIMESTAMP || type == LogicalTypeId::TIMESTAMP_TZ) {
      return false;
    }
    return scan_->BoundsOf(position, column).exact;
  }

  std::shared_ptr<ScanContext> scan_;
  /// Positions in ScanContext::files.
  std::vector<size_t> chosen_;
};

}  // namespace

duckdb::vector<duckdb::PartitionStatistics> ScanStatistics(ClientContext& context,
                                                           const FileList& list) {
  duckdb::PartitionStatistics statistics;
  statistics.count_type = duckdb::CountType::COUNT_EXACT;
  for (const size_t position : list.chosen()) {
    const auto rows = list.scan().state->LiveRows(list.scan().files[position]);
    if (!rows || *rows < 0) {
      return {};
    }
    statistics.count += static_cast<idx_t>(*rows);
  }
  if (list.chosen().empty()) {
    return {};
  }
  statistics.partition_row_group =
      duckdb::make_shared_ptr<ScannedRows>(list.shared_scan(), list.chosen());
  // The answer may come from here alone: it is a read all the same.
  list.RecordRead(context);
  return {statistics};
}

}  // namespace limno::engine
