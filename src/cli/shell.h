// `limno sql` at a terminal: statements typed by hand, kept in a history.
#pragma once

#include "cli/output.h"
#include "limno/lake.h"

namespace limno::cli {

/// Reads statements until the end of input or ".quit" and prints their rows; errors are shown and
/// the shell goes on. What was typed is added to ~/.limno_history.
void RunShell(Lake& lake, const Output& output);

}  // namespace limno::cli
