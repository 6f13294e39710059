#include "engine/variant_reader.h"

#include "duckdb/common/serializer/varint.hpp"

namespace limno::engine {

VariantRows::VariantRows(duckdb::Vector& vector, idx_t count) {
  duckdb::Vector::RecursiveToUnifiedFormat(vector, count, format_);
  data_.emplace(format_);
}

std::string_view VariantRef::Bytes() const {
  auto at = reinterpret_cast<duckdb::const_data_ptr_t>(Start());
  const auto length = duckdb::VarintDecode<uint32_t>(at);
  return {reinterpret_cast<const char*>(at), length};
}

std::string_view VariantRef::Name(uint32_t position) const {
  const idx_t child = Nested().children_idx + position;
  const duckdb::string_t& name = data_->GetKey(row_, data_->GetKeysIndex(row_, child));
  return {name.GetData(), name.GetSize()};
}

duckdb::hugeint_t VariantRef::Unscaled() const {
  const duckdb::VariantDecimalData decimal = Decimal();
  switch (decimal.GetPhysicalType()) {
    case duckdb::PhysicalType::INT16:
      return duckdb::hugeint_t(duckdb::Load<int16_t>(decimal.value_ptr));
    case duckdb::PhysicalType::INT32:
      return duckdb::hugeint_t(duckdb::Load<int32_t>(decimal.value_ptr));
    case duckdb::PhysicalType::INT64:
      return duckdb::hugeint_t(duckdb::Load<int64_t>(decimal.value_ptr));
    default:
      return duckdb::Load<duckdb::hugeint_t>(decimal.value_ptr);
  }
}

}  // namespace limno::engine
