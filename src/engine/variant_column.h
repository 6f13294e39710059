// Columns that hold variants, at any depth, in the forms they take: DuckDB's VARIANT in a query,
// Parquet's group of two binary fields in a file that is written, JSON where people read them.
#pragma once

#include <algorithm>

#include "engine/duck.h"

namespace limno::engine {

/// Whether values of the type are, or have within them, VARIANTs.
bool HoldsVariant(const LogicalType& type);

/// The type with `replacement` for every VARIANT.
LogicalType ReplaceVariants(const LogicalType& type, const LogicalType& replacement);

inline constexpr char kVariantMetadataField[] = "metadata";
inline constexpr char kVariantValueField[] = "value";

/// What a variant is in files: STRUCT(metadata BLOB, value BLOB).
LogicalType VariantFileType();

/// Converts `count` values. `target` is of the source's type with VariantFileType() for VARIANT.
void VariantsToFile(duckdb::Vector& source, duckdb::Vector& target, idx_t count);

/// Converts `count` values. `target` is of the source's type with JSON for VARIANT.
void VariantsToJson(duckdb::Vector& source, duckdb::Vector& target, idx_t count);

/// Gives `target` (of type LIST or MAP) the source's lists; `convert` fills a vector with their
/// elements from the source's.
template <typename Convert>
void ConvertLists(duckdb::Vector& source, duckdb::Vector& target, idx_t count, Convert&& convert) {
  source.Flatten(count);
  target.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  const idx_t size = duckdb::ListVector::GetListSize(source);
  const auto* lists = duckdb::FlatVector::GetData<duckdb::list_entry_t>(source);
  std::copy_n(lists, count, duckdb::FlatVector::GetData<duckdb::list_entry_t>(target));
  duckdb::FlatVector::SetValidity(target, duckdb::FlatVector::Validity(source));
  auto& elements = duckdb::ListVector::GetEntry(target);
  duckdb::Vector converted(elements.GetType(), std::max<idx_t>(size, 1));
  convert(duckdb::ListVector::GetEntry(source), converted, size);
  elements.Reference(converted);
  duckdb::ListVector::SetListSize(target, size);
}

}  // namespace limno::engine
