// Dates and timestamps as text, years 0001 to 9999 of the proleptic Gregorian calendar.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace limno::table {

struct ParsedTimestamp {
  /// Since 1970-01-01 00:00:00; in UTC if the text named an offset, else wall time.
  int64_t micros = 0;
  /// Digits after the decimal point.
  int fraction_digits = 0;
  /// Digits beyond microseconds were not all zero; `micros` is rounded down.
  bool truncated = false;
};

/// "2024-01-31", optionally followed by 'T' or a blank, "23:59:59", a fraction, and "Z" or an
/// offset
/// ("+05:30", "-0800", "+05"); nullopt for anything else and beyond the years above.
std::optional<ParsedTimestamp> ParseTimestamp(std::string_view text);

/// "2024-01-31<separator>23:59:59.123456" with so many digits of fraction (0 to 6), the rest cut
/// off; nullopt beyond the years above.
std::optional<std::string> FormatTimestamp(int64_t micros, char separator, int fraction_digits);

/// Whether `text` is a date that exists, "2024-01-31".
bool IsDate(std::string_view text);

/// 9999-12-31 23:59:59.999999.
int64_t LastTimestampMicros();

}  // namespace limno::table
