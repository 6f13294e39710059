// Data files that come from elsewhere: they never change, so that one of them may have two names.
#pragma once

#include <string>

#include "limno/result.h"

namespace limno::engine {

/// Gives the file at `from` the name `to` as well; false if the file system cannot, or `from` is no
/// file itself.
bool LinkFile(const std::string& from, const std::string& to);

/// The same, or a copy where it cannot be linked. Nothing is left at `to` on failure.
Result<void> LinkOrCopyFile(const std::string& from, const std::string& to);

}  // namespace limno::engine
