// DuckDB's VARIANTs as JSON text, in the form of Spark's to_json.
#pragma once

#include <string>

#include "engine/variant_reader.h"

namespace limno::engine {

/// Appends the JSON of one value: no spaces, decimals without trailing zeros, times as strings
/// (those with a zone in UTC, with +00:00), binary data in base 64, NaN and infinity as strings.
void AppendVariantJson(const VariantRef& value, std::string& json);

}  // namespace limno::engine
