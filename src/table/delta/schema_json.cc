#include <fmt/format.h>
#include <simdjson.h>

#include <array>
#include <charconv>
#include <utility>

#include "base/json_writer.h"
#include "table/delta/action_json.h"

namespace limno::table::delta {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::array<std::pair<std::string_view, TypeKind>, 16> kPrimitives = {{
    {"string", TypeKind::kString},
    {"long", TypeKind::kLong},
    {"integer", TypeKind::kInteger},
    {"short", TypeKind::kShort},
    {"byte", TypeKind::kByte},
    {"float", TypeKind::kFloat},
    {"double", TypeKind::kDouble},
    {"boolean", TypeKind::kBoolean},
    {"binary", TypeKind::kBinary},
    {"date", TypeKind::kDate},
    {"timestamp", TypeKind::kTimestamp},
    {"timestamp_ntz", TypeKind::kTimestampNtz},
    // Older writers' name for the same.
    {"timestampWithoutTimezone", TypeKind::kTimestampNtz},
    {"variant", TypeKind::kVariant},
    {"void", TypeKind::kVoid},
    {"null", TypeKind::kVoid},
}};

tl::unexpected<Error> BadSchema(std::string_view path, std::string_view problem) {
  return Fail(ErrorKind::kCorrupt,
              fmt::format("broken schema: {} (at {})", problem, path.empty() ? "top level" : path));
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') {
    text.remove_prefix(1);
  }
  while (!text.empty() && text.back() == ' ') {
    text.remove_suffix(1);
  }
  return text;
}

std::optional<int> ParseInt(std::string_view text) {
  text = Trim(text);
  int number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  return whole ? std::optional<int>(number) : std::nullopt;
}

/// "decimal", "decimal(p,s)"; nullopt for anything else.
std::optional<DataType> ParseDecimal(std::string_view name) {
  constexpr std::string_view kPrefix = "decimal";
  constexpr int kMaxPrecision = 38;
  if (name.substr(0, kPrefix.size()) != kPrefix) {
    return std::nullopt;
  }
  std::string_view rest = Trim(name.substr(kPrefix.size()));
  if (rest.empty()) {
    return Decimal(10, 0);
  }
  const size_t comma = rest.find(',');
  if (rest.front() != '(' || rest.back() != ')' || comma == std::string_view::npos) {
    return std::nullopt;
  }
  const std::optional<int> precision = ParseInt(rest.substr(1, comma - 1));
  const std::optional<int> scale = ParseInt(rest.substr(comma + 1, rest.size() - comma - 2));
  if (!precision || !scale || *precision < 1 || *precision > kMaxPrecision || *scale < 0 ||
      *scale > *precision) {
    return std::nullopt;
  }
  return Decimal(*precision, *scale);
}

Result<DataType> ParsePrimitive(std::string_view name, const std::string& path) {
  for (const auto& [known, kind] : kPrimitives) {
    if (known == name) {
      return Primitive(kind);
    }
  }
  if (std::optional<DataType> decimal = ParseDecimal(name)) {
    return *std::move(decimal);
  }
  return Fail(ErrorKind::kUnsupported,
              fmt::format("column '{}' has a type that is not known: {}", path, name));
}

Result<DataType> ParseType(const element& json, const std::string& path);

Result<bool> ParseFlag(const object& json, const char* name, const std::string& path) {
  bool flag = false;
  if (json[name].get(flag)) {
    return BadSchema(path, fmt::format("'{}' is missing or no boolean", name));
  }
  return flag;
}

Result<DataType> ParseChild(const object& json, const char* name, const std::string& path,
                            const std::string& child_path) {
  element child;
  if (json[name].get(child)) {
    return BadSchema(path, fmt::format("'{}' is missing", name));
  }
  return ParseType(child, child_path);
}

Result<Field> ParseField(const element& json, const std::string& parent) {
  object members;
  std::string_view name;
  if (json.get(members) || members["name"].get(name)) {
    return BadSchema(parent, "a field has no name");
  }
  Field field;
  field.name = name;
  const std::string path = parent.empty() ? field.name : parent + "." + field.name;
  LIMNO_ASSIGN(field.type, ParseChild(members, "type", path, path));
  // Writers that leave it out mean nullable.
  if (members["nullable"].get(field.nullable)) {
    field.nullable = true;
  }
  object metadata;
  if (!members["metadata"].get(metadata)) {
    for (const auto& [key, value] : metadata) {
      field.metadata.emplace(std::string(key), simdjson::minify(value));
    }
  }
  return field;
}

