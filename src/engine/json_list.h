// Lists in the parameters of commits.
#pragma once

#include <string>
#include <vector>

namespace limno::engine {

/// ["a","b"].
std::string JsonList(const std::vector<std::string>& texts);

}  // namespace limno::engine
