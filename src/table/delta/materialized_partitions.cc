#include "table/delta/materialized_partitions.h"

#include <algorithm>

#include "base/name_match.h"
#include "table/delta/iceberg_compat.h"
#include "table/delta/protocol.h"
#include "table/delta/table_properties.h"

namespace limno::table::delta {
namespace {

constexpr const char* kDirective = "delta.feature.materializePartitionColumns";

/// SQL's parser takes the case from names of properties.
bool IsRequested(const Metadata& metadata) {
  return std::any_of(metadata.properties.begin(), metadata.properties.end(),
                     [](const auto& property) {
                       return property.second == "supported" &&
                              base::FoldCase(property.first) == base::FoldCase(kDirective);
                     });
}

}  // namespace

bool MaterializesPartitions(const Protocol* before, const Metadata& metadata) {
  return (before != nullptr && HasFeature(*before, "materializePartitionColumns")) ||
         IsRequested(metadata) || PropertyIsTrue(metadata, kMaterializationProperty) ||
         IcebergCompatVersion(metadata) > 0 ||
         PropertyIsTrue(metadata, "delta.writePartitionColumnsToParquet");
}

}  // namespace limno::table::delta
