// Globs over paths, as Spark's sources take them.
#pragma once

#include <string>
#include <string_view>

namespace limno::engine {

/// `*` and `?` stand for what is within a name, `**` for any number of folders, `[a-z]` and
/// `[^a-z]` for one byte, `{a,b}` for either; a backslash takes the next byte as it is. A pattern
/// that matches a folder matches all below it.
bool MatchesGlob(std::string_view pattern, std::string_view path);

/// How much of a path is sure before its first wildcard: up to and with the last '/' before it; all
/// of a path that has none.
std::string_view FixedPart(std::string_view pattern);

}  // namespace limno::engine
