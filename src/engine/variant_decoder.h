// Values in Parquet's binary encoding of variants (VariantEncoding.md of the Parquet format),
// version 1, as DuckDB's values. Nothing is read beyond the bytes that are given, and no bytes are
// read twice, so that work and depth are bounded by their number.
#pragma once

#include <string_view>
#include <vector>

#include "duckdb/common/types/variant_value.hpp"
#include "engine/duck.h"
#include "limno/result.h"

namespace limno::engine {

/// The names of fields by their ids, as `metadata` of a value lists them. Points into `metadata`.
class VariantNames {
 public:
  static Result<VariantNames> Parse(std::string_view metadata);

  /// nullptr if there is no such id.
  const std::string_view* Find(uint64_t id) const {
    return id < names_.size() ? &names_[id] : nullptr;
  }

 private:
  std::vector<std::string_view> names_;
};

/// kCorrupt for bytes that are no value; kUnsupported for one that DuckDB's VARIANT cannot hold
/// exactly (nanoseconds of a zone). A variant null is VariantValue::NullValue().
Result<duckdb::VariantValue> DecodeVariant(const VariantNames& names, std::string_view value);

}  // namespace limno::engine
