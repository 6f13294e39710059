#include "table/physical_name.h"

#include <simdjson.h>

#include <charconv>
#include <limits>
#include <utility>

namespace limno::table {

std::string PhysicalName(const Field& field) {
  const auto physical = field.metadata.find("delta.columnMapping.physicalName");
  if (physical == field.metadata.end()) {
    return field.name;
  }
  const std::string_view text = physical->second;
  if (text.size() >= 2 && text.front() == '"' && text.find_first_of("\"\\", 1) == text.size() - 1) {
    return std::string(text.substr(1, text.size() - 2));
  }
  simdjson::dom::parser parser;
  std::string_view name;
  if (parser.parse(physical->second).get(name)) {
    return field.name;
  }
  return std::string(name);
}

std::optional<int32_t> FieldId(const Field& field) {
  const auto found = field.metadata.find("delta.columnMapping.id");
  if (found == field.metadata.end()) {
    return std::nullopt;
  }
  const std::string& text = found->second;
  int32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(id)
                                                                  : std::nullopt;
}

void SetFieldId(Field& field, int32_t id) {
  field.metadata["delta.columnMapping.id"] = std::to_string(id);
}

std::map<std::string, int32_t> NestedFieldIds(const Field& field) {
  std::map<std::string, int32_t> ids;
  const auto found = field.metadata.find("delta.columnMapping.nested.ids");
  if (found == field.metadata.end()) {
    return ids;
  }
  simdjson::dom::parser parser;
  simdjson::dom::object members;
  if (parser.parse(found->second).get(members)) {
    return ids;
  }
  for (const auto& [path, value] : members) {
    int64_t id = 0;
    if (!value.get(id) && id > 0 && id <= std::numeric_limits<int32_t>::max()) {
      ids.emplace(std::string(path), static_cast<int32_t>(id));
    }
  }
  return ids;
}

Field PhysicalField(Field field) {
  field.name = PhysicalName(field);
  for (Field& child : field.type.children) {
    child = PhysicalField(std::move(child));
  }
  return field;
}

}  // namespace limno::table
