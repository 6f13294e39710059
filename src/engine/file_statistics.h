// The statistics of one data file, computed from its rows.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/duck.h"
#include "engine/table_state.h"
#include "table/data_file.h"

namespace limno::engine {

/// One column of a file that has bounds, over the rows that its vector leaves.
struct ColumnFacts {
  /// Physical names from the top-level column to the leaf.
  std::vector<std::string> path;
  LogicalType type;
  table::DataType table_type;
  /// NULL if there is no value. NaN counts as the greatest.
  Value min;
  Value max;
  int64_t nulls = 0;
  int64_t nans = 0;
};

struct FileFacts {
  /// Rows that are not deleted.
  int64_t live_rows = 0;
  std::vector<ColumnFacts> columns;
};

/// Reads the rows of `file` (its vector is applied, its entry not believed). `columns`: only these,
/// by their path joined with dots; empty: all that can have statistics.
Result<FileFacts> ReadFileFacts(duckdb::DatabaseInstance& database,
                                const std::shared_ptr<TableState>& state,
                                const table::DataFile& file,
                                const std::vector<std::vector<std::string>>& columns);

/// The same as table statistics, for a file of `physical_rows` rows.
table::FileStatistics ToStatistics(const FileFacts& facts, int64_t physical_rows);

/// Leaf columns that files hold and that can have statistics: their paths in files and in queries.
struct StatisticsLeaf {
  std::vector<std::string> physical_path;
  std::vector<std::string> logical_path;
  table::DataType type;
};
std::vector<StatisticsLeaf> StatisticsLeaves(const table::Metadata& metadata);

}  // namespace limno::engine
