#include <csignal>

#include "base/exit_code.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/terminal.h"

int main(int count, char** words) {
  // A reader that goes away is an error of writing, not a death.
  std::signal(SIGPIPE, SIG_IGN);
  const limno::cli::Terminal terminal = limno::cli::LookAtTerminal();
  const auto parsed = limno::cli::ParseArguments(count, words);
  if (!parsed) {
    const limno::cli::GlobalArguments defaults;
    const limno::cli::Output output(terminal, defaults);
    output.PrintError(parsed.error());
    return limno::base::ExitCode(parsed.error().kind);
  }
  const limno::cli::Output output(terminal, parsed->arguments.global);
  if (parsed->arguments.command.empty()) {
    return output.PrintData(parsed->answer) ? limno::base::kExitDone : limno::base::kExitWrong;
  }
  return limno::cli::RunCommand(parsed->arguments, output);
}
