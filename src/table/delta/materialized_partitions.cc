#include "table/delta/materialized_partitions.h"

#include "table/delta/iceberg_compat.h"
#include "table/delta/protocol.h"
#include "table/delta/table_properties.h"

namespace limno::table::delta {
namespace {

constexpr const char* kDirective = "delta.feature.materializePartitionColumns";

bool IsRequested(const Metadata& metadata) {
  const auto directive = metadata.properties.find(kDirective);
  return directive != metadata.properties.end() && directive->second == "supported";
}

}  // namespace

bool MaterializesPartitions(const Protocol* before, const Metadata& metadata) {
  return (before != nullptr && HasFeature(*before, "materializePartitionColumns")) ||
         IsRequested(metadata) || PropertyIsTrue(metadata, kMaterializationProperty) ||
         IcebergCompatVersion(metadata) > 0 ||
         PropertyIsTrue(metadata, "delta.writePartitionColumnsToParquet");
}

}  // namespace limno::table::delta
