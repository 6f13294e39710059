// The name of a field in files, partition values and statistics, where users know it by another.
#pragma once

#include <cstdint>
#include <map>
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

void SetFieldId(Field& field, int32_t id);

/// Ids of the elements, keys and values within a field of a struct, down to the next struct: the
/// annotation `delta.columnMapping.nested.ids`, "<physical name>.element" -> id. Empty if there are
/// none or they cannot be understood.
std::map<std::string, int32_t> NestedFieldIds(const Field& field);

/// The field as files have it: physical names at every level.
Field PhysicalField(Field field);

}  // namespace limno::table
