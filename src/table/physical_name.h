// The name of a field in files, partition values and statistics, where users know it by another.
#pragma once

#include <string>

#include "table/data_type.h"

namespace limno::table {

/// The annotation `delta.columnMapping.physicalName` (PROTOCOL.md, "Column Mapping"), else the name
/// itself.
std::string PhysicalName(const Field& field);

}  // namespace limno::table
