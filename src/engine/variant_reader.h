// Values of DuckDB's type VARIANT, read where they lie.
#pragma once

#include <cstring>
#include <optional>
#include <string_view>

#include "duckdb/common/types/variant.hpp"
#include "duckdb/function/scalar/variant_utils.hpp"
#include "engine/duck.h"

namespace limno::engine {

/// The VARIANTs of a vector, which must outlive it.
class VariantRows {
 public:
  VariantRows(duckdb::Vector& vector, idx_t count);
  VariantRows(const VariantRows&) = delete;
  VariantRows& operator=(const VariantRows&) = delete;

  /// False for SQL's NULL; a variant null is valid.
  bool IsValid(idx_t row) const { return data_->RowIsValid(row); }
  const duckdb::UnifiedVariantVectorData& data() const { return *data_; }

 private:
  duckdb::RecursiveUnifiedVectorFormat format_;
  std::optional<duckdb::UnifiedVariantVectorData> data_;
};

/// One value of a valid row: the whole one, or one within it.
class VariantRef {
 public:
  VariantRef(const VariantRows& rows, idx_t row) : VariantRef(rows.data(), row, 0) {}

  duckdb::VariantLogicalType type() const { return data_->GetTypeId(row_, index_); }

  /// Of types with values of one size; T is what DuckDB keeps them in.
  template <typename T>
  T Fixed() const {
    T value;
    std::memcpy(&value, Start(), sizeof(T));
    return value;
  }
  /// Of VARCHAR and BLOB.
  std::string_view Bytes() const;
  /// Of DECIMAL.
  duckdb::hugeint_t Unscaled() const;
  uint8_t Scale() const { return static_cast<uint8_t>(Decimal().scale); }
  uint8_t Width() const { return static_cast<uint8_t>(Decimal().width); }

  /// The value as DuckDB's own type for it.
  Value Converted() const {
    return duckdb::VariantUtils::ConvertVariantToValue(*data_, row_, index_);
  }

  /// Of OBJECT and ARRAY.
  uint32_t Size() const { return Nested().child_count; }
  VariantRef Child(uint32_t position) const {
    return {*data_, row_, data_->GetValuesIndex(row_, Nested().children_idx + position)};
  }
  /// Of OBJECT: the name of a child.
  std::string_view Name(uint32_t position) const;

 private:
  VariantRef(const duckdb::UnifiedVariantVectorData& data, idx_t row, uint32_t index)
      : data_(&data), row_(row), index_(index) {}

  const char* Start() const {
    return data_->GetData(row_).GetData() + data_->GetByteOffset(row_, index_);
  }
  duckdb::VariantNestedData Nested() const {
    return duckdb::VariantUtils::DecodeNestedData(*data_, row_, index_);
  }
  duckdb::VariantDecimalData Decimal() const {
    return duckdb::VariantUtils::DecodeDecimalData(*data_, row_, index_);
  }

  const duckdb::UnifiedVariantVectorData* data_;
  idx_t row_;
  uint32_t index_;
};

}  // namespace limno::engine
