#include "table/delta/interval_text.h"

#include <cctype>
#include <charconv>
#include <limits>
#include <string>

namespace limno::table::delta {
namespace {

struct Unit {
  std::string_view name;
  int64_t micros;
};

constexpr Unit kUnits[] = {
    {"week", 604'800'000'000}, {"day", 86'400'000'000}, {"hour", 3'600'000'000},
    {"minute", 60'000'000},    {"second", 1'000'000},   {"millisecond", 1000},
    {"microsecond", 1},
};

/// The next word in lower case; empty at the end.
std::string TakeWord(std::string_view& rest) {
  const auto is_space = [](char character) {
    return std::isspace(static_cast<unsigned char>(character)) != 0;
  };
  while (!rest.empty() && is_space(rest.front())) {
    rest.remove_prefix(1);
  }
  std::string word;
  while (!rest.empty() && !is_space(rest.front())) {
    word += static_cast<char>(std::tolower(static_cast<unsigned char>(rest.front())));
    rest.remove_prefix(1);
  }
  return word;
}

std::optional<int64_t> MicrosOf(std::string name) {
  if (name.size() > 1 && name.back() == 's') {
    name.pop_back();
  }
  for (const Unit& unit : kUnits) {
    if (unit.name == name) {
      return unit.micros;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<int64_t> ParseIntervalMillis(std::string_view text) {
  std::string word = TakeWord(text);
  if (word == "interval") {
    word = TakeWord(text);
  }
  if (word.empty()) {
    return std::nullopt;
  }
  int64_t total = 0;
  for (; !word.empty(); word = TakeWord(text)) {
    int64_t count = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), count);
    const std::optional<int64_t> micros = MicrosOf(TakeWord(text));
    const bool whole = error == std::errc() && end == word.data() + word.size();
    if (!whole || !micros || count < 0 ||
        count > (std::numeric_limits<int64_t>::max() - total) / *micros) {
      return std::nullopt;
    }
    total += count * *micros;
  }
  return total / 1000;
}

}  // namespace limno::table::delta
