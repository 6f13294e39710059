// What the standard streams are connected to. Asked once, at the start.
#pragma once

#include <cstddef>
#include <string>

namespace limno::cli {

struct Terminal {
  bool output_is_terminal = false;
  bool errors_are_terminal = false;
  bool input_is_terminal = false;
  /// Columns; 0 if unknown.
  size_t width = 0;
  /// Dim and bold may be used (a terminal, NO_COLOR unset, TERM not "dumb").
  bool colour = false;
  /// Lines may be drawn (the locale is UTF-8).
  bool unicode = false;
};

Terminal LookAtTerminal();

}  // namespace limno::cli
