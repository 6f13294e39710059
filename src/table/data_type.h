// Types and fields of a table, whatever its format. Plain values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limno::table {

enum class TypeKind {
  kBoolean,
  kByte,
  kShort,
  kInteger,
  kLong,
  kFloat,
  kDouble,
  kDecimal,
  kString,
  kBinary,
  kDate,
  /// Microseconds since the epoch, UTC.
  kTimestamp,
  /// Microseconds of wall time without a zone.
  kTimestampNtz,
  kVariant,
  kVoid,
  kStruct,
  kArray,
  kMap,
};

struct Field;

struct DataType {
  TypeKind kind = TypeKind::kVoid;
  /// Decimal only: 1 <= precision <= 38, 0 <= scale <= precision.
  int precision = 0;
  int scale = 0;
  /// Struct: its fields. Array: one field "element". Map: "key" (not nullable) and "value".
  std::vector<Field> children;

  bool operator==(const DataType& other) const;
  bool IsNested() const {
    return kind == TypeKind::kStruct || kind == TypeKind::kArray || kind == TypeKind::kMap;
  }
  /// "long", "decimal(10,2)", "struct<a:integer,b:array<string>>": Spark's simple string.
  std::string ToString() const;
};

struct Field {
  std::string name;
  DataType type;
  bool nullable = true;
  /// Format-specific annotations: key -> JSON text of the value. Kept even when not understood.
  std::map<std::string, std::string> metadata;

  bool operator==(const Field& other) const;
};

DataType Primitive(TypeKind kind);
DataType Decimal(int precision, int scale);
DataType StructOf(std::vector<Field> fields);
DataType ArrayOf(DataType element, bool contains_null = true);
DataType MapOf(DataType key, DataType value, bool value_contains_null = true);

struct Schema {
  std::vector<Field> fields;

  bool operator==(const Schema& other) const { return fields == other.fields; }
  /// Exact name first, then without regard to (ASCII) case; nullptr if there is none.
  const Field* Find(std::string_view name) const;
  std::optional<size_t> IndexOf(std::string_view name) const;
};

}  // namespace limno::table
