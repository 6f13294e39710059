#include "engine/json_list.h"

#include "base/json_writer.h"

namespace limno::engine {

std::string JsonList(const std::vector<std::string>& texts) {
  base::JsonWriter json;
  json.BeginArray();
  for (const std::string& text : texts) {
    json.String(text);
  }
  json.EndArray();
  return json.Take();
}

}  // namespace limno::engine
