// Which columns of a table statistics are kept for.
#pragma once

#include <string>
#include <vector>

#include "table/data_type.h"
#include "table/snapshot.h"

namespace limno::table::delta {

struct StatisticsColumn {
  /// Physical names from the top-level column to the leaf.
  std::vector<std::string> path;
  DataType type;
};

/// In schema order, structs expanded, partition columns left out; arrays and maps count as one
/// leaf. Clustering columns always have statistics, whatever the properties say.
std::vector<StatisticsColumn> StatisticsColumns(const Metadata& metadata);

/// All leaves of the schema, partition columns too.
std::vector<StatisticsColumn> LeafColumns(const Schema& schema);

/// Whether files may state a least and a greatest value of the type.
bool HasBounds(const DataType& type);

}  // namespace limno::table::delta
