// One bound of a column <-> its JSON value in statistics.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "table/data_type.h"

namespace limno::table::delta {

enum class Bound { kMin, kMax };

/// The JSON text of a bound, moved outward where the log's form is coarser (strings of 32
/// characters, milliseconds); nullopt if no true bound can be stated.
std::optional<std::string> FormatBound(const DataType& type, std::string_view text, Bound bound);

struct ParsedBound {
  std::string text;
  /// The value may not occur in the file: it was rounded or cut.
  bool exact = true;
  bool is_nan = false;
};

/// The text form (see ColumnStatistics) of a scalar JSON token, e.g. `12`, `"2024-01-31"`, without
/// its quotes if `quoted`; widened where writers cut it. nullopt for what is no value of the type.
std::optional<ParsedBound> ParseBound(const DataType& type, std::string_view token, bool quoted,
                                      Bound bound);

}  // namespace limno::table::delta
