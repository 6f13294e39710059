// Table types <-> DuckDB types, and partition values <-> DuckDB values.
#pragma once

#include "engine/duck.h"
#include "limno/result.h"
#include "table/data_type.h"

namespace limno::engine {

/// timestamp -> TIMESTAMP WITH TIME ZONE, timestamp_ntz -> TIMESTAMP, byte -> TINYINT and so on.
/// kUnsupported for a struct without fields.
Result<LogicalType> ToDuck(const table::DataType& type);

/// The table type that holds every value of `type`: unsigned types widen, HUGEINT becomes
/// decimal(38,0), UUID, TIME, ENUM, JSON and INTERVAL become string. kUnsupported otherwise.
Result<table::DataType> FromDuck(const LogicalType& type);

/// The value that a partition value's text stands for (NULL for nullopt). kCorrupt if the text is
/// none of that type.
Result<Value> PartitionValue(const std::optional<std::string>& text, const LogicalType& type);

/// Milliseconds since 1970 of a timestamp, or of what casts to one; earlier where there is a rest.
int64_t FloorMillis(const Value& time);

/// The text of a value as partition values and statistics hold it; nullopt for NULL.
std::optional<std::string> PartitionText(const Value& value);

}  // namespace limno::engine
