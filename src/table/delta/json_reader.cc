#include "table/delta/json_reader.h"

#include <cmath>
#include <limits>

namespace limno::table::delta {

bool JsonReader::Int(Value& value, int64_t& out) {
  if (!value.get_int64().get(out)) {
    return true;
  }
  constexpr double kExactLimit = 9007199254740992.0;
  double number = 0;
  if (value.get_double().get(number) || std::trunc(number) != number ||
      std::fabs(number) > kExactLimit) {
    return false;
  }
  out = static_cast<int64_t>(number);
  return true;
}

bool JsonReader::Int(Value& value, std::optional<int64_t>& out) {
  int64_t number = 0;
  if (!Int(value, number)) {
    return false;
  }
  out = number;
  return true;
}

bool JsonReader::Int32(Value& value, int32_t& out) {
  int64_t number = 0;
  if (!Int(value, number) || number < std::numeric_limits<int32_t>::min() ||
      number > std::numeric_limits<int32_t>::max()) {
    return false;
  }
  out = static_cast<int32_t>(number);
  return true;
}

bool JsonReader::Raw(Value& value, std::string& out) {
  std::string_view raw;
  if (simdjson::to_json_string(value).get(raw)) {
    return false;
  }
  // On-demand skipping only balances brackets; what is kept must be valid, so it is parsed for
  // good.
  simdjson::dom::element element;
  if (checker_.parse(raw.data(), raw.size(), true).get(element)) {
    return false;
  }
  out.resize(raw.size());
  size_t length = 0;
  if (simdjson::minify(raw.data(), raw.size(), out.data(), length)) {
    return false;
  }
  out.resize(length);
  return true;
}

bool JsonReader::Text(Value& value, std::string& out) {
  simdjson::ondemand::json_type type;
  if (value.type().get(type)) {
    return false;
  }
  return type == simdjson::ondemand::json_type::string ? String(value, out) : Raw(value, out);
}

}  // namespace limno::table::delta
