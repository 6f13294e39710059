#include "table/timestamp_text.h"

#include <fmt/format.h>

#include <chrono>

namespace limno::table {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;
constexpr int64_t kMicrosPerHour = 60 * kMicrosPerMinute;
constexpr int64_t kMicrosPerDay = 24 * kMicrosPerHour;

/// Takes apart text from its front; one failure spoils the rest.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool good() const { return good_; }
  bool at_end() const { return rest_.empty(); }
  char front() const { return rest_.empty() ? '\0' : rest_.front(); }

  int Digits(size_t count) {
    int value = 0;
    for (size_t index = 0; index < count; ++index) {
      if (!IsDigit(front())) {
        good_ = false;
        return 0;
      }
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }

  bool Skip(char expected) {
    if (front() != expected || rest_.empty()) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  void Expect(char expected) { good_ = Skip(expected) && good_; }

  static bool IsDigit(char character) { return character >= '0' && character <= '9'; }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::optional<int64_t> TakeDate(Cursor& cursor) {
  const int year = cursor.Digits(4);
  cursor.Expect('-');
  const int month = cursor.Digits(2);
  cursor.Expect('-');
  const int day = cursor.Digits(2);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!cursor.good() || year < 1 || !date.ok()) {
    return std::nullopt;
  }
  return std::chrono::sys_days(date).time_since_epoch().count();
}

void TakeFraction(Cursor& cursor, ParsedTimestamp& parsed) {
  int64_t micros = 0;
  for (; Cursor::IsDigit(cursor.front()); ++parsed.fraction_digits) {
    const int digit = cursor.Digits(1);
    if (parsed.fraction_digits < 6) {
      micros = micros * 10 + digit;
    } else {
      parsed.truncated = parsed.truncated || digit != 0;
    }
  }
  for (int digits = parsed.fraction_digits; digits < 6; ++digits) {
    micros *= 10;
  }
  parsed.micros += micros;
}

/// Offset of the zone that follows; nullopt if what follows is none.
std::optional<int64_t> TakeOffset(Cursor& cursor) {
  if (cursor.at_end() || cursor.Skip('Z')) {
    return 0;
  }
  const bool east = cursor.Skip('+');
  if (!east && !cursor.Skip('-')) {
    return std::nullopt;
  }
  int64_t offset = cursor.Digits(2) * kMicrosPerHour;
  cursor.Skip(':');
  if (!cursor.at_end()) {
    offset += cursor.Digits(2) * kMicrosPerMinute;
  }
  return east ? offset : -offset;
}

int64_t FirstTimestampMicros() {
  return std::chrono::sys_days(std::chrono::year(1) / 1 / 1).time_since_epoch().count() *
         kMicrosPerDay;
}

}  // namespace

std::optional<ParsedTimestamp> ParseTimestamp(std::string_view text) {
  Cursor cursor(text);
  const std::optional<int64_t> days = TakeDate(cursor);
  if (!days) {
    return std::nullopt;
  }
  ParsedTimestamp parsed;
  parsed.micros = *days * kMicrosPerDay;
  if (cursor.at_end()) {
    return parsed;
  }
  if (!cursor.Skip('T')) {
    cursor.Expect(' ');
  }
  const int hour = cursor.Digits(2);
  cursor.Expect(':');
  const int minute = cursor.Digits(2);
  cursor.Expect(':');
  const int second = cursor.Digits(2);
  if (!cursor.good() || hour > 23 || minute > 59 || second > 59) {
    return std::nullopt;
  }
  parsed.micros += hour * kMicrosPerHour + minute * kMicrosPerMinute + second * kMicrosPerSecond;
  if (cursor.Skip('.')) {
    TakeFraction(cursor, parsed);
  }
  const std::optional<int64_t> offset = TakeOffset(cursor);
  if (!offset || !cursor.good() || !cursor.at_end()) {
    return std::nullopt;
  }
  parsed.micros -= *offset;
  return parsed;
}

std::optional<std::string> FormatTimestamp(int64_t micros, char separator, int fraction_digits) {
  if (micros < FirstTimestampMicros() || micros > LastTimestampMicros()) {
    return std::nullopt;
  }
  int64_t days = micros / kMicrosPerDay;
  int64_t within = micros % kMicrosPerDay;
  if (within < 0) {
    --days;
    within += kMicrosPerDay;
  }
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  std::string text = fmt::format(
      "{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), separator,
      within / kMicrosPerHour, within / kMicrosPerMinute % 60, within / kMicrosPerSecond % 60);
  if (fraction_digits > 0) {
    const std::string fraction = fmt::format("{:06}", within % kMicrosPerSecond);
    text += '.';
    text += fraction.substr(0, static_cast<size_t>(fraction_digits));
  }
  return text;
}

bool IsDate(std::string_view text) {
  Cursor cursor(text);
  return TakeDate(cursor) && cursor.at_end();
}

int64_t LastTimestampMicros() {
  const auto days = std::chrono::sys_days(std::chrono::year(9999) / 12 / 31).time_since_epoch();
  return (days.count() + int64_t{1}) * kMicrosPerDay - 1;
}

}  // namespace limno::table
