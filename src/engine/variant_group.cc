#include "engine/variant_group.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "duckdb/common/types/variant.hpp"
#include "duckdb/common/types/variant_value.hpp"
#include "engine/variant_decoder.h"

namespace limno::engine {
namespace {

using duckdb::StructVector;
using duckdb::VariantValue;
using duckdb::VariantValueType;
using duckdb::Vector;

tl::unexpected<Error> Contradiction(const std::string& what) {
  return Fail(ErrorKind::kCorrupt, "a shredded variant is damaged: " + what);
}

/// A vector of binary values.
class BinaryColumn {
 public:
  BinaryColumn(Vector& vector, idx_t count) { vector.ToUnifiedFormat(count, format_); }

  std::optional<std::string_view> At(idx_t row) const {
    const idx_t index = format_.sel->get_index(row);
    if (!format_.validity.RowIsValid(index)) {
      return std::nullopt;
    }
    const auto& bytes = duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(format_)[index];
    return std::string_view(bytes.GetData(), bytes.GetSize());
  }

 private:
  duckdb::UnifiedVectorFormat format_;
};

/// Finds a field of a group; nullptr if there is none.
Vector* FindField(Vector& group, std::string_view name) {
  const auto& fields = duckdb::StructType::GetChildTypes(group.GetType());
  for (idx_t index = 0; index < fields.size(); ++index) {
    if (fields[index].first == name) {
      return StructVector::GetEntries(group)[index].get();
    }
  }
  return nullptr;
}

bool CanBeShredded(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::BOOLEAN:
    case LogicalTypeId::TINYINT:
    case LogicalTypeId::SMALLINT:
    case LogicalTypeId::INTEGER:
    case LogicalTypeId::BIGINT:
    case LogicalTypeId::FLOAT:
    case LogicalTypeId::DOUBLE:
    case LogicalTypeId::DECIMAL:
    case LogicalTypeId::DATE:
    case LogicalTypeId::TIME:
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_TZ:
    case LogicalTypeId::TIMESTAMP_NS:
    case LogicalTypeId::BLOB:
    case LogicalTypeId::VARCHAR:
    case LogicalTypeId::UUID:
      return true;
    default:
      return false;
  }
}

/// `value` and `typed_value` of one group, and of the groups within it.
class GroupReader {
 public:
  static Result<std::unique_ptr<GroupReader>> Make(Vector& group, idx_t count) {
    if (group.GetType().id() != LogicalTypeId::STRUCT) {
      return Contradiction("a field within it is no group");
    }
    auto reader = std::make_unique<GroupReader>();
    group.Flatten(count);
    if (Vector* value = FindField(group, "value")) {
      if (value->GetType().id() != LogicalTypeId::BLOB) {
        return Contradiction("its value is not binary");
      }
      reader->value_.emplace(*value, count);
    }
    reader->typed_ = FindField(group, "typed_value");
    if (reader->typed_ != nullptr) {
      LIMNO_TRY(reader->AddTyped(count));
    }
    return reader;
  }

  /// The value of a row; VariantValueType::MISSING if there is none.
  Result<VariantValue> Take(idx_t row, const VariantNames& names) const {
    const auto binary = value_ ? value_->At(row) : std::nullopt;
    if (typed_ == nullptr || !IsTyped(row)) {
      if (!binary) {
        return VariantValue();
      }
      return DecodeVariant(names, *binary);
    }
    if (typed_->GetType().id() == LogicalTypeId::STRUCT) {
      return TakeObject(row, names, binary);
    }
    if (binary) {
      return Contradiction("it has two values");
    }
    if (typed_->GetType().id() == LogicalTypeId::LIST) {
      return TakeArray(row, names);
    }
    return VariantValue(typed_->GetValue(row));
  }

 private:
  Result<void> AddTyped(idx_t count) {
    const LogicalType& type = typed_->GetType();
    typed_->ToUnifiedFormat(count, typed_format_);
    if (type.id() == LogicalTypeId::STRUCT) {
      typed_->Flatten(count);
      const auto& fields = duckdb::StructType::GetChildTypes(type);
      for (idx_t index = 0; index < fields.size(); ++index) {
        LIMNO_ASSIGN(auto child, Make(*StructVector::GetEntries(*typed_)[index], count));
        names_.push_back(fields[index].first);
        children_.push_back(std::move(child));
      }
      typed_->ToUnifiedFormat(count, typed_format_);
      return {};
    }
    if (type.id() == LogicalTypeId::LIST) {
      LIMNO_ASSIGN(auto element, Make(duckdb::ListVector::GetEntry(*typed_),
                                      duckdb::ListVector::GetListSize(*typed_)));
      children_.push_back(std::move(element));
      return {};
    }
    if (!CanBeShredded(type)) {
      return Contradiction("no variant holds values of type " + type.ToString());
    }
    return {};
  }

