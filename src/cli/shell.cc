#include "cli/shell.h"

#include <cstdlib>
#include <fstream>
#include <iostream>

#include "cli/interrupt.h"
#include "cli/line_editor.h"
#include "cli/sql_text.h"

namespace limno::cli {

namespace {

constexpr const char* kShellHelp =
    "Statements end with ';' and may span lines. .tables lists tables, .quit or Ctrl-D leaves.";

std::string HistoryPath() {
  const char* home = std::getenv("HOME");
  return home == nullptr ? "" : std::string(home) + "/.limno_history";
}

void RunStatement(Lake& lake, const Output& output, const std::string& sql) {
  const InterruptWatch watch(lake);
  auto rows = lake.Query(sql, output.cell_format());
  const Result<void> printed = rows ? output.PrintRows(**rows) : Result<void>(Fail(rows.error()));
  if (!printed) {
    output.PrintError(printed.error());
  }
}

}  // namespace

void RunShell(Lake& lake, const Output& output) {
  output.Say("limno " + std::string(LIMNO_VERSION) + ", lake " + lake.location());
  output.Say(kShellHelp);
  LineEditor editor(HistoryPath());
  std::string statement;
  while (const auto line = editor.ReadLine(statement.empty() ? "limno> " : "  ...> ")) {
    if (statement.empty() && (*line == ".quit" || *line == ".exit")) {
      break;
    }
    if (statement.empty() && *line == ".help") {
      output.Say(kShellHelp);
      continue;
    }
    if (statement.empty() && *line == ".tables") {
      Arguments tables;
      tables.command = "tables";
      RunStatement(lake, output, *StatementFor(tables));
      continue;
    }
    statement += (statement.empty() ? "" : "\n") + *line;
    if (statement.find_first_not_of(" \t\n") == std::string::npos) {
      statement.clear();
    } else if (EndsStatement(statement)) {
      editor.Remember(statement);
      RunStatement(lake, output, statement);
      statement.clear();
    }
  }
}

}  // namespace limno::cli
