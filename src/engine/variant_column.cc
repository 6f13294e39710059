#include "engine/variant_column.h"

#include <algorithm>

#include "engine/errors.h"
#include "engine/variant_encoder.h"
#include "engine/variant_json.h"

namespace limno::engine {
namespace {

using duckdb::FlatVector;
using duckdb::StringVector;
using duckdb::StructVector;
using duckdb::Vector;

using ConvertRows = void (*)(Vector& source, Vector& target, idx_t count);

/// Goes down to the VARIANTs; everything else is shared with the source.
void Descend(Vector& source, Vector& target, idx_t count, ConvertRows convert) {
  const LogicalType& type = source.GetType();
  if (!HoldsVariant(type)) {
    target.Reference(source);
    return;
  }
  if (type.id() == LogicalTypeId::VARIANT) {
    convert(source, target, count);
    return;
  }
  if (type.id() == LogicalTypeId::STRUCT) {
    source.Flatten(count);
    target.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
    FlatVector::SetValidity(target, FlatVector::Validity(source));
    auto& from = StructVector::GetEntries(source);
    auto& to = StructVector::GetEntries(target);
    for (idx_t child = 0; child < from.size(); ++child) {
      Vector converted(to[child]->GetType(), std::max<idx_t>(count, 1));
      Descend(*from[child], converted, count, convert);
      to[child]->Reference(converted);
    }
    return;
  }
  ConvertLists(source, target, count,
               [&](Vector& from, Vector& to, idx_t size) { Descend(from, to, size, convert); });
}

void EncodeRows(Vector& source, Vector& target, idx_t count) {
  const VariantRows rows(source, count);
  target.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  Vector& metadata = *StructVector::GetEntries(target)[0];
  Vector& value = *StructVector::GetEntries(target)[1];
  for (idx_t row = 0; row < count; ++row) {
    if (!rows.IsValid(row)) {
      FlatVector::SetNull(target, row, true);
      continue;
    }
    const EncodedVariant encoded = Unwrap(EncodeVariant(rows, row));
    FlatVector::GetData<duckdb::string_t>(metadata)[row] =
        StringVector::AddStringOrBlob(metadata, encoded.metadata);
    FlatVector::GetData<duckdb::string_t>(value)[row] =
        StringVector::AddStringOrBlob(value, encoded.value);
  }
}

void JsonRows(Vector& source, Vector& target, idx_t count) {
  const VariantRows rows(source, count);
  target.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  std::string json;
  for (idx_t row = 0; row < count; ++row) {
    if (!rows.IsValid(row)) {
      FlatVector::SetNull(target, row, true);
      continue;
    }
    json.clear();
    AppendVariantJson(VariantRef(rows, row), json);
    FlatVector::GetData<duckdb::string_t>(target)[row] = StringVector::AddString(target, json);
  }
}

}  // namespace

bool HoldsVariant(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::VARIANT:
      return true;
    case LogicalTypeId::STRUCT: {
      const auto& children = duckdb::StructType::GetChildTypes(type);
      return std::any_of(children.begin(), children.end(),
                         [](const auto& child) { return HoldsVariant(child.second); });
    }
    case LogicalTypeId::LIST:
    case LogicalTypeId::MAP:
      return HoldsVariant(duckdb::ListType::GetChildType(type));
    default:
      return false;
  }
}

LogicalType ReplaceVariants(const LogicalType& type, const LogicalType& replacement) {
  switch (type.id()) {
    case LogicalTypeId::VARIANT:
      return replacement;
    case LogicalTypeId::STRUCT: {
      duckdb::child_list_t<LogicalType> children;
      for (const auto& [name, child] : duckdb::StructType::GetChildTypes(type)) {
        children.emplace_back(name, ReplaceVariants(child, replacement));
      }
      return LogicalType::STRUCT(std::move(children));
    }
    case LogicalTypeId::LIST:
      return LogicalType::LIST(ReplaceVariants(duckdb::ListType::GetChildType(type), replacement));
    case LogicalTypeId::MAP:
      return LogicalType::MAP(ReplaceVariants(duckdb::MapType::KeyType(type), replacement),
                              ReplaceVariants(duckdb::MapType::ValueType(type), replacement));
    default:
      return type;
  }
}

LogicalType VariantFileType() {
  return LogicalType::STRUCT(
      {{kVariantMetadataField, LogicalType::BLOB}, {kVariantValueField, LogicalType::BLOB}});
}

void VariantsToFile(Vector& source, Vector& target, idx_t count) {
  Descend(source, target, count, EncodeRows);
}

void VariantsToJson(Vector& source, Vector& target, idx_t count) {
  Descend(source, target, count, JsonRows);
}

}  // namespace limno::engine
