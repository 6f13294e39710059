#include "cli/run_summary.h"

#include <algorithm>
#include <cstdio>

#include "cli/progress.h"
#include "cli/text_width.h"

namespace limno::cli {

namespace {

/// So many skipped files are listed; the report has all.
constexpr size_t kSkippedListed = 20;

Cell Text(const std::string& text) { return {text, false}; }

/// 0 is left blank: the eye finds what happened.
Cell Count(uint64_t count) { return {count == 0 ? "" : GroupDigits(count), false}; }

std::string Seconds(double seconds) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.2f", seconds);
  return text;
}

std::string DescribeFailure(const Error& error) {
  const std::string where = error.where.empty() ? "" : error.where + ": ";
  const std::string hint = error.hint.empty() ? "" : "\n      " + error.hint;
  return where + error.message + hint;
}

std::string ListSkipped(const RunReport& report) {
  std::string text;
  size_t count = 0;
  for (const StepReport& step : report.steps) {
    for (const SkippedFile& file : step.skipped) {
      if (++count <= kSkippedListed) {
        text +=
            "  " + step.name + ": " + file.file + "\n      " + DescribeFailure(file.reason) + "\n";
      }
    }
  }
  if (count == 0) {
    return "";
  }
  if (count > kSkippedListed) {
    text += "  and " + GroupDigits(count - kSkippedListed) + " more\n";
  }
  return "\n" + GroupDigits(count) + (count == 1 ? " file was" : " files were") + " skipped:\n" +
         text;
}

std::string ListFailures(const RunReport& report) {
  std::string text;
  for (const StepReport& step : report.steps) {
    if (step.status == "failed" && step.error && !FailedBySkipped(step)) {
      text += "  " + step.name + ": " + DescribeFailure(*step.error) + "\n";
    } else if (step.status == "skipped") {
      text += "  " + step.name + ": not run, " + step.why + "\n";
    }
  }
  return text.empty() ? "" : "\nfailed:\n" + text;
}

bool NothingHappened(const RunReport& report) {
  for (const StepReport& step : report.steps) {
    if (step.status != "nothing to do") {
      return false;
    }
  }
  return true;
}

/// Leaves out what is missed least while the table is wider than the terminal.
void LeaveOutToFit(std::vector<Column>& columns, std::vector<std::vector<Cell>>& rows,
                   size_t width) {
  for (const char* name : {"kind", "version", "unchanged", "seconds"}) {
    if (width == 0 || TableWidth(columns, rows) <= width) {
      return;
    }
    const auto column = std::find_if(columns.begin(), columns.end(),
                                     [name](const Column& each) { return each.name == name; });
    if (column != columns.end()) {
      DropColumn(columns, rows, static_cast<size_t>(column - columns.begin()));
    }
  }
}

std::string Padded(const std::string& text, size_t width) {
  return text + std::string(width - DisplayWidth(text) + 2, ' ');
}

}  // namespace

bool FailedBySkipped(const StepReport& step) {
  return std::any_of(step.skipped.begin(), step.skipped.end(), [&](const SkippedFile& file) {
    return step.error && file.reason.message == step.error->message;
  });
}

std::string FormatRunSummary(const RunReport& report, const TableStyle& style) {
  std::vector<Column> columns = {
      {"step", "VARCHAR", false},    {"kind", "VARCHAR", false},  {"status", "VARCHAR", false},
      {"version", "BIGINT", true},   {"rows in", "BIGINT", true}, {"inserted", "BIGINT", true},
      {"updated", "BIGINT", true},   {"deleted", "BIGINT", true}, {"files", "BIGINT", true},
      {"unchanged", "BIGINT", true}, {"skipped", "BIGINT", true}, {"seconds", "DOUBLE", true}};
  std::vector<std::vector<Cell>> rows;
  for (const StepReport& step : report.steps) {
    // Rows that were read and not written are news, the others are counted already.
    const bool all_written = step.rows_in == step.rows_inserted + step.rows_updated;
    rows.push_back({Text(step.name), Text(step.kind), Text(step.status),
                    Text(step.version < 0 ? "" : std::to_string(step.version)),
                    Count(all_written ? 0 : step.rows_in), Count(step.rows_inserted),
                    Count(step.rows_updated), Count(step.rows_deleted), Count(step.files_read),
                    Count(step.files_unchanged), Count(step.skipped.size()),
                    Text(Seconds(step.seconds))});
  }
  DropEmptyColumns(columns, rows);
  LeaveOutToFit(columns, rows, style.width);
  std::string text = FormatTable(columns, rows, style) + ListSkipped(report) + ListFailures(report);
  if (NothingHappened(report)) {
    text += "nothing to do: every input is unchanged\n";
  }
  return text + "total: " + FormatDuration(report.seconds) + "\n";
}

std::string FormatPlan(const RunReport& report) {
  size_t name_width = 0;
  size_t kind_width = 0;
  size_t status_width = 0;
  for (const StepReport& step : report.steps) {
    name_width = std::max(name_width, DisplayWidth(step.name));
    kind_width = std::max(kind_width, step.kind.size());
    status_width = std::max(status_width, step.status.size());
  }
  std::string text;
  for (const StepReport& step : report.steps) {
    text += Padded(step.name, name_width) + Padded(step.kind, kind_width) +
            Padded(step.status, status_width) +
            (step.error ? DescribeFailure(*step.error) : step.why) + "\n";
  }
  return text;
}

}  // namespace limno::cli