Result<std::vector<Field>> ParseFields(const object& json, const std::string& path) {
  simdjson::dom::array elements;
  if (json["fields"].get(elements)) {
    return BadSchema(path, "a struct has no 'fields'");
  }
  std::vector<Field> fields;
  fields.reserve(elements.size());
  for (const element& member : elements) {
    LIMNO_ASSIGN(Field field, ParseField(member, path));
    fields.push_back(std::move(field));
  }
  return fields;
}

Result<DataType> ParseNested(const object& json, const std::string& path) {
  std::string_view kind;
  if (json["type"].get(kind)) {
    return BadSchema(path, "a type has no 'type'");
  }
  if (kind == "struct") {
    LIMNO_ASSIGN(std::vector<Field> fields, ParseFields(json, path));
    return StructOf(std::move(fields));
  }
  if (kind == "array") {
    LIMNO_ASSIGN(DataType element_type, ParseChild(json, "elementType", path, path + ".element"));
    LIMNO_ASSIGN(const bool contains_null, ParseFlag(json, "containsNull", path));
    return ArrayOf(std::move(element_type), contains_null);
  }
  if (kind == "map") {
    LIMNO_ASSIGN(DataType key, ParseChild(json, "keyType", path, path + ".key"));
    LIMNO_ASSIGN(DataType value, ParseChild(json, "valueType", path, path + ".value"));
    LIMNO_ASSIGN(const bool contains_null, ParseFlag(json, "valueContainsNull", path));
    return MapOf(std::move(key), std::move(value), contains_null);
  }
  return Fail(ErrorKind::kUnsupported,
              fmt::format("column '{}' has a type that is not known: {}", path, kind));
}

Result<DataType> ParseType(const element& json, const std::string& path) {
  std::string_view name;
  if (!json.get(name)) {
    return ParsePrimitive(name, path);
  }
  object members;
  if (json.get(members)) {
    return BadSchema(path, "a type is neither a name nor an object");
  }
  return ParseNested(members, path);
}

std::string_view PrimitiveName(TypeKind kind) {
  for (const auto& [name, known] : kPrimitives) {
    if (known == kind) {
      return name;
    }
  }
  return "void";
}

void WriteType(base::JsonWriter& json, const DataType& type);

void WriteFields(base::JsonWriter& json, const std::vector<Field>& fields) {
  json.BeginObject().Key("type").String("struct").Key("fields").BeginArray();
  for (const Field& field : fields) {
    json.BeginObject().Key("name").String(field.name).Key("type");
    WriteType(json, field.type);
    json.Key("nullable").Bool(field.nullable).Key("metadata").BeginObject();
    for (const auto& [key, value] : field.metadata) {
      json.Key(key).Raw(value);
    }
    json.EndObject().EndObject();
  }
  json.EndArray().EndObject();
}

void WriteType(base::JsonWriter& json, const DataType& type) {
  switch (type.kind) {
    case TypeKind::kStruct:
      WriteFields(json, type.children);
      return;
    case TypeKind::kArray:
      json.BeginObject().Key("type").String("array").Key("elementType");
      WriteType(json, type.children.at(0).type);
      json.Key("containsNull").Bool(type.children.at(0).nullable).EndObject();
      return;
    case TypeKind::kMap:
      json.BeginObject().Key("type").String("map").Key("keyType");
      WriteType(json, type.children.at(0).type);
      json.Key("valueType");
      WriteType(json, type.children.at(1).type);
      json.Key("valueContainsNull").Bool(type.children.at(1).nullable).EndObject();
      return;
    case TypeKind::kDecimal:
      json.String(type.ToString());
      return;
    default:
      json.String(PrimitiveName(type.kind));
  }
}

}  // namespace

Result<Schema> ParseSchema(std::string_view json) {
  simdjson::dom::parser parser;
  element root;
  object members;
  std::string_view kind;
  if (parser.parse(json.data(), json.size(), true).get(root) || root.get(members)) {
    return BadSchema("", "not a JSON object");
  }
  if (members["type"].get(kind) || kind != "struct") {
    return BadSchema("", "the table's type is not a struct");
  }
  Schema schema;
  LIMNO_ASSIGN(schema.fields, ParseFields(members, ""));
  return schema;
}

Result<DataType> ParseTypeName(std::string_view name) {
  return ParsePrimitive(name, std::string(name));
}

std::string FormatSchema(const Schema& schema) {
  base::JsonWriter json;
  WriteFields(json, schema.fields);
  return json.Take();
}

}  // namespace limno::table::delta
