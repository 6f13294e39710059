// What a process ends with. docs/commands/README.md tells users.
#pragma once

#include "limno/error.h"

namespace limno::base {

inline constexpr int kExitDone = 0;
/// Data was refused; what was good is done.
inline constexpr int kExitRefused = 1;
/// Usage, configuration, or a bug: somebody has to change something.
inline constexpr int kExitWrong = 2;
/// The same call may succeed later (EX_TEMPFAIL).
inline constexpr int kExitTemporary = 75;
/// Stopped cleanly by SIGINT; another signal is 128 and its number.
inline constexpr int kExitInterrupted = 130;

int ExitCode(ErrorKind kind);

/// What two steps end with together. An interrupt explains all the rest; else what asks for a
/// change by hand comes before what asks for another run, and that before data that is missing.
int WorseExitCode(int one, int other);

}  // namespace limno::base
