// The name of a field in files, partition values and statistics, where users know it by another.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "table/data_type.h"

namespace limno::table {

/// Spark takes no such characters in the name of a column, unless files know it by another.
inline constexpr std::string_view kReservedInNames = " ,;{}()\n\t=";

/// The annotation `delta.columnMapping.physicalName` (PROTOCOL.md, "Column Mapping"), else the name
/// itself.
std::string PhysicalName(const Field& field);

/// The annotation `delta.columnMapping.id`: what Parquet files call the column's field id.
std::optional<int32_t> FieldId(const Field& field);

/// The field as files have it: physical names at every level.
Field PhysicalField(Field field);

}  // namespace limno::table
