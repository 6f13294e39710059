// Plain text: case folding, quoting of close names, edit distance for "did you mean".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace limno::base {

/// 'A'-'Z' lowered, all other bytes kept.
std::string LowerAscii(std::string_view text);

/// The candidate closest to `name` by edit distance without regard to case, if it is close enough to be
/// a likely slip of the pen; empty otherwise.
std::string NearestName(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace limno::base
