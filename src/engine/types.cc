#include "engine/types.h"

#include "duckdb/common/types/timestamp.hpp"

namespace limno::engine {
namespace {

using table::DataType;
using table::Field;
using table::TypeKind;

Result<LogicalType> NestedToDuck(const DataType& type) {
  duckdb::child_list_t<LogicalType> children;
  for (const Field& field : type.children) {
    LIMNO_ASSIGN(LogicalType child, ToDuck(field.type));
    children.emplace_back(field.name, std::move(child));
  }
  if (type.kind == TypeKind::kStruct) {
    if (children.empty()) {
      return Fail(ErrorKind::kUnsupported, "a struct without fields cannot be read");
    }
    return LogicalType::STRUCT(std::move(children));
  }
  if (type.kind == TypeKind::kArray) {
    return LogicalType::LIST(children[0].second);
  }
  return LogicalType::MAP(children[0].second, children[1].second);
}

Result<DataType> NestedFromDuck(const LogicalType& type) {
  if (type.id() == LogicalTypeId::STRUCT) {
    std::vector<Field> fields;
    for (const auto& [name, child] : duckdb::StructType::GetChildTypes(type)) {
      LIMNO_ASSIGN(DataType child_type, FromDuck(child));
      fields.push_back(Field{name, std::move(child_type), true, {}});
    }
    return table::StructOf(std::move(fields));
  }
  if (type.id() == LogicalTypeId::LIST) {
    LIMNO_ASSIGN(DataType element, FromDuck(duckdb::ListType::GetChildType(type)));
    return table::ArrayOf(std::move(element));
  }
  if (type.id() == LogicalTypeId::ARRAY) {
    LIMNO_ASSIGN(DataType element, FromDuck(duckdb::ArrayType::GetChildType(type)));
    return table::ArrayOf(std::move(element));
  }
  LIMNO_ASSIGN(DataType key, FromDuck(duckdb::MapType::KeyType(type)));
  LIMNO_ASSIGN(DataType value, FromDuck(duckdb::MapType::ValueType(type)));
  return table::MapOf(std::move(key), std::move(value));
}

}  // namespace

Result<LogicalType> ToDuck(const DataType& type) {
  switch (type.kind) {
    case TypeKind::kBoolean:
      return LogicalType::BOOLEAN;
    case TypeKind::kByte:
      return LogicalType::TINYINT;
    case TypeKind::kShort:
      return LogicalType::SMALLINT;
    case TypeKind::kInteger:
      return LogicalType::INTEGER;
    case TypeKind::kLong:
      return LogicalType::BIGINT;
    case TypeKind::kFloat:
      return LogicalType::FLOAT;
    case TypeKind::kDouble:
      return LogicalType::DOUBLE;
    case TypeKind::kDecimal:
      return LogicalType::DECIMAL(static_cast<uint8_t>(type.precision),
                                  static_cast<uint8_t>(type.scale));
    case TypeKind::kString:
    case TypeKind::kVoid:
      return LogicalType::VARCHAR;
    case TypeKind::kBinary:
      return LogicalType::BLOB;
    case TypeKind::kDate:
      return LogicalType::DATE;
    case TypeKind::kTimestamp:
      return LogicalType::TIMESTAMP_TZ;
    case TypeKind::kTimestampNtz:
      return LogicalType::TIMESTAMP;
    case TypeKind::kStruct:
    case TypeKind::kArray:
    case TypeKind::kMap:
      return NestedToDuck(type);
    case TypeKind::kVariant:
      return LogicalType::VARIANT();
  }
  return Fail(ErrorKind::kUnsupported, "columns of type " + type.ToString() + " cannot be read");
}

Result<DataType> FromDuck(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::BOOLEAN:
      return table::Primitive(TypeKind::kBoolean);
    case LogicalTypeId::TINYINT:
      return table::Primitive(TypeKind::kByte);
    case LogicalTypeId::SMALLINT:
    case LogicalTypeId::UTINYINT:
      return table::Primitive(TypeKind::kShort);
    case LogicalTypeId::INTEGER:
    case LogicalTypeId::USMALLINT:
      return table::Primitive(TypeKind::kInteger);
    case LogicalTypeId::BIGINT:
    case LogicalTypeId::UINTEGER:
      return table::Primitive(TypeKind::kLong);
    case LogicalTypeId::UBIGINT:
      return table::Decimal(20, 0);
    case LogicalTypeId::HUGEINT:
    case LogicalTypeId::UHUGEINT:
      return table::Decimal(38, 0);
    case LogicalTypeId::FLOAT:
      return table::Primitive(TypeKind::kFloat);
    case LogicalTypeId::DOUBLE:
      return table::Primitive(TypeKind::kDouble);
    case LogicalTypeId::DECIMAL:
      return table::Decimal(duckdb::DecimalType::GetWidth(type),
                            duckdb::DecimalType::GetScale(type));
    case LogicalTypeId::BLOB:
    case LogicalTypeId::BIT:
      return table::Primitive(TypeKind::kBinary);
    case LogicalTypeId::DATE:
      return table::Primitive(TypeKind::kDate);
    case LogicalTypeId::TIMESTAMP_TZ:
      return table::Primitive(TypeKind::kTimestamp);
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_SEC:
    case LogicalTypeId::TIMESTAMP_MS:
    case LogicalTypeId::TIMESTAMP_NS:
      return table::Primitive(TypeKind::kTimestampNtz);
    case LogicalTypeId::VARCHAR:
    case LogicalTypeId::UUID:
    case LogicalTypeId::ENUM:
    case LogicalTypeId::TIME:
    case LogicalTypeId::TIME_TZ:
    case LogicalTypeId::INTERVAL:
    case LogicalTypeId::SQLNULL:
      return table::Primitive(TypeKind::kString);
    case LogicalTypeId::VARIANT:
      return table::Primitive(TypeKind::kVariant);
    case LogicalTypeId::STRUCT:
    case LogicalTypeId::LIST:
    case LogicalTypeId::ARRAY:
    case LogicalTypeId::MAP:
      return NestedFromDuck(type);
    default:
      return Fail(ErrorKind::kUnsupported, "a table cannot hold columns of type " + type.ToString(),
                  {}, "cast it, for example to VARCHAR");
  }
}

