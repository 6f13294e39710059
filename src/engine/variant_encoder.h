// DuckDB's VARIANTs in Parquet's binary encoding (VariantEncoding.md of the Parquet format).
#pragma once

#include <string>

#include "engine/variant_reader.h"
#include "limno/result.h"

namespace limno::engine {

struct EncodedVariant {
  std::string metadata;
  std::string value;
};

/// Of the valid row. Names are sorted and listed once. kRefused for types that the encoding lacks
/// (INTERVAL, BIT, TIMETZ, ...) and numbers beyond 38 digits.
Result<EncodedVariant> EncodeVariant(const VariantRows& rows, idx_t row);

}  // namespace limno::engine
