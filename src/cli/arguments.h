// The command line as a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "limno/lake.h"
#include "limno/result.h"

namespace limno::cli {

/// What holds for every command.
struct GlobalArguments {
  LakeOptions lake;
  bool json = false;
  bool table = false;
  bool quiet = false;
};

struct Arguments {
  GlobalArguments global;
  /// "" if the command line is answered already (help, version).
  std::string command;

  /// init: the folder. completion: the shell. Others: TABLE.
  std::string subject;
  LoadOptions load;
  RunOptions run;
  /// sql
  std::string sql;
  bool sql_given = false;
  std::string sql_file;
  /// show
  uint64_t rows = 0;
  /// history
  uint64_t limit = 0;
  /// alter: words of the clause
  std::vector<std::string> change;
  /// history: SQL text of a condition
  std::string rows_where;
  /// optimize
  std::vector<std::string> zorder;
  std::string where;
  bool full = false;
  /// vacuum: hours
  std::optional<uint64_t> retain_hours;
  bool dry_run = false;
  bool lite = false;
  /// restore
  std::optional<int64_t> version;
  std::string timestamp;
  /// fsck
  bool repair = false;
  bool drop_damaged = false;
  bool deep = false;
  /// doctor
  std::vector<std::string> engines;
  bool fix = false;
  /// fsck --repair, doctor --fix: do it, not only say what would be done
  bool yes = false;
};

/// What came of parsing: arguments to run, or a text that was asked for (help, version).
struct Parsed {
  Arguments arguments;
  std::string answer;
};

/// kUsage with what is wrong and the nearest right word.
Result<Parsed> ParseArguments(int count, const char* const* words);

/// Names of the commands, and the options of each ("" for the global ones): for completion.
struct CommandWords {
  std::string name;
  std::string description;
  std::vector<std::string> options;
};
std::vector<CommandWords> DescribeCommands();

/// "168h", "7d", "168" -> hours. kUsage.
Result<uint64_t> ParseHours(const std::string& text);
/// "512MB", "2GiB", "1000000" -> bytes. kUsage.
Result<uint64_t> ParseBytes(const std::string& text);

}  // namespace limno::cli
