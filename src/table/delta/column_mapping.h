// Column mapping (PROTOCOL.md, "Column Mapping"): files and log entries may know a column by
// another name than users do.
#pragma once

#include <string>
#include <vector>

#include "table/physical_name.h"
#include "table/snapshot.h"

namespace limno::table::delta {

/// True if the table's files and log entries use physical names.
bool UsesColumnMapping(const Metadata& metadata);

/// The partition columns as `partitionValues` spells them, in order.
std::vector<std::string> PhysicalPartitionColumns(const Metadata& metadata);

}  // namespace limno::table::delta
