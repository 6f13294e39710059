#include "table/physical_name.h"

#include <simdjson.h>

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

}  // namespace limno::table
