// Durations as table properties spell them: "interval 7 days", "interval 1 week 12 hours".
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace limno::table::delta {

/// nullopt for what is no duration, and for months and years, whose length varies.
std::optional<int64_t> ParseIntervalMillis(std::string_view text);

}  // namespace limno::table::delta
