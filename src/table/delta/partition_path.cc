#include "table/delta/partition_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "storage/object_store.h"
#include "table/percent_coding.h"
#include "table/timestamp_text.h"

namespace limno::table::delta {
namespace {

constexpr std::string_view kNullFolder = "__HIVE_DEFAULT_PARTITION__";

bool IsPlain(unsigned char byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
         (byte >= 'A' && byte <= 'Z') || byte == '_' || byte == '-' || byte == '.';
}

/// Values are escaped down to plain ASCII: some systems change other file names.
std::string EscapedValue(std::string_view text) { return PercentEncode(text, IsPlain); }

/// Names are escaped as Hive does and no further, since readers that take values from folders look
/// for the column by the text before '='.
std::string EscapedName(std::string_view text) {
  return PercentEncode(text, [](unsigned char byte) {
    constexpr std::string_view kEscapedByHive = "\"#%'*/:=?\\{[]^\x7f";
    return byte >= 0x20 && kEscapedByHive.find(static_cast<char>(byte)) == std::string_view::npos;
  });
}

using Formatted = std::optional<std::string>;

Formatted FormatInteger(std::string_view text, int64_t least, int64_t greatest) {
  int64_t value = 0;
  if (text.size() > 1 && text.front() == '+') {
    text.remove_prefix(1);
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || value < least || value > greatest) {
    return std::nullopt;
  }
  return std::to_string(value);
}

template <typename Integer>
Formatted FormatIntegerAs(std::string_view text) {
  return FormatInteger(text, std::numeric_limits<Integer>::min(),
                       std::numeric_limits<Integer>::max());
}

/// Pads or, where only zeros are lost, cuts the fraction to `scale` digits.
Formatted FormatDecimal(std::string_view text, const DataType& type) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative || (!text.empty() && text.front() == '+')) {
    text.remove_prefix(1);
  }
  const size_t point = std::min(text.find('.'), text.size());
  std::string whole(text.substr(0, point));
  std::string fraction(point < text.size() ? text.substr(point + 1) : std::string_view());
  const auto is_digits = [](const std::string& part) {
    return std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (whole.size() + fraction.size() == 0 || !is_digits(whole) || !is_digits(fraction)) {
    return std::nullopt;
  }
  const auto scale = static_cast<size_t>(type.scale);
  if (fraction.size() > scale && fraction.find_first_not_of('0', scale) != std::string::npos) {
    return std::nullopt;
  }
  fraction.resize(scale, '0');
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
  if (whole.size() > static_cast<size_t>(type.precision - type.scale)) {
    return std::nullopt;
  }
  const bool zero = whole.empty() && fraction.find_first_not_of('0') == std::string::npos;
  std::string formatted = negative && !zero ? "-" : "";
  formatted += whole.empty() ? "0" : whole;
  if (scale > 0) {
    formatted += '.' + fraction;
  }
  return formatted;
}

template <typename Float>
Formatted FormatFloat(std::string_view text) {
  Float value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  if (std::isnan(value)) {
    return "NaN";
  }
  if (std::isinf(value)) {
    return value > 0 ? "Infinity" : "-Infinity";
  }
  char buffer[64];
  const auto written = std::to_chars(buffer, buffer + sizeof(buffer), value);
  std::string formatted(buffer, written.ptr);
  if (formatted.find_first_of(".e") == std::string::npos) {
    formatted += ".0";
  }
  return formatted;
}

Formatted FormatBoolean(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char character) {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character + 32) : character;
  });
  return lower == "true" || lower == "false" ? Formatted(lower) : std::nullopt;
}

Formatted FormatPartitionTimestamp(std::string_view text, char separator, std::string_view suffix) {
  const std::optional<ParsedTimestamp> parsed = ParseTimestamp(text);
  if (!parsed) {
    return std::nullopt;
  }
  std::optional<std::string> formatted = FormatTimestamp(parsed->micros, separator, 6);
  return formatted ? Formatted(*formatted + std::string(suffix)) : std::nullopt;
}

Formatted FormatByType(const DataType& type, std::string_view text) {
  switch (type.kind) {
    case TypeKind::kBoolean:
      return FormatBoolean(text);
    case TypeKind::kByte:
      return FormatIntegerAs<int8_t>(text);
    case TypeKind::kShort:
      return FormatIntegerAs<int16_t>(text);
    case TypeKind::kInteger:
      return FormatIntegerAs<int32_t>(text);
    case TypeKind::kLong:
      return FormatIntegerAs<int64_t>(text);
    case TypeKind::kFloat:
      return FormatFloat<float>(text);
    case TypeKind::kDouble:
      return FormatFloat<double>(text);
    case TypeKind::kDecimal:
      return FormatDecimal(text, type);
    case TypeKind::kDate:
      return IsDate(text) ? Formatted(text) : std::nullopt;
    case TypeKind::kTimestamp:
      return FormatPartitionTimestamp(text, 'T', "Z");
    case TypeKind::kTimestampNtz:
      return FormatPartitionTimestamp(text, ' ', "");
    case TypeKind::kString:
    case TypeKind::kBinary:
      return std::string(text);
    default:
      return std::nullopt;
  }
}

}  // namespace

std::string PartitionFolder(const PartitionValues& partition) {
  std::string folder;
  for (const auto& [column, value] : partition) {
    const bool is_null = !value || value->empty();
    folder += EscapedName(column);
    folder += '=';
    folder += is_null ? std::string(kNullFolder) : EscapedValue(*value);
    folder += '/';
  }
  return folder;
}

std::string NewDataFileKey(const PartitionValues& partition, base::Random& random) {
  std::string name = fmt::format("part-{}.parquet", base::FormatUuid(random.Uuid()));
  std::string key = PartitionFolder(partition) + name;
  return storage::CheckKey(key) ? key : name;
}

std::string NewChangeFileKey(const PartitionValues& partition, base::Random& random) {
  const std::string name = fmt::format("cdc-{}.parquet", base::FormatUuid(random.Uuid()));
  std::string key = "_change_data/" + PartitionFolder(partition) + name;
  return storage::CheckKey(key) ? key : "_change_data/" + name;
}

Result<std::optional<std::string>> FormatPartitionValue(const DataType& type,
                                                        std::string_view text) {
  if (text.empty()) {
    return std::nullopt;
  }
  std::optional<std::string> formatted = FormatByType(type, text);
  if (!formatted) {
    return Fail(ErrorKind::kRefused,
                fmt::format("'{}' cannot be the partition value of a column of type {}", text,
                            type.ToString()));
  }
  return formatted;
}

}  // namespace limno::table::delta
