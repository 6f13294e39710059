// Spark's spellings of literals, quoted names, operators and types in DuckDB's.
#pragma once

#include <string>
#include <string_view>

#include "limno/result.h"

namespace limno::engine {

/// `a b` -> "a b", at -> "at", "text" and 'it\'s' -> 'text' and 'it''s', <=> -> IS NOT DISTINCT
/// FROM, == -> =, 10L -> 10, CAST(x AS TIMESTAMP) -> CAST(x AS TIMESTAMPTZ), ... kUsage for a quote
/// that does not end.
Result<std::string> RespellSpark(std::string_view sql);

}  // namespace limno::engine
