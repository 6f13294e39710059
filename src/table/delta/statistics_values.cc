#include "table/delta/statistics_values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "base/json_writer.h"
#include "table/timestamp_text.h"

namespace limno::table::delta {
namespace {

constexpr size_t kStringPrefix = 32;
constexpr int64_t kMicrosPerMilli = 1000;
constexpr uint32_t kLastCodePoint = 0x10ffff;
constexpr uint32_t kLastAscii = 0x7f;
/// Digits of any decimal that survive a detour through a double.
constexpr int kDigitsOfDouble = 15;

bool IsDigit(char character) { return character >= '0' && character <= '9'; }

bool IsInteger(std::string_view text) {
  if (!text.empty() && text.front() == '-') {
    text.remove_prefix(1);
  }
  const bool leading_zero = text.size() > 1 && text.front() == '0';
  return !text.empty() && !leading_zero && std::all_of(text.begin(), text.end(), IsDigit);
}

/// "-12.50": digits on both sides of a point, or none at all.
bool IsPlainDecimal(std::string_view text) {
  const size_t point = text.find('.');
  if (point == std::string_view::npos) {
    return IsInteger(text);
  }
  const std::string_view fraction = text.substr(point + 1);
  const std::string_view whole = text.substr(0, point);
  return IsInteger(whole) && !fraction.empty() &&
         std::all_of(fraction.begin(), fraction.end(), IsDigit);
}

std::string Quoted(std::string_view text) {
  std::string json;
  base::AppendJsonString(json, text);
  return json;
}

/// Length of the UTF-8 sequence at `text[position]` and its code point; length 0 if it is
/// malformed.
std::pair<size_t, uint32_t> CodePointAt(std::string_view text, size_t position) {
  const auto lead = static_cast<unsigned char>(text[position]);
  const size_t length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (length == 0 || lead > 0xf4 || position + length > text.size()) {
    return {0, 0};
  }
  constexpr uint32_t kLeadMasks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  uint32_t code_point = lead & kLeadMasks[length];
  for (size_t index = 1; index < length; ++index) {
    const auto byte = static_cast<unsigned char>(text[position + index]);
    if ((byte & 0xc0U) != 0x80U) {
      return {0, 0};
    }
    code_point = (code_point << 6U) | (byte & 0x3fU);
  }
  const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  if (code_point < kLeast[length] || code_point > kLastCodePoint || surrogate) {
    return {0, 0};
  }
  return {length, code_point};
}

struct CutString {
  /// Byte where each of the first code points begins, and the end if there are no more.
  std::vector<size_t> starts;
  bool valid = true;
  bool longer = false;
};

/// Code points up to `limit` of them; the rest is only checked to be UTF-8.
CutString CutIntoCodePoints(std::string_view text, size_t limit) {
  CutString cut;
  for (size_t position = 0; position < text.size();) {
    const size_t length = CodePointAt(text, position).first;
    if (length == 0) {
      cut.valid = false;
      return cut;
    }
    if (cut.starts.size() <= limit) {
      cut.starts.push_back(position);
    }
    position += length;
  }
  cut.longer = cut.starts.size() > limit;
  return cut;
}

std::optional<std::string> FormatStringBound(std::string_view text, Bound bound) {
  const CutString cut = CutIntoCodePoints(text, 2 * kStringPrefix);
  if (!cut.valid) {
    return std::nullopt;
  }
  if (cut.starts.size() <= kStringPrefix) {
    return Quoted(text);
  }
  if (bound == Bound::kMin) {
    return Quoted(text.substr(0, cut.starts[kStringPrefix]));
  }
  // Something greater than the character that is dropped keeps the prefix an upper bound.
  const size_t last = std::min(cut.starts.size(), 2 * kStringPrefix);
  for (size_t index = kStringPrefix; index < last; ++index) {
    const uint32_t dropped = CodePointAt(text, cut.starts[index]).second;
    if (dropped < kLastCodePoint) {
      std::string prefix(text.substr(0, cut.starts[index]));
      prefix += dropped < kLastAscii ? "\x7f" : "\xf4\x8f\xbf\xbf";
      return Quoted(prefix);
    }
  }
  return cut.longer ? std::nullopt : std::optional<std::string>(Quoted(text));
}

std::optional<std::string> FormatTimestampBound(std::string_view text, Bound bound,
                                                std::string_view suffix) {
  const std::optional<ParsedTimestamp> parsed = ParseTimestamp(text);
  if (!parsed) {
    return std::nullopt;
  }
  int64_t micros = parsed->micros;
  if (bound == Bound::kMax) {
    // Beyond the last representable millisecond readers' own widening must do.
    const int64_t ceiling = micros + kMicrosPerMilli - 1 + (parsed->truncated ? 1 : 0);
    micros = std::min(ceiling, LastTimestampMicros());
  }
  std::optional<std::string> formatted = FormatTimestamp(micros, 'T', 3);
  if (!formatted) {
    return std::nullopt;
  }
  return Quoted(*formatted + std::string(suffix));
}

std::optional<double> ParseDouble(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::optional<std::string> FormatFloatBound(std::string_view text, Bound bound) {
  const std::optional<double> value = ParseDouble(text);
  if (!value || !std::isfinite(*value)) {
    return std::nullopt;
  }
  if (*value == 0) {
    // Both zeros are equal, and a file with one of them may hold the other.
    return bound == Bound::kMin ? "-0.0" : "0.0";
  }
  std::string json(text);
  if (json.find_first_of(".eE") == std::string::npos) {
    json += ".0";
  }
  // JSON has no "1.", ".5" or "+1".
  const size_t first = json.front() == '-' ? 1 : 0;
  const size_t point = json.find('.');
  const bool digit_before = IsDigit(json[first]);
  const bool digit_after =
      point == std::string::npos || (point + 1 < json.size() && IsDigit(json[point + 1]));
  return digit_before && digit_after ? std::optional<std::string>(json) : std::nullopt;
}

std::optional<ParsedBound> ParseTimestampBound(std::string_view token, Bound bound) {
  const std::optional<ParsedTimestamp> parsed = ParseTimestamp(token);
  if (!parsed) {
    return std::nullopt;
  }
  ParsedBound result;
  // Writers cut to milliseconds, so a row may lie up to 999 microseconds above.
  result.exact = parsed->fraction_digits > 3 && !parsed->truncated;
  int64_t micros = parsed->micros;
  if (bound == Bound::kMax && !result.exact) {
    const int64_t widening = parsed->truncated ? 1 : kMicrosPerMilli - 1;
    micros = std::min(micros + widening, LastTimestampMicros());
  }
  std::optional<std::string> text = FormatTimestamp(micros, ' ', 6);
  if (!text) {
    return std::nullopt;
  }
  result.text = *std::move(text);
  return result;
}

std::optional<ParsedBound> ParseFloatBound(std::string_view token) {
  const std::optional<double> value = ParseDouble(token);
  if (!value || std::isinf(*value)) {
    return std::nullopt;
  }
  // Other writers leave NaN out of the bounds, so that these need not be the extremes.
  return ParsedBound{std::string(token), false, std::isnan(*value)};
}

std::optional<ParsedBound> ParseDecimalBound(const DataType& type, std::string_view token) {
  std::string text(token);
  if (!IsPlainDecimal(text)) {
    return std::nullopt;
  }
  const size_t point = text.find('.');
  size_t fraction_digits = point == std::string::npos ? 0 : text.size() - point - 1;
  const auto scale = static_cast<size_t>(type.scale);
  // Some writers print decimals as doubles, which rounds long ones; those lack the full scale.
  if (fraction_digits != scale && type.precision > kDigitsOfDouble) {
    return std::nullopt;
  }
  for (; fraction_digits > scale && text.back() == '0'; --fraction_digits) {
    text.pop_back();
  }
  if (text.back() == '.') {
    text.pop_back();
  }
  return fraction_digits > scale ? std::nullopt : std::optional(ParsedBound{text, true, false});
}

std::optional<ParsedBound> ParseIntegerBound(std::string_view token) {
  constexpr std::string_view kNoFraction = ".0";
  if (token.size() > kNoFraction.size() &&
      token.substr(token.size() - kNoFraction.size()) == kNoFraction) {
    token.remove_suffix(kNoFraction.size());
  }
  int64_t value = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
  if (error != std::errc() || end != token.data() + token.size()) {
    return std::nullopt;
  }
  return ParsedBound{std::to_string(value), true, false};
}

}  // namespace

std::optional<std::string> FormatBound(const DataType& type, std::string_view text, Bound bound) {
  switch (type.kind) {
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInteger:
    case TypeKind::kLong: {
      const std::optional<ParsedBound> parsed = ParseIntegerBound(text);
      return parsed ? std::optional(parsed->text) : std::nullopt;
    }
    case TypeKind::kDecimal:
      return IsPlainDecimal(text) ? std::optional<std::string>(text) : std::nullopt;
    case TypeKind::kFloat:
    case TypeKind::kDouble:
      return FormatFloatBound(text, bound);
    case TypeKind::kString:
      return FormatStringBound(text, bound);
    case TypeKind::kDate:
      return IsDate(text) ? std::optional(Quoted(text)) : std::nullopt;
    case TypeKind::kTimestamp:
      return FormatTimestampBound(text, bound, "Z");
    case TypeKind::kTimestampNtz:
      return FormatTimestampBound(text, bound, "");
    default:
      return std::nullopt;
  }
}

std::optional<ParsedBound> ParseBound(const DataType& type, std::string_view token, bool quoted,
                                      Bound bound) {
  switch (type.kind) {
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInteger:
    case TypeKind::kLong:
      return ParseIntegerBound(token);
    case TypeKind::kDecimal:
      return ParseDecimalBound(type, token);
    case TypeKind::kFloat:
    case TypeKind::kDouble:
      return ParseFloatBound(token);
    case TypeKind::kBoolean:
      return !quoted && (token == "true" || token == "false")
                 ? std::optional(ParsedBound{std::string(token), true, false})
                 : std::nullopt;
    case TypeKind::kString:
      return quoted ? std::optional(ParsedBound{std::string(token), false, false}) : std::nullopt;
    case TypeKind::kDate:
      return quoted && IsDate(token) ? std::optional(ParsedBound{std::string(token), true, false})
                                     : std::nullopt;
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz:
      return quoted ? ParseTimestampBound(token, bound) : std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace limno::table::delta
