// Columns become wider as wider values arrive, where the table allows type widening.
#pragma once

#include "engine/table_state.h"
#include "limno/result.h"
#include "table/snapshot.h"

namespace limno::engine {

/// Gives those columns and fields of `metadata` the type they have in `wanted` that hold all they
/// held before then, as Spark does by itself: integers to wider integers, float to double, decimals
/// to wider ones, date to timestamp_ntz, but no integer to double or decimal. Nothing changes
/// without `delta.enableTypeWidening`, nor where a rule for rows reads the column. Returns whether
/// anything did.
Result<bool> WidenColumns(TableState& state, table::Metadata& metadata,
                          const table::Schema& wanted);

}  // namespace limno::engine
