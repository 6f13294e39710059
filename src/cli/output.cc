#include "cli/output.h"

#include <cerrno>
#include <cstdio>

#include "base/json_writer.h"
#include "cli/history_view.h"
#include "cli/table_printer.h"
#include "cli/text_width.h"

namespace limno::cli {

namespace {

/// Rows drawn at once; more are announced and not shown.
constexpr size_t kRowsDrawn = 1000;
constexpr size_t kBufferedBytes = size_t{1} << 16U;

}  // namespace

Result<void> Output::PrintData(const std::string& text) const {
  const size_t written = std::fwrite(text.data(), 1, text.size(), stdout);
  if (written != text.size() || std::fflush(stdout) != 0) {
    return Fail(ErrorKind::kExhausted, errno == EPIPE ? "nobody reads the output any more"
                                                      : "the output could not be written");
  }
  return {};
}

Result<void> Output::PrintJsonLines(Rows& rows) const {
  std::vector<std::string> names;
  for (const Column& column : rows.columns()) {
    std::string name;
    base::AppendJsonString(name, column.name);
    names.push_back(std::move(name));
  }
  std::string buffer;
  std::vector<Cell> row;
  for (;;) {
    LIMNO_ASSIGN(const bool more, rows.Next(row));
    if (!more) {
      return PrintData(buffer);
    }
    for (size_t i = 0; i < names.size(); ++i) {
      buffer += i == 0 ? '{' : ',';
      buffer += names[i];
      buffer += ':';
      buffer += row[i].is_null ? "null" : row[i].text;
    }
    buffer += "}\n";
    if (buffer.size() >= kBufferedBytes) {
      LIMNO_TRY(PrintData(buffer));
      buffer.clear();
    }
  }
}

bool CountsChanges(const std::vector<Column>& columns) {
  return columns.size() == 1 && (columns[0].name == "Count" || columns[0].name == "Success");
}

Result<void> Output::PrintRows(Rows& rows) const {
  if (rows.columns().empty()) {
    return {};
  }
  if (!draws_tables()) {
    return PrintJsonLines(rows);
  }
  std::vector<std::vector<Cell>> shown;
  std::vector<Cell> row;
  bool more = true;
  while (shown.size() < kRowsDrawn) {
    LIMNO_ASSIGN(more, rows.Next(row));
    if (!more) {
      break;
    }
    shown.push_back(row);
  }
  if (more) {
    LIMNO_ASSIGN(more, rows.Next(row));
  }
  std::vector<Column> columns = rows.columns();
  if (CountsChanges(columns) && shown.empty()) {
    // A statement that changes no rows (CREATE, ALTER) has nothing to show.
    return {};
  }
  if (columns.size() == 2 && columns[0].name == "explain_key") {
    // A plan is a drawing already.
    for (const std::vector<Cell>& plan : shown) {
      LIMNO_TRY(PrintData(plan[1].text));
    }
    return {};
  }
  if (IsHistory(columns)) {
    ShortenHistory(columns, shown);
  }
  const TableStyle style{terminal_.output_is_terminal ? terminal_.width : 0, terminal_.colour,
                         terminal_.unicode || !terminal_.output_is_terminal};
  LIMNO_TRY(PrintData(FormatTable(columns, shown, style)));
  if (more) {
    Say("the first " + GroupDigits(kRowsDrawn) +
        " rows; there are more: add LIMIT, or see all with --json");
  } else if (terminal_.output_is_terminal) {
    Say(GroupDigits(shown.size()) + (shown.size() == 1 ? " row" : " rows"));
  }
  return {};
}

Result<void> Output::PrintRecords(Rows& rows) const {
  if (!draws_tables()) {
    return PrintJsonLines(rows);
  }
  const TableStyle style{0, terminal_.colour, terminal_.unicode};
  std::vector<Cell> row;
  for (;;) {
    LIMNO_ASSIGN(const bool more, rows.Next(row));
    if (!more) {
      return {};
    }
    LIMNO_TRY(PrintData(FormatRecord(rows.columns(), row, style)));
  }
}

void Output::Say(const std::string& line) const {
  if (!arguments_.quiet) {
    std::fprintf(stderr, "%s\n", line.c_str());
  }
}

void Output::PrintError(const Error& error) const {
  const bool coloured = terminal_.errors_are_terminal && terminal_.colour;
  const char* begin = coloured ? "\x1b[1;31m" : "";
  const char* end = coloured ? "\x1b[0m" : "";
  const std::string where = error.where.empty() ? "" : error.where + ": ";
  std::fprintf(stderr, "%slimno:%s %s%s\n", begin, end, where.c_str(), error.message.c_str());
  if (!error.hint.empty()) {
    std::fprintf(stderr, "  %s\n", error.hint.c_str());
  }
}

}  // namespace limno::cli
