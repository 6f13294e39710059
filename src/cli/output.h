// Where data and messages go: rows to standard output, everything else to standard error.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/terminal.h"
#include "limno/query.h"

namespace limno::cli {

/// The rows say only how many rows a statement changed.
bool CountsChanges(const std::vector<Column>& columns);

class Output {
 public:
  Output(const Terminal& terminal, const GlobalArguments& arguments)
      : terminal_(terminal), arguments_(arguments) {}

  const Terminal& terminal() const { return terminal_; }
  bool quiet() const { return arguments_.quiet; }
  /// A drawn table on standard output; false: JSON lines.
  bool draws_tables() const {
    return arguments_.table || (terminal_.output_is_terminal && !arguments_.json);
  }
  CellFormat cell_format() const { return draws_tables() ? CellFormat::kText : CellFormat::kJson; }

  /// Prints all rows in the chosen form. kUnavailable if nobody reads standard output any more.
  Result<void> PrintRows(Rows& rows) const;
  /// Rows of one record each as "name  value" lines (drawn) or JSON lines.
  Result<void> PrintRecords(Rows& rows) const;
  Result<void> PrintData(const std::string& text) const;
  /// A line for people on standard error, unless quiet.
  void Say(const std::string& line) const;
  /// "limno: ..." on standard error, and what to do on a line of its own.
  void PrintError(const Error& error) const;

 private:
  Result<void> PrintJsonLines(Rows& rows) const;

  const Terminal& terminal_;
  const GlobalArguments& arguments_;
};

}  // namespace limno::cli