  bool IsTyped(idx_t row) const {
    return typed_format_.validity.RowIsValid(typed_format_.sel->get_index(row));
  }

  /// Fields that are shredded count only there, also where the value should hold them and must not.
  Result<VariantValue> TakeObject(idx_t row, const VariantNames& names,
                                  std::optional<std::string_view> binary) const {
    VariantValue object(VariantValueType::OBJECT);
    for (size_t index = 0; index < children_.size(); ++index) {
      LIMNO_ASSIGN(VariantValue field, children_[index]->Take(row, names));
      object.AddChild(names_[index], std::move(field));
    }
    if (binary) {
      LIMNO_ASSIGN(VariantValue rest, DecodeVariant(names, *binary));
      if (rest.value_type != VariantValueType::OBJECT) {
        return Contradiction("its fields are shredded, and it is no object");
      }
      for (auto& [name, field] : rest.TakeObjectChildren()) {
        if (std::find(names_.begin(), names_.end(), name) == names_.end()) {
          object.AddChild(name, std::move(field));
        }
      }
    }
    return object;
  }

  Result<VariantValue> TakeArray(idx_t row, const VariantNames& names) const {
    const auto& list = duckdb::UnifiedVectorFormat::GetData<duckdb::list_entry_t>(
        typed_format_)[typed_format_.sel->get_index(row)];
    VariantValue array(VariantValueType::ARRAY);
    for (idx_t element = list.offset; element < list.offset + list.length; ++element) {
      LIMNO_ASSIGN(VariantValue value, children_[0]->Take(element, names));
      array.AddItem(std::move(value));
    }
    return array;
  }

  std::optional<BinaryColumn> value_;
  Vector* typed_ = nullptr;
  duckdb::UnifiedVectorFormat typed_format_;
  /// Of an object its fields, in the order of `names_`; of an array its elements.
  std::vector<std::unique_ptr<GroupReader>> children_;
  std::vector<std::string> names_;
};

/// DuckDB makes NULL of a null at the top; a value of the same size stands for it on the way.
void Store(duckdb::vector<VariantValue>& values, Vector& result) {
  std::vector<idx_t> nulls;
  for (idx_t row = 0; row < values.size(); ++row) {
    if (values[row].IsNull()) {
      nulls.push_back(row);
      values[row] = VariantValue(Value::BOOLEAN(true));
    }
  }
  VariantValue::ToVARIANT(values, result);
  if (nulls.empty()) {
    return;
  }
  const auto* lists =
      duckdb::FlatVector::GetData<duckdb::list_entry_t>(duckdb::VariantVector::GetValues(result));
  auto* types =
      duckdb::FlatVector::GetData<uint8_t>(duckdb::VariantVector::GetValuesTypeId(result));
  for (const idx_t row : nulls) {
    types[lists[row].offset] = static_cast<uint8_t>(duckdb::VariantLogicalType::VARIANT_NULL);
  }
}

}  // namespace

Result<void> DecodeVariantGroup(Vector& group, idx_t count, Vector& result) {
  Vector* metadata_field = FindField(group, "metadata");
  if (metadata_field == nullptr || metadata_field->GetType().id() != LogicalTypeId::BLOB) {
    return Contradiction("it has no metadata");
  }
  LIMNO_ASSIGN(const auto reader, GroupReader::Make(group, count));
  const BinaryColumn metadata(*FindField(group, "metadata"), count);
  const auto& validity = duckdb::FlatVector::Validity(group);
  duckdb::vector<VariantValue> values(count);
  std::optional<std::string_view> parsed;
  VariantNames names;
  for (idx_t row = 0; row < count; ++row) {
    if (!validity.RowIsValid(row)) {
      continue;
    }
    const auto bytes = metadata.At(row);
    if (!bytes) {
      return Contradiction("it has no metadata");
    }
    if (parsed != bytes) {
      LIMNO_ASSIGN(names, VariantNames::Parse(*bytes));
      parsed = bytes;
    }
    LIMNO_ASSIGN(values[row], reader->Take(row, names));
    if (values[row].IsMissing()) {
      values[row] = VariantValue::NullValue();
    }
  }
  Store(values, result);
  return {};
}

}  // namespace limno::engine
