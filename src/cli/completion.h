// Completion scripts for shells. They know the commands and options, and ask `limno tables` for
// names.
#pragma once

#include <string>

namespace limno::cli {

/// `shell` is "bash", "zsh" or "fish".
std::string CompletionScript(const std::string& shell);

}  // namespace limno::cli
