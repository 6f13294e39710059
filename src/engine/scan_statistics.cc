#include "engine/scan_statistics.h"

#include "duckdb/function/partition_stats.hpp"

namespace limno::engine {
namespace {

/// Bounds of one file's columns.
class FileRows final : public duckdb::PartitionRowGroup {
 public:
  FileRows(std::shared_ptr<ScanContext> scan, size_t position)
      : scan_(std::move(scan)), position_(position) {}

  duckdb::unique_ptr<duckdb::BaseStatistics> GetColumnStatistics(
      const duckdb::StorageIndex& index) override {
    const ScanColumns& columns = *scan_->columns;
    const auto column = index.GetPrimaryIndex();
    if (index.HasChildren() || column >= columns.types.size()) {
      return nullptr;
    }
    const table::DataFile& file = *scan_->files[position_].file;
    if (columns.is_partition[column]) {
      return duckdb::BaseStatistics::FromConstant(PartitionValueOf(file, columns, column))
          .ToUnique();
    }
    const auto& bounds = scan_->BoundsOf(position_, column).statistics;
    return bounds == nullptr ? nullptr : bounds->ToUnique();
  }

  bool MinMaxIsExact(const duckdb::BaseStatistics& /*bounds*/,
                     const duckdb::StorageIndex& index) override {
    const ScanColumns& columns = *scan_->columns;
    const auto column = index.GetPrimaryIndex();
    const ScanFile& file = scan_->files[position_];
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
    return scan_->BoundsOf(position_, column).exact;
  }

 private:
  std::shared_ptr<ScanContext> scan_;
  size_t position_;
};

}  // namespace

duckdb::vector<duckdb::PartitionStatistics> ScanStatistics(ClientContext& context,
                                                           const FileList& list) {
  duckdb::vector<duckdb::PartitionStatistics> result;
  for (const size_t position : list.chosen()) {
    const auto rows = list.scan().state->LiveRows(list.scan().files[position]);
    if (!rows || *rows < 0) {
      return {};
    }
    duckdb::PartitionStatistics statistics;
    statistics.count = static_cast<idx_t>(*rows);
    statistics.count_type = duckdb::CountType::COUNT_EXACT;
    statistics.partition_row_group =
        duckdb::make_shared_ptr<FileRows>(list.shared_scan(), position);
    result.push_back(std::move(statistics));
  }
  // The answer may come from here alone: it is a read all the same.
  list.RecordRead(context);
  return result;
}

}  // namespace limno::engine
