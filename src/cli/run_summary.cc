#include "cli/run_summary.h"

#include <cstdio>

#include "cli/progress.h"

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
    if (step.status == "failed" && step.error) {
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

}  // namespace

std::string FormatRunSummary(const RunReport& report, const TableStyle& style) {
  const std::vector<Column> columns = {
      {"step", "VARCHAR", false},    {"kind", "VARCHAR", false},  {"status", "VARCHAR", false},
      {"version", "BIGINT", true},   {"rows in", "BIGINT", true}, {"inserted", "BIGINT", true},
      {"updated", "BIGINT", true},   {"deleted", "BIGINT", true}, {"files", "BIGINT", true},
      {"unchanged", "BIGINT", true}, {"skipped", "BIGINT", true}, {"seconds", "DOUBLE", true}};
  std::vector<std::vector<Cell>> rows;
  for (const StepReport& step : report.steps) {
    rows.push_back({Text(step.name), Text(step.kind), Text(step.status),
                    Text(step.version < 0 ? "" : std::to_string(step.version)), Count(step.rows_in),
                    Count(step.rows_inserted), Count(step.rows_updated), Count(step.rows_deleted),
                    Count(step.files_read), Count(step.files_unchanged), Count(step.skipped.size()),
                    Text(Seconds(step.seconds))});
  }
  std::string text = FormatTable(columns, rows, style) + ListSkipped(report) + ListFailures(report);
  if (NothingHappened(report)) {
    text += "nothing to do: every input is unchanged\n";
  }
  return text + "total: " + FormatDuration(report.seconds) + "\n";
}

std::string FormatPlan(const RunReport& report, const TableStyle& style) {
  const std::vector<Column> columns = {{"step", "VARCHAR", false},
                                       {"kind", "VARCHAR", false},
                                       {"what", "VARCHAR", false},
                                       {"why", "VARCHAR", false}};
  std::vector<std::vector<Cell>> rows;
  for (const StepReport& step : report.steps) {
    const std::string why = step.error ? step.error->ToString() : step.why;
    rows.push_back({Text(step.name), Text(step.kind), Text(step.status), Text(why)});
  }
  return FormatTable(columns, rows, style);
}

}  // namespace limno::cli
