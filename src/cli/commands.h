// Runs a parsed command line.
#pragma once

#include "cli/arguments.h"
#include "cli/output.h"

namespace limno::cli {

/// Returns the exit code; errors are printed.
int RunCommand(const Arguments& arguments, const Output& output);

}  // namespace limno::cli
