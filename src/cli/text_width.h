// How wide text is on a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace limno::cli {

/// Columns that `text` (UTF-8) takes: 0 for combining marks, 2 for wide East Asian signs and emoji.
/// Bytes that are not UTF-8 count 1 each.
size_t DisplayWidth(std::string_view text);

/// `text` cut to at most `width` columns, the last one '…' if something was cut away.
std::string Truncate(std::string_view text, size_t width);

/// `text` with control characters made visible ("\n", "\t", "\x1b"), so that data cannot command
/// the terminal.
std::string Printable(std::string_view text);

}  // namespace limno::cli
