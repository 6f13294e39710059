// The `stats_parsed` column of checkpoints -> the JSON text that `stats` would have held.
#pragma once

#include <cstdint>
#include <string>

#include "table/arrow_view.h"

namespace limno::table::delta {

/// Empty if the row is null. Null members are left out; timestamps keep all their digits, and
/// values that have no text in the format (years beyond 9999) are left out.
std::string StatisticsFromColumns(const ArrowView& parsed, int64_t row);

}  // namespace limno::table::delta
