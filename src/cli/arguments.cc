#include "cli/arguments.h"

#include <CLI/CLI.hpp>
#include <map>
#include <memory>

#include "base/name_match.h"

namespace limno::cli {

namespace {

constexpr const char* kFooter = R"(
Exit codes: 0 done, 1 data refused (a file skipped, a check failed), 2 wrong usage, configuration
or an internal error, 75 temporary, try again, 130 interrupted.
TABLE is namespace.name, or the folder of any Delta table.)";

/// The texts that CLI11 fills and that are read after parsing.
struct RawTexts {
  std::string memory;
  std::string retain;
  std::string header;
  std::vector<std::string> columns;
  bool no_sync = false;
  bool no_provenance = false;
  bool stop_on_error = false;
};

/// Builds the parser; owns what it fills.
class Parser {
 public:
  Parser() : app_("Limno: the lakehouse in one binary", "limno") {
    app_.set_version_flag("--version", std::string("limno ") + LIMNO_VERSION);
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.set_help_flag("-h,--help", "Print this help and exit");
    AddGlobalOptions();
    AddWritingCommands();
    AddReadingCommands();
    AddMaintenanceCommands();
    // Last, or every command inherits it.
    app_.footer(kFooter);
  }

  Result<Parsed> Parse(int count, const char* const* words);
  CLI::App& app() { return app_; }

 private:
  void AddGlobalOptions();
  void AddWritingCommands();
  void AddReadingCommands();
  void AddMaintenanceCommands();
  void AddExaminations();
  CLI::App* AddTableCommand(const std::string& name, const std::string& description);
  Result<void> CheckCommandName(int count, const char* const* words) const;
  Result<void> ReadRawTexts();

