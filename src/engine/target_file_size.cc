#include <algorithm>
#include <charconv>

#include "base/name_match.h"
#include "engine/data_file_writer.h"

namespace limno::engine {
namespace {

constexpr uint64_t kDefaultBytes = uint64_t{128} << 20;

/// Multiplier of a size suffix; 0 for an unknown one.
uint64_t UnitBytes(const std::string& unit) {
  if (unit.empty() || unit == "b") {
    return 1;
  }
  if (unit == "k" || unit == "kb") {
    return uint64_t{1} << 10;
  }
  if (unit == "m" || unit == "mb") {
    return uint64_t{1} << 20;
  }
  if (unit == "g" || unit == "gb") {
    return uint64_t{1} << 30;
  }
  return 0;
}

}  // namespace

uint64_t TargetFileBytes(const table::Metadata& metadata) {
  const auto property = metadata.properties.find("delta.targetFileSize");
  if (property == metadata.properties.end()) {
    return kDefaultBytes;
  }
  const std::string text = base::FoldCase(property->second);
  uint64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const uint64_t unit = UnitBytes(std::string(rest, text.data() + text.size()));
  if (error != std::errc() || unit == 0 || number == 0 || number > UINT64_MAX / unit) {
    return kDefaultBytes;
  }
  return number * unit;
}

}  // namespace limno::engine
