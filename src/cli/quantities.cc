#include <array>
#include <charconv>
#include <utility>

#include "cli/arguments.h"

namespace limno::cli {

namespace {

using Unit = std::pair<std::string_view, uint64_t>;

constexpr std::array<Unit, 5> kHours = {{{"", 1}, {"h", 1}, {"hours", 1}, {"d", 24}, {"days", 24}}};
constexpr std::array<Unit, 14> kBytes = {{{"", 1},
                                          {"b", 1},
                                          {"k", 1000},
                                          {"kb", 1000},
                                          {"m", 1000 * 1000},
                                          {"mb", 1000 * 1000},
                                          {"g", 1000 * 1000 * 1000},
                                          {"gb", 1000 * 1000 * 1000},
                                          {"ki", uint64_t{1} << 10U},
                                          {"kib", uint64_t{1} << 10U},
                                          {"mi", uint64_t{1} << 20U},
                                          {"mib", uint64_t{1} << 20U},
                                          {"gi", uint64_t{1} << 30U},
                                          {"gib", uint64_t{1} << 30U}}};

/// A whole number and one of `units`, case and blanks between them ignored.
template <size_t kSize>
std::optional<uint64_t> ParseQuantity(const std::string& text,
                                      const std::array<Unit, kSize>& units) {
  uint64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc()) {
    return std::nullopt;
  }
  std::string unit;
  for (const char* at = parsed.ptr; at != text.data() + text.size(); ++at) {
    if (*at != ' ') {
      unit += static_cast<char>(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at);
    }
  }
  for (const auto& [name, factor] : units) {
    if (unit == name && number <= UINT64_MAX / factor) {
      return number * factor;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<uint64_t> ParseHours(const std::string& text) {
  if (const auto hours = ParseQuantity(text, kHours)) {
    return *hours;
  }
  return Fail(ErrorKind::kUsage, "'" + text + "' is no length of time", "",
              "write hours or days, like 168h or 7d");
}

Result<uint64_t> ParseBytes(const std::string& text) {
  if (const auto bytes = ParseQuantity(text, kBytes)) {
    return *bytes;
  }
  return Fail(ErrorKind::kUsage, "'" + text + "' is no amount of memory", "",
              "write it like 512MB or 2GiB");
}

}  // namespace limno::cli
