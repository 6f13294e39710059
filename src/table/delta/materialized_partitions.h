// Partition columns in data files, besides the log (PROTOCOL.md, "Materialize Partition Columns").
#pragma once

#include "table/delta/actions.h"

namespace limno::table::delta {

inline constexpr char kMaterializationProperty[] = "delta.enableMaterializePartitionColumnsFeature";

/// Data files that are written hold the partition columns, too: the feature
/// materializePartitionColumns, an active icebergCompat, or else the property
/// `delta.writePartitionColumnsToParquet`. `before`: nullptr for a new table. `metadata` may still
/// have directives ("delta.feature.x").
bool MaterializesPartitions(const Protocol* before, const Metadata& metadata);

}  // namespace limno::table::delta
