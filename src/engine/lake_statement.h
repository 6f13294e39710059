// Statements that DuckDB does not have, parsed into values; and Spark's spellings of what it has.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/sql_lexer.h"
#include "limno/result.h"

namespace limno::engine {

/// `namespace.name`, or a path: delta.`/path`, delta('/path'), '/path'.
struct TableTarget {
  std::string name_space;
  std::string name;
  /// Not empty: the table at that path.
  std::string path;

  /// As a table in SQL text.
  std::string ToSql() const;
};

/// Reads a text as SQL reads the name of a table; a text that is no name is a path.
TableTarget ParseTableTarget(const std::string& text);

struct Optimize {
  TableTarget table;
  /// SQL text of the condition; empty: all files.
  std::string where;
  std::vector<std::string> zorder;
};
struct Vacuum {
  TableTarget table;
  std::optional<double> retain_hours;
  bool dry_run = false;
};
struct Restore {
  TableTarget table;
  std::optional<int64_t> version;
  /// SQL text of a timestamp expression; empty if a version is given.
  std::string timestamp;
};

struct AddConstraint {
  TableTarget table;
  std::string name;
  /// As written, which is how the table keeps it.
  std::string expression;
};
struct DropConstraint {
  TableTarget table;
  std::string name;
  bool if_exists = false;
};

using LakeStatement = std::variant<Optimize, Vacuum, Restore, AddConstraint, DropConstraint>;

/// The statement if it is one of ours, nullopt if it is DuckDB's business; kUsage, with
/// "line:column", if it begins like ours and goes wrong, or if a DESCRIBE HISTORY or DETAIL in it
/// does.
Result<std::optional<LakeStatement>> ParseLakeStatement(const Statement& statement);

/// Spark's spellings in DuckDB's; other text unchanged. `t VERSION AS OF n` is `t AT (VERSION =>
/// n)` and `t TIMESTAMP AS OF e` is `t AT (TIMESTAMP => e)`, also after FOR and with SYSTEM_VERSION
/// or SYSTEM_TIME. `DESCRIBE HISTORY t [LIMIT n]` and `DESCRIBE DETAIL t` select from
/// delta_history() and delta_detail(), as a statement, after AS or in parentheses.
std::string RewriteTimeTravel(const Statement& statement);

/// RewriteTimeTravel for a text that is one statement; others are returned as they are.
std::string RewriteQuery(const std::string& sql);

/// "line:column" (from 1) of a byte offset.
std::string LineAndColumn(std::string_view text, size_t offset);

}  // namespace limno::engine
