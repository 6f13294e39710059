#include "table/delta/column_mapping.h"

namespace limno::table::delta {

bool UsesColumnMapping(const Metadata& metadata) {
  const auto mode = metadata.properties.find("delta.columnMapping.mode");
  return mode != metadata.properties.end() && mode->second != "none";
}

std::vector<std::string> PhysicalPartitionColumns(const Metadata& metadata) {
  if (!UsesColumnMapping(metadata)) {
    return metadata.partition_columns;
  }
  std::vector<std::string> columns;
  for (const std::string& column : metadata.partition_columns) {
    const Field* field = metadata.schema.Find(column);
    columns.push_back(field != nullptr ? PhysicalName(*field) : column);
  }
  return columns;
}

}  // namespace limno::table::delta
