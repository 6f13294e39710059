// Does a table's definition (protocol, properties, columns, domains) contradict itself? No I/O.
#pragma once

#include <vector>

#include "table/delta/delta_snapshot.h"
#include "table/integrity.h"

namespace limno::table::delta {

/// unknown_feature, feature_lists, missing_feature, feature_needs, duplicate_column,
/// column_mapping, partition_column, domain_without_feature, row_ids, iceberg_compat.
std::vector<Finding> CheckDefinition(const DeltaSnapshot& snapshot);

}  // namespace limno::table::delta
