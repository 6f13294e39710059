#include "table/data_type.h"

#include <fmt/format.h>

namespace limno::table {
namespace {

char LowerAscii(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a')
                                              : character;
}

bool EqualIgnoringCase(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) {
    return false;
  }
  for (size_t index = 0; index < left.size(); ++index) {
    if (LowerAscii(left[index]) != LowerAscii(right[index])) {
      return false;
    }
  }
  return true;
}

std::string StructToString(const DataType& type) {
  std::string text = "struct<";
  for (size_t index = 0; index < type.children.size(); ++index) {
    const Field& field = type.children[index];
    text += fmt::format("{}{}:{}", index == 0 ? "" : ",", field.name, field.type.ToString());
  }
  return text + ">";
}

}  // namespace

bool DataType::operator==(const DataType& other) const {
  return kind == other.kind && precision == other.precision && scale == other.scale &&
         children == other.children;
}

std::string DataType::ToString() const {
  switch (kind) {
    case TypeKind::kBoolean:
      return "boolean";
    case TypeKind::kByte:
      return "byte";
    case TypeKind::kShort:
      return "short";
    case TypeKind::kInteger:
      return "integer";
    case TypeKind::kLong:
      return "long";
    case TypeKind::kFloat:
      return "float";
    case TypeKind::kDouble:
      return "double";
    case TypeKind::kDecimal:
      return fmt::format("decimal({},{})", precision, scale);
    case TypeKind::kString:
      return "string";
    case TypeKind::kBinary:
      return "binary";
    case TypeKind::kDate:
      return "date";
    case TypeKind::kTimestamp:
      return "timestamp";
    case TypeKind::kTimestampNtz:
      return "timestamp_ntz";
    case TypeKind::kVariant:
      return "variant";
    case TypeKind::kVoid:
      return "void";
    case TypeKind::kStruct:
      return StructToString(*this);
    case TypeKind::kArray:
      return fmt::format("array<{}>", children.at(0).type.ToString());
    case TypeKind::kMap:
      return fmt::format("map<{},{}>", children.at(0).type.ToString(),
                         children.at(1).type.ToString());
  }
  return "void";
}

bool Field::operator==(const Field& other) const {
  return name == other.name && nullable == other.nullable && type == other.type &&
         metadata == other.metadata;
}

DataType Primitive(TypeKind kind) {
  DataType type;
  type.kind = kind;
  return type;
}

DataType Decimal(int precision, int scale) {
  DataType type;
  type.kind = TypeKind::kDecimal;
  type.precision = precision;
  type.scale = scale;
  return type;
}

DataType StructOf(std::vector<Field> fields) {
  DataType type;
  type.kind = TypeKind::kStruct;
  type.children = std::move(fields);
  return type;
}

DataType ArrayOf(DataType element, bool contains_null) {
  DataType type;
  type.kind = TypeKind::kArray;
  type.children.push_back(Field{"element", std::move(element), contains_null, {}});
  return type;
}

DataType MapOf(DataType key, DataType value, bool value_contains_null) {
  DataType type;
  type.kind = TypeKind::kMap;
  type.children.push_back(Field{"key", std::move(key), false, {}});
  type.children.push_back(Field{"value", std::move(value), value_contains_null, {}});
  return type;
}

std::optional<size_t> Schema::IndexOf(std::string_view name) const {
  for (size_t index = 0; index < fields.size(); ++index) {
    if (fields[index].name == name) {
      return index;
    }
  }
  for (size_t index = 0; index < fields.size(); ++index) {
    if (EqualIgnoringCase(fields[index].name, name)) {
      return index;
    }
  }
  return std::nullopt;
}

const Field* Schema::Find(std::string_view name) const {
  const std::optional<size_t> index = IndexOf(name);
  return index ? &fields[*index] : nullptr;
}

}  // namespace limno::table
