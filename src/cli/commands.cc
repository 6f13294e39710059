#include "cli/commands.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <sstream>

#include "base/clock.h"
#include "base/exit_code.h"
#include "base/json_writer.h"
#include "cli/completion.h"
#include "cli/doctor_report.h"
#include "cli/fsck_report.h"
#include "cli/interrupt.h"
#include "cli/lake_library.h"
#include "cli/progress.h"
#include "cli/project_template.h"
#include "cli/run_summary.h"
#include "cli/shell.h"
#include "cli/sql_text.h"

namespace limno::cli {

namespace {

std::string ReadAll(std::istream& stream) {
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

TableStyle SummaryStyle(const Output& output) {
  const Terminal& terminal = output.terminal();
  const bool drawn =
      output.draws_tables() ? terminal.output_is_terminal : terminal.errors_are_terminal;
  return {drawn ? terminal.width : 0, terminal.colour && drawn, terminal.unicode || !drawn};
}

Result<std::vector<std::vector<Cell>>> TakeAll(Rows& rows) {
  std::vector<std::vector<Cell>> all;
  std::vector<Cell> row;
  while (true) {
    LIMNO_ASSIGN(const bool more, rows.Next(row));
    if (!more) {
      return all;
    }
    all.push_back(row);
  }
}

/// Rows of text as JSON lines.
std::string JsonLines(const std::vector<Column>& columns,
                      const std::vector<std::vector<Cell>>& rows) {
  std::string lines;
  for (const std::vector<Cell>& row : rows) {
    base::JsonWriter writer;
    writer.BeginObject();
    for (size_t index = 0; index < columns.size(); ++index) {
      writer.Key(columns[index].name);
      if (row[index].is_null) {
        writer.Null();
      } else {
        writer.String(row[index].text);
      }
    }
    writer.EndObject();
    lines += writer.Take() + "\n";
  }
  return lines;
}

class LakeCommand {
 public:
  LakeCommand(const Arguments& arguments, const Output& output, Lake& lake)
      : arguments_(arguments), output_(output), lake_(lake) {}

  Result<int> Run();

 private:
  Result<int> RunLoad();
  Result<int> RunProject();
  Result<int> RunSql();
  Result<int> RunStatement(const std::string& sql, bool records);
  Result<int> RunFsck();
  Result<int> RunDoctor();
  Result<int> RunRowHistory();
  Result<TextRows> RowsOf(const std::string& sql);
  Result<void> PrintTextRows(const std::string& sql);
  Result<int> Finish(const RunReport& report);
  void PrintFailures(const RunReport& report) const;

  const Arguments& arguments_;
  const Output& output_;
  Lake& lake_;
};

Result<int> LakeCommand::RunStatement(const std::string& sql, bool records) {
  // Statements on the way show what they found, not how many rows they changed.
  const RowsVisitor earlier = [this](Rows& rows) -> Result<void> {
    return CountsChanges(rows.columns()) ? Result<void>() : output_.PrintRows(rows);
  };
  LIMNO_ASSIGN(const std::unique_ptr<Rows> rows, lake_.Query(sql, output_.cell_format(), earlier));
  LIMNO_TRY(records ? output_.PrintRecords(*rows) : output_.PrintRows(*rows));
  return 0;
}

Result<int> LakeCommand::RunSql() {
  if (!arguments_.sql_file.empty()) {
    std::ifstream stream(arguments_.sql_file, std::ios::binary);
    if (!stream) {
      return Fail(ErrorKind::kUsage, "the file cannot be read", arguments_.sql_file);
    }
    return RunStatement(ReadAll(stream), false);
  }
  if (arguments_.sql_given && arguments_.sql != "-") {
    return RunStatement(arguments_.sql, false);
  }
  return RunStatement(ReadAll(std::cin), false);
}

/// Where no summary is shown, errors still are.
void LakeCommand::PrintFailures(const RunReport& report) const {
  for (const StepReport& step : report.steps) {
    if (step.status == "failed" && step.error && !FailedBySkipped(step)) {
      Error error = *step.error;
      error.where = step.name + (error.where.empty() ? "" : ": " + error.where);
      output_.PrintError(error);
    }
    for (const SkippedFile& file : step.skipped) {
      Error error = file.reason;
      error.where = step.name + ": skipped " + file.file;
      output_.PrintError(error);
    }
  }
}

/// The summary where people look, the report where programs look. Who wants quiet gets failures
/// only, and what was asked for: a plan, or the report with --json.
Result<int> LakeCommand::Finish(const RunReport& report) {
  const bool drawn = output_.draws_tables();
  const bool json = arguments_.global.json && !drawn;
  const bool quiet = output_.quiet() && !arguments_.run.dry_run;
  if (quiet || json) {
    PrintFailures(report);
  } else {
    const std::string summary = arguments_.run.dry_run
                                    ? FormatPlan(report)
                                    : FormatRunSummary(report, SummaryStyle(output_));
    if (drawn) {
      LIMNO_TRY(output_.PrintData(summary));
    } else {
      std::cerr << summary;
    }
  }
  if (!drawn && (json || !quiet)) {
    LIMNO_ASSIGN(const std::string text, RunReportJson(report));
    LIMNO_TRY(output_.PrintData(text + "\n"));
  }
  return report.exit_code;
}

Result<int> LakeCommand::RunLoad() {
  base::SystemClock clock;
  ProgressLines progress(output_, clock);
  const base::UnixMillis started = clock.Now();
  LIMNO_ASSIGN(StepReport step, lake_.Load(arguments_.load, progress));
  progress.Clear();
  RunReport report;
  report.seconds = static_cast<double>(clock.Now() - started) / 1000.0;
  report.exit_code = step.error             ? base::ExitCode(step.error->kind)
                     : step.skipped.empty() ? base::kExitDone
                                            : base::kExitRefused;
  step.seconds = report.seconds;
  report.steps.push_back(std::move(step));
  return Finish(report);
}

Result<int> LakeCommand::RunProject() {
  base::SystemClock clock;
  ProgressLines progress(output_, clock);
  LIMNO_ASSIGN(const RunReport report, lake_.Run(arguments_.run, progress));
  progress.Clear();
  return Finish(report);
}

Result<int> LakeCommand::RunFsck() {
  LIMNO_ASSIGN(const std::string sql, StatementFor(arguments_));
  LIMNO_ASSIGN(const std::unique_ptr<Rows> found, lake_.Query(sql, CellFormat::kText));
  LIMNO_ASSIGN(const std::vector<std::vector<Cell>> rows, TakeAll(*found));
  const size_t unrepaired = CountUnrepaired(rows);
  if (output_.draws_tables()) {
    LIMNO_TRY(output_.PrintData(FormatFindings(rows)));
  } else {
    LIMNO_TRY(output_.PrintData(JsonLines(found->columns(), rows)));
  }
  if (arguments_.repair && !arguments_.yes && unrepaired > 0) {
    output_.Say("nothing was changed: add --yes to repair");
  }
  return unrepaired > 0 ? base::kExitRefused : base::kExitDone;
}

Result<TextRows> LakeCommand::RowsOf(const std::string& sql) {
  LIMNO_ASSIGN(const std::unique_ptr<Rows> rows, lake_.Query(sql, CellFormat::kText));
  return TakeAll(*rows);
}

/// Exit code 1 where an engine that was named cannot do everything.
Result<int> LakeCommand::RunDoctor() {
  LIMNO_ASSIGN(const std::string table, TableSql(arguments_.subject));
  const std::string of_table = "(" + QuoteText(table) + ")";
  LIMNO_ASSIGN(TextRows all, RowsOf("FROM delta_compatibility" + of_table));
  LIMNO_ASSIGN(TextRows engines, ChooseEngines(std::move(all), arguments_.engines));
  LIMNO_ASSIGN(const TextRows downgrades, RowsOf("FROM delta_downgrades" + of_table));
  const TextRows steps = ChooseSteps(engines, downgrades);
  if (arguments_.fix && arguments_.yes) {
    for (const std::vector<Cell>& step : steps) {
      output_.Say(step[1].text);
      LIMNO_TRY(lake_.Query(step[1].text, CellFormat::kText));
    }
    LIMNO_ASSIGN(TextRows now, RowsOf("FROM delta_compatibility" + of_table));
    LIMNO_ASSIGN(engines, ChooseEngines(std::move(now), arguments_.engines));
  }
  if (output_.draws_tables()) {
    const bool done = arguments_.fix && arguments_.yes;
    LIMNO_TRY(output_.PrintData(
        FormatDiagnosis(engines, done ? TextRows() : steps, SummaryStyle(output_))));
  } else {
    const std::string sql = arguments_.fix ? "FROM delta_downgrades" : "FROM delta_compatibility";
    LIMNO_ASSIGN(const std::unique_ptr<Rows> head,
                 lake_.Query(sql + of_table + " LIMIT 0", CellFormat::kText));
    LIMNO_TRY(output_.PrintData(JsonLines(head->columns(), arguments_.fix ? steps : engines)));
  }
  const bool complete = std::all_of(engines.begin(), engines.end(), [](const auto& row) {
    return row[2].text == "true" && row[3].text == "true";
  });
  return arguments_.engines.empty() || complete ? base::kExitDone : base::kExitRefused;
}

Result<void> LakeCommand::PrintTextRows(const std::string& sql) {
  LIMNO_ASSIGN(const std::unique_ptr<Rows> rows, lake_.Query(sql, output_.cell_format()));
  return output_.PrintRows(*rows);
}

/// What versions did to the rows, then which files still hold them.
Result<int> LakeCommand::RunRowHistory() {
  LIMNO_ASSIGN(const std::string table, TableSql(arguments_.subject));
  const std::string of_rows =
      "(" + QuoteText(table) + ", " + QuoteText(arguments_.rows_where) + ")";
  LIMNO_TRY(
      PrintTextRows("FROM delta_row_history" + of_rows + " ORDER BY version DESC" +
                    (arguments_.limit > 0 ? " LIMIT " + std::to_string(arguments_.limit) : "")));
  const std::string files = "FROM delta_row_files" + of_rows;
  LIMNO_ASSIGN(
      const TextRows counts,
      RowsOf("SELECT count(*), count(*) FILTER (rows > 0), count(*) FILTER (rows IS NULL) " +
             files));
  const std::vector<Cell>& count = counts.front();
  if (count[1].text == "0" && count[2].text == "0") {
    output_.Say("no file in the table's folder holds such rows (" + count[0].text +
                " looked into)");
    return base::kExitDone;
  }
  output_.Say(count[1].text + " of " + count[0].text + " files hold such rows" +
              (count[2].text == "0" ? "" : ", " + count[2].text + " cannot be read") + ":");
  LIMNO_TRY(PrintTextRows(files + " WHERE rows > 0 OR rows IS NULL ORDER BY path"));
  return base::kExitDone;
}

Result<int> LakeCommand::Run() {
  if (arguments_.command == "load") {
    return RunLoad();
  }
  if (arguments_.command == "run") {
    return RunProject();
  }
  if (arguments_.command == "sql") {
    return RunSql();
  }
  if (arguments_.command == "fsck") {
    return RunFsck();
  }
  if (arguments_.command == "doctor") {
    return RunDoctor();
  }
  if (arguments_.command == "history" && !arguments_.rows_where.empty()) {
    return RunRowHistory();
  }
  LIMNO_ASSIGN(const std::string sql, StatementFor(arguments_));
  return RunStatement(sql, arguments_.command == "detail" || arguments_.command == "optimize");
}

Result<int> RunInit(const Arguments& arguments, const Output& output) {
  LIMNO_ASSIGN(const std::vector<std::string> files, WriteProject(arguments.subject));
  for (const std::string& file : files) {
    output.Say("wrote " + file);
  }
  output.Say(arguments.subject.empty() ? "next: limno run"
                                       : "next: limno -C " + arguments.subject + " run");
  return 0;
}

bool WantsShell(const Arguments& arguments, const Output& output) {
  return arguments.command == "sql" && !arguments.sql_given && arguments.sql_file.empty() &&
         output.terminal().input_is_terminal;
}

Result<int> RunInLake(const Arguments& arguments, const Output& output) {
  LIMNO_ASSIGN(const std::unique_ptr<Lake> lake, LoadAndOpenLake(arguments.global.lake));
  if (WantsShell(arguments, output)) {
    RunShell(*lake, output);
    return 0;
  }
  const InterruptWatch watch(*lake);
  return LakeCommand(arguments, output, *lake).Run();
}

}  // namespace

int RunCommand(const Arguments& arguments, const Output& output) {
  Result<int> code = 0;
  if (arguments.command == "init") {
    code = RunInit(arguments, output);
  } else if (arguments.command == "completion") {
    const auto printed = output.PrintData(CompletionScript(arguments.subject));
    code = printed ? Result<int>(0) : Fail(printed.error());
  } else {
    code = RunInLake(arguments, output);
  }
  if (!code) {
    output.PrintError(code.error());
  }
  const int ends_with = code ? *code : base::ExitCode(code.error().kind);
  const int by_signal = InterruptWatch::ExitCode();
  return ends_with == base::kExitInterrupted && by_signal != 0 ? by_signal : ends_with;
}

}  // namespace limno::cli
