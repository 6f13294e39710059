// Which files can hold rows that satisfy a scan's filters, judged by partition values and
// statistics. Never drops a file that holds a matching row; keeps one whenever it cannot tell.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/duck.h"
#include "engine/table_state.h"
#include "table/table.h"

namespace limno::engine {

/// What a scan knows of the columns of the table it reads. Immutable.
struct ScanColumns {
  /// `shared` so that predicates may outlive the scan.
  table::Metadata metadata;
  std::vector<LogicalType> types;
  std::vector<bool> is_partition;
  /// Name of each column in files, partition values and statistics.
  std::vector<std::string> physical_names;
};

std::shared_ptr<const ScanColumns> MakeScanColumns(const table::Metadata& metadata);

/// Parses each file's statistics once. Thread safe.
class StatisticsCache {
 public:
  explicit StatisticsCache(std::shared_ptr<table::Table> table) : table_(std::move(table)) {}
  std::shared_ptr<const table::FileStatistics> Get(const table::DataFile& file,
                                                   const table::Schema& schema);

 private:
  std::shared_ptr<table::Table> table_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const table::FileStatistics>> parsed_;
};

/// One filter on one column of the table's schema.
struct ColumnFilter {
  size_t column;
  duckdb::shared_ptr<duckdb::TableFilter> filter;
};

/// False if no row of the file can satisfy all filters.
bool MayMatch(ClientContext& context, const table::DataFile& file,
              const std::vector<ColumnFilter>& filters, const ScanColumns& columns,
              StatisticsCache& statistics);

/// Value of a partition column in that file; NULL if it has none.
Value PartitionValueOf(const table::DataFile& file, const ScanColumns& columns, size_t column);

/// Smallest and greatest value of a column in a file as DuckDB statistics; nullptr if unknown.
duckdb::unique_ptr<duckdb::BaseStatistics> ColumnBounds(const table::FileStatistics& statistics,
                                                        const std::string& physical_name,
                                                        const LogicalType& type);

}  // namespace limno::engine
