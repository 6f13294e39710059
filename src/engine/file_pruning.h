// Which files can hold rows that satisfy a scan's filters, judged by partition values and
// statistics. Never drops a file that holds a matching row; keeps one whenever it cannot tell.
#pragma once

#include <functional>
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
  /// Some column is a variant or has one within it.
  bool holds_variants = false;
  /// A schema of each column alone, so that nothing else is parsed.
  std::vector<table::Schema> alone;
};

std::shared_ptr<const ScanColumns> MakeScanColumns(const table::Metadata& metadata);

/// What the log says of a column in one file.
struct ColumnBounds {
  /// Smallest and greatest value as DuckDB has them; nullptr if nothing is known.
  duckdb::unique_ptr<duckdb::BaseStatistics> statistics;
  /// Rows, deleted ones included, attain both.
  bool exact = false;
};

ColumnBounds ParseBounds(table::Table& table, const table::DataFile& file,
                         const ScanColumns& columns, size_t column);

/// The bounds of a list of files, parsed when they are first asked for. Thread safe.
class BoundsCache {
 public:
  /// Bounds of a column in the file at `position` of the list; valid as long as the cache.
  const ColumnBounds& Get(table::Table& table, const std::vector<ScanFile>& files, size_t position,
                          const ScanColumns& columns, size_t column);

 private:
  std::mutex mutex_;
  /// By column, then by file.
  std::unordered_map<size_t, std::vector<std::unique_ptr<const ColumnBounds>>> parsed_;
};

/// One filter on one column of the table's schema.
struct ColumnFilter {
  size_t column;
  duckdb::shared_ptr<duckdb::TableFilter> filter;
};

using BoundsOfColumn = std::function<const ColumnBounds&(size_t column)>;

/// False if no row of the file can satisfy all filters.
bool MayMatch(ClientContext& context, const table::DataFile& file,
              const std::vector<ColumnFilter>& filters, const ScanColumns& columns,
              const BoundsOfColumn& bounds_of);

/// Value of a partition column in that file; NULL if it has none.
Value PartitionValueOf(const table::DataFile& file, const ScanColumns& columns, size_t column);

}  // namespace limno::engine
