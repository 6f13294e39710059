// The `stats_parsed` and `partitionValues_parsed` columns of checkpoints: what `stats` and
// `partitionValues` say as text, in the types of the table. PROTOCOL.md, "Checkpoint Schema".
#pragma once

#include <cstddef>
#include <vector>

#include "table/arrow_build.h"
#include "table/delta/delta_snapshot.h"

namespace limno::table::delta {

/// Which forms of statistics a table's checkpoints have: delta.checkpoint.writeStatsAsJson and
/// delta.checkpoint.writeStatsAsStruct, both true unless set, as in Spark.
struct StatisticsForms {
  bool json = true;
  bool columns = true;
};
StatisticsForms CheckpointStatistics(const Metadata& metadata);

/// A column that may have columns inside; leaves know their place in a list of values.
struct ParsedColumn {
  std::string name;
  DataType type;
  std::vector<ParsedColumn> children;
  size_t leaf = 0;
};

/// Makes and fills both columns. Values that are no values of their type become null, bounds are
/// those of ParseStatistics(). The snapshot must outlive it.
class ParsedFileColumns {
 public:
  explicit ParsedFileColumns(const DeltaSnapshot& snapshot);

  /// stats_parsed, and partitionValues_parsed where the table is partitioned; empty.
  std::vector<ArrowColumn> Make() const;
  /// One row; `first` is the position of the first of them in `parent`.
  void Append(ArrowColumn& parent, size_t first, const DataFile& file) const;

 private:
  void AppendStatistics(ArrowColumn& column, const DataFile& file) const;
  void AppendPartition(ArrowColumn& column, const DataFile& file) const;

  const DeltaSnapshot& snapshot_;
  const bool states_tightness_;
  /// Physical path of a statistics column, joined by NUL -> its number.
  std::map<std::string, size_t> numbers_;
  /// The roots of minValues and maxValues, and of nullCount.
  ParsedColumn bounds_;
  ParsedColumn null_counts_;
  /// Physical names and types of the partition columns that have a column.
  std::vector<ParsedColumn> partition_;
};

}  // namespace limno::table::delta
