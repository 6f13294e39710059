// Variants as Parquet files have them: a group of `metadata`, `value` and, where they are shredded,
// `typed_value` (VariantShredding.md of the Parquet format).
#pragma once

#include "engine/duck.h"
#include "limno/result.h"

namespace limno::engine {

/// Puts together the values of `count` rows of `group`, a STRUCT whose fields are found by those
/// names. `result` is a new vector of type VARIANT. A row without group is NULL, one without value
/// a variant null. kCorrupt if value and typed value contradict each other.
Result<void> DecodeVariantGroup(duckdb::Vector& group, idx_t count, duckdb::Vector& result);

}  // namespace limno::engine
