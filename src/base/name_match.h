// Comparing names without regard to case, and guessing which one was meant.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limno::base {

/// `name` with ASCII letters in lower case; other bytes as they are.
std::string FoldCase(std::string_view name);

/// The candidate that `name` was most likely meant to be: the fewest typing errors (a letter
/// missing, added, changed or swapped with its neighbour), case ignored; nullopt if all are too far
/// away.
std::optional<std::string> NearestName(std::string_view name,
                                       const std::vector<std::string>& candidates);

/// "did you mean 'x'?", or "" if nothing is near. Made for Error::hint.
std::string NearestNameHint(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace limno::base