  CLI::App app_;
  Arguments arguments_;
  RawTexts raw_;
};

void Parser::AddGlobalOptions() {
  GlobalArguments& global = arguments_.global;
  app_.add_option("-C", global.lake.project, "Look for limno.yml from this folder upwards")
      ->type_name("DIR");
  app_.add_option("--lake", global.lake.lake, "Folder of the lake")->type_name("PATH");
  app_.add_flag("--json", global.json, "JSON lines on standard output, also at a terminal");
  app_.add_flag("--table", global.table, "A drawn table on standard output, also in a pipe");
  app_.add_flag("-q,--quiet", global.quiet, "No progress and no messages but errors");
  app_.add_option("--memory", raw_.memory, "Memory to use, like 512MB (default 1GiB)")
      ->type_name("SIZE");
  app_.add_option("--threads", global.lake.threads, "Threads to use (default: all processors)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  app_.add_flag("--no-sync", raw_.no_sync, "Do not wait for the disk: only for scratch lakes");
}

void Parser::AddWritingCommands() {
  CLI::App* init = app_.add_subcommand("init", "Start a project: limno.yml and an example model");
  init->add_option("DIR", arguments_.subject, "Folder, made if it is missing (default: this one)");

  CLI::App* load =
      app_.add_subcommand("load", "Load files, folders, URLs or archives into a table");
  LoadOptions& options = arguments_.load;
  load->add_option("FROM", options.from,
                   "Files, globs, folders, URLs, archives, @list, - for standard input")
      ->required();
  load->add_option("--into", options.into, "The table")->type_name("NS.TABLE")->required();
  load->add_option("--format", options.format, "csv or parquet (default: found out)")
      ->check(CLI::IsMember({"csv", "parquet"}));
  load->add_option("--header", raw_.header, "Whether the first line names the columns")
      ->check(CLI::IsMember({"yes", "no"}));
  load->add_option("--skip-lines", options.skip_lines, "Lines above the table to leave out")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
  load->add_option("--delimiter", options.delimiter, "What separates values")->type_name("SIGN");
  load->add_option("--encoding", options.encoding, "utf-8, utf-16 or latin-1")
      ->check(CLI::IsMember({"utf-8", "utf-16", "latin-1"}));
  load->add_option("--null", options.null_values, "A text that means NULL")
      ->type_name("TEXT")
      ->allow_extra_args(false);
  load->add_option("--column", raw_.columns, "Type of a column, like price=DECIMAL(10,2)")
      ->type_name("NAME=TYPE")
      ->allow_extra_args(false);
  load->add_option("--partition-by", options.partition_by, "Columns to partition a new table by")
      ->type_name("COLUMN")
      ->allow_extra_args(false)
      ->delimiter(',');
  load->add_flag("--no-provenance", raw_.no_provenance,
                 "No columns that say where a row came from");
  load->add_flag("--stop-on-error", raw_.stop_on_error, "Stop at the first bad file");

  CLI::App* run = app_.add_subcommand("run", "Load the sources and make the models of the project");
  run->add_option("-s,--select", arguments_.run.select,
                  "Only these: a name, a pattern with *, +name with what it needs, name+ with what "
                  "needs it")
      ->type_name("NAME")
      ->allow_extra_args(false);
  run->add_flag("--full-refresh", arguments_.run.full_refresh,
                "Make the tables anew from all rows");
  run->add_flag("--dry-run", arguments_.run.dry_run, "Only say what would be done, and why");
}

void Parser::AddReadingCommands() {
  CLI::App* sql =
      app_.add_subcommand("sql", "Run SQL: an argument, a file, standard input, a shell");
  sql->add_option("SQL", arguments_.sql, "Statements, separated by ;");
  sql->add_option("-f,--file", arguments_.sql_file, "Read the statements from a file")
      ->type_name("FILE");
  app_.add_subcommand("tables", "List tables and views");
  CLI::App* show = AddTableCommand("show", "Show a table's columns, or its first rows");
  show->add_option("--rows", arguments_.rows, "Show this many rows")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
  CLI::App* history = AddTableCommand("history", "Show what was done to a table");
  history->add_option("--limit", arguments_.limit, "Only the newest versions")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
  history
      ->add_option("--rows", arguments_.rows_where,
                   "In which versions rows that satisfy this came, changed and went")
      ->type_name("SQL");
  AddTableCommand("detail", "Show where a table is, how big it is and what it needs");
}

void Parser::AddMaintenanceCommands() {
  CLI::App* alter = AddTableCommand("alter", "Change columns, properties and features of a table");
  alter->add_option("CHANGE", arguments_.change, "What SQL has behind ALTER TABLE name")
      ->required();
  CLI::App* optimize = AddTableCommand("optimize", "Join small files; sort rows together");
  optimize->add_option("--zorder", arguments_.zorder, "Columns to sort together by")
      ->type_name("COLUMN")
      ->allow_extra_args(false)
      ->delimiter(',');
  optimize->add_option("--where", arguments_.where, "Only files that hold such rows")
      ->type_name("SQL");
  optimize->add_flag("--full", arguments_.full, "Also what is large enough or in order already");
  CLI::App* vacuum = AddTableCommand("vacuum", "Delete files that no kept version needs");
  vacuum->add_option("--retain", raw_.retain, "Keep versions of this time (default 168h)")
      ->type_name("TIME");
  vacuum->add_flag("--lite", arguments_.lite, "Go by the log alone, without a look at the folder");
  vacuum->add_flag("--dry-run", arguments_.dry_run, "Only list the files");
  CLI::App* restore = AddTableCommand("restore", "Make an older version the newest");
  auto* version =
      restore->add_option("--version", arguments_.version, "The version")->type_name("N");
  restore->add_option("--timestamp", arguments_.timestamp, "The version of that time")
      ->type_name("TIME")
      ->excludes(version);
  AddExaminations();
  CLI::App* completion = app_.add_subcommand("completion", "Print a completion script for a shell");
  completion->add_option("SHELL", arguments_.subject, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
}

void Parser::AddExaminations() {
  CLI::App* fsck = AddTableCommand("fsck", "Find what is wrong with a table, and put it right");
  CLI::Option* repair = fsck->add_flag("--repair", arguments_.repair,
                                       "Say what a repair would do; with --yes, do it");
  fsck->add_flag("--drop-damaged", arguments_.drop_damaged,
                 "Repair: files and deletion vectors that cannot be read go, too")
      ->needs(repair);
  fsck->add_flag("--deep", arguments_.deep, "Read the rows, not only what files say of them");
  fsck->add_flag("--yes", arguments_.yes, "Really repair")->needs(repair);
  CLI::App* doctor = AddTableCommand(
      "doctor", "Say which engines can read and write a table, and what would help");
  doctor->add_option("--for", arguments_.engines, "Only these engines, like spark-4,polars,duckdb")
      ->type_name("ENGINE")
      ->allow_extra_args(false)
      ->delimiter(',');
  CLI::Option* fix = doctor->add_flag("--fix", arguments_.fix,
                                      "List the statements that would help; with --yes, run them");
  doctor->add_flag("--yes", arguments_.yes, "Really run them")->needs(fix);
}

CLI::App* Parser::AddTableCommand(const std::string& name, const std::string& description) {
  CLI::App* command = app_.add_subcommand(name, description);
  command->add_option("TABLE", arguments_.subject, "namespace.name or a folder")->required();
  return command;
}

/// CLI11 calls a mistyped command an unexpected argument; this tells which one was meant.
Result<void> Parser::CheckCommandName(int count, const char* const* words) const {
  static const std::vector<std::string> kWithValue = {"-C", "--lake", "--memory", "--threads"};
  std::vector<std::string> names;
  for (const CLI::App* command : app_.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    if (std::find(kWithValue.begin(), kWithValue.end(), word) != kWithValue.end()) {
      ++i;
    } else if (!word.starts_with('-')) {
      if (std::find(names.begin(), names.end(), word) != names.end()) {
        return {};
      }
      std::string hint = base::NearestNameHint(word, names);
      return Fail(ErrorKind::kUsage, "there is no command '" + word + "'", "",
                  hint.empty() ? "`limno --help` lists the commands" : hint);
    }
  }
  return {};
}

Result<void> Parser::ReadRawTexts() {
  LakeOptions& lake = arguments_.global.lake;
  lake.sync = !raw_.no_sync;
  if (!raw_.memory.empty()) {
    LIMNO_ASSIGN(lake.memory_limit_bytes, ParseBytes(raw_.memory));
  }
  if (!raw_.retain.empty()) {
    LIMNO_ASSIGN(arguments_.retain_hours, ParseHours(raw_.retain));
  }
  LoadOptions& load = arguments_.load;
  load.header_given = !raw_.header.empty();
  load.header = raw_.header != "no";
  load.provenance = !raw_.no_provenance;
  load.continue_on_error = !raw_.stop_on_error;
  for (const std::string& column : raw_.columns) {
    const size_t equals = column.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == column.size()) {
      return Fail(ErrorKind::kUsage, "'" + column + "' is no column with its type", "--column",
                  "write it like price=DECIMAL(10,2)");
    }
    load.columns[column.substr(0, equals)] = column.substr(equals + 1);
  }
  if (arguments_.command == "restore" && !arguments_.version && arguments_.timestamp.empty()) {
    return Fail(ErrorKind::kUsage, "restore needs to know which version", "",
                "add --version N or --timestamp TIME; `limno history TABLE` lists them");
  }
  return {};
}

Result<Parsed> Parser::Parse(int count, const char* const* words) {
  if (count <= 1) {
    return Parsed{{}, app_.help()};
  }
  LIMNO_TRY(CheckCommandName(count, words));
  try {
    app_.parse(count, words);
  } catch (const CLI::CallForVersion&) {
    return Parsed{{}, std::string("limno ") + LIMNO_VERSION + "\n"};
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app_.get_subcommands();
    return Parsed{{}, chosen.empty() ? app_.help() : chosen.front()->help("limno")};
  } catch (const CLI::ParseError& error) {
    const auto chosen = app_.get_subcommands();
    const std::string help = chosen.empty() ? "limno" : "limno " + chosen.front()->get_name();
    return Fail(ErrorKind::kUsage, error.what(), "", "see `" + help + " --help`");
  }
  CLI::App* const command = app_.get_subcommands().front();
  arguments_.command = command->get_name();
  if (arguments_.command == "sql") {
    arguments_.sql_given = command->count("SQL") > 0;
  }
  LIMNO_TRY(ReadRawTexts());
  return Parsed{arguments_, ""};
}

}  // namespace

Result<Parsed> ParseArguments(int count, const char* const* words) {
  Parser parser;
  return parser.Parse(count, words);
}

std::vector<CommandWords> DescribeCommands() {
  Parser parser;
  const auto options_of = [](const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options()) {
      for (const std::string& name : option->get_lnames()) {
        names.push_back("--" + name);
      }
    }
    return names;
  };
  std::vector<CommandWords> commands = {{"", "", options_of(parser.app())}};
  for (const CLI::App* command :
       parser.app().get_subcommands([](const CLI::App*) { return true; })) {
    commands.push_back({command->get_name(), command->get_description(), options_of(*command)});
  }
  return commands;
}

}  // namespace limno::cli
