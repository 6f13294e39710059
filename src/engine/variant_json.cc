#include "engine/variant_json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <string_view>

#include "base/json_writer.h"
#include "duckdb/common/types/blob.hpp"
#include "duckdb/common/types/date.hpp"
#include "duckdb/common/types/hugeint.hpp"
#include "duckdb/common/types/timestamp.hpp"
#include "duckdb/common/types/uhugeint.hpp"

namespace limno::engine {
namespace {

using duckdb::VariantLogicalType;

/// 1.50 -> 1.5, 100.00 -> 100.
std::string DecimalText(duckdb::hugeint_t unscaled, uint8_t scale) {
  const bool negative = unscaled < duckdb::hugeint_t(0);
  std::string digits = duckdb::Hugeint::ToString(negative ? -unscaled : unscaled);
  if (digits.size() <= scale) {
    digits.insert(0, scale + 1 - digits.size(), '0');
  }
  std::string text = digits.substr(0, digits.size() - scale);
  std::string fraction = digits.substr(digits.size() - scale);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  if (!fraction.empty()) {
    text += "." + fraction;
  }
  return negative ? "-" + text : text;
}

/// As Java writes them: the fewest digits that tell the number, one at least after the point, and
/// an exponent below 10^-3 and from 10^7 on.
template <typename T>
void AppendFloating(T number, std::string& json) {
  if (std::isnan(number)) {
    json += "\"NaN\"";
    return;
  }
  if (std::isinf(number)) {
    json += number > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    return;
  }
  const T magnitude = std::abs(number);
  const bool plain = magnitude == 0 || (magnitude >= T(1e-3) && magnitude < T(1e7));
  char buffer[64];
  const auto [end, error] =
      std::to_chars(std::begin(buffer), std::end(buffer), number,
                    plain ? std::chars_format::fixed : std::chars_format::scientific);
  const std::string_view text(buffer, static_cast<size_t>(end - buffer));
  const size_t exponent = text.find('e');
  const std::string_view digits = text.substr(0, exponent);
  json += digits;
  json += digits.find('.') == std::string_view::npos ? ".0" : "";
  if (exponent != std::string_view::npos) {
    // "e+07" -> "E7".
    const bool negative = text[exponent + 1] == '-';
    const std::string_view power = text.substr(exponent + 2);
    json += negative ? "E-" : "E";
    json += power.substr(std::min(power.find_first_not_of('0'), power.size() - 1));
  }
}

bool AppendNumber(const VariantRef& value, std::string& json) {
  switch (value.type()) {
    case VariantLogicalType::INT8:
      json += std::to_string(value.Fixed<int8_t>());
      return true;
    case VariantLogicalType::INT16:
      json += std::to_string(value.Fixed<int16_t>());
      return true;
    case VariantLogicalType::INT32:
      json += std::to_string(value.Fixed<int32_t>());
      return true;
    case VariantLogicalType::INT64:
      json += std::to_string(value.Fixed<int64_t>());
      return true;
    case VariantLogicalType::UINT8:
      json += std::to_string(value.Fixed<uint8_t>());
      return true;
    case VariantLogicalType::UINT16:
      json += std::to_string(value.Fixed<uint16_t>());
      return true;
    case VariantLogicalType::UINT32:
      json += std::to_string(value.Fixed<uint32_t>());
      return true;
    case VariantLogicalType::UINT64:
      json += std::to_string(value.Fixed<uint64_t>());
      return true;
    case VariantLogicalType::INT128:
      json += duckdb::Hugeint::ToString(value.Fixed<duckdb::hugeint_t>());
      return true;
    case VariantLogicalType::UINT128:
      json += duckdb::Uhugeint::ToString(value.Fixed<duckdb::uhugeint_t>());
      return true;
    case VariantLogicalType::FLOAT:
      AppendFloating(value.Fixed<float>(), json);
      return true;
    case VariantLogicalType::DOUBLE:
      AppendFloating(value.Fixed<double>(), json);
      return true;
    case VariantLogicalType::DECIMAL:
      json += DecimalText(value.Unscaled(), value.Scale());
      return true;
    default:
      return false;
  }
}

/// Values of types that JSON has no other form for.
std::string TextOf(const VariantRef& value) {
  switch (value.type()) {
    case VariantLogicalType::DATE:
      return duckdb::Date::ToString(duckdb::date_t(value.Fixed<int32_t>()));
    case VariantLogicalType::TIME_MICROS:
      return Value::TIME(duckdb::dtime_t(value.Fixed<int64_t>())).ToString();
    case VariantLogicalType::TIMESTAMP_MICROS:
      return duckdb::Timestamp::ToString(duckdb::timestamp_t(value.Fixed<int64_t>()));
    case VariantLogicalType::TIMESTAMP_MICROS_TZ:
      return duckdb::Timestamp::ToString(duckdb::timestamp_t(value.Fixed<int64_t>())) + "+00:00";
    case VariantLogicalType::BLOB: {
      const std::string_view bytes = value.Bytes();
      const duckdb::string_t blob(bytes.data(), static_cast<uint32_t>(bytes.size()));
      return duckdb::Blob::ToBase64(blob);
    }
    default:
      return value.Converted().ToString();
  }
}

}  // namespace

void AppendVariantJson(const VariantRef& value, std::string& json) {
  switch (value.type()) {
    case VariantLogicalType::VARIANT_NULL:
      json += "null";
      return;
    case VariantLogicalType::BOOL_TRUE:
      json += "true";
      return;
    case VariantLogicalType::BOOL_FALSE:
      json += "false";
      return;
    case VariantLogicalType::VARCHAR:
      base::AppendJsonString(json, value.Bytes());
      return;
    case VariantLogicalType::OBJECT:
      json += '{';
      for (uint32_t child = 0; child < value.Size(); ++child) {
        json += child > 0 ? "," : "";
        base::AppendJsonString(json, value.Name(child));
        json += ':';
        AppendVariantJson(value.Child(child), json);
      }
      json += '}';
      return;
    case VariantLogicalType::ARRAY:
      json += '[';
      for (uint32_t child = 0; child < value.Size(); ++child) {
        json += child > 0 ? "," : "";
        AppendVariantJson(value.Child(child), json);
      }
      json += ']';
      return;
    default:
      if (!AppendNumber(value, json)) {
        base::AppendJsonString(json, TextOf(value));
      }
  }
}

}  // namespace limno::engine