Result<Value> PartitionValue(const std::optional<std::string>& text, const LogicalType& type) {
  if (!text || (text->empty() && type.id() != LogicalTypeId::VARCHAR)) {
    return Value(type);
  }
  if (type.id() == LogicalTypeId::BLOB) {
    return Value::BLOB(reinterpret_cast<duckdb::const_data_ptr_t>(text->data()), text->size());
  }
  Value value(*text);
  // Zone-less timestamps of partition values count as UTC, whatever the session's zone.
  const bool zoned = type.id() == LogicalTypeId::TIMESTAMP_TZ;
  const LogicalType parsed = zoned ? LogicalType::TIMESTAMP : type;
  if (!value.DefaultTryCastAs(parsed)) {
    return Fail(ErrorKind::kCorrupt,
                "partition value '" + *text + "' is not of type " + type.ToString());
  }
  if (zoned) {
    return Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(value.GetValue<duckdb::timestamp_t>()));
  }
  return value;
}

int64_t FloorMillis(const Value& time) {
  const Value timestamp = time.type().id() == LogicalTypeId::TIMESTAMP_TZ
                              ? time
                              : time.DefaultCastAs(LogicalType::TIMESTAMP);
  const int64_t micros = timestamp.GetValueUnsafe<duckdb::timestamp_t>().value;
  return micros >= 0 ? micros / 1000 : (micros - 999) / 1000;
}

std::optional<std::string> PartitionText(const Value& value) {
  if (value.IsNull()) {
    return std::nullopt;
  }
  switch (value.type().id()) {
    case LogicalTypeId::TIMESTAMP_TZ:
      return Value::TIMESTAMP(value.GetValueUnsafe<duckdb::timestamp_t>()).ToString();
    case LogicalTypeId::BLOB:
      return duckdb::StringValue::Get(value);
    case LogicalTypeId::VARCHAR: {
      std::string text = duckdb::StringValue::Get(value);
      // To Delta an empty partition string is NULL; readers disagree on anything else.
      return text.empty() ? std::nullopt : std::optional<std::string>(std::move(text));
    }
    default:
      return value.ToString();
  }
}

}  // namespace limno::engine
