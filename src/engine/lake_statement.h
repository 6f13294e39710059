// Statements that DuckDB does not have, parsed into values; and Spark's spelling of time travel,
// rewritten into DuckDB's.
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

struct DescribeHistory {
  TableTarget table;
  std::optional<int64_t> limit;
};
struct DescribeDetail {
  TableTarget table;
};
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

using LakeStatement = std::variant<DescribeHistory, DescribeDetail, Optimize, Vacuum, Restore>;

/// The statement if it is one of ours, nullopt if it is DuckDB's business; kUsage, with
/// "line:column", if it begins like ours and goes wrong.
Result<std::optional<LakeStatement>> ParseLakeStatement(const Statement& statement);

/// `t VERSION AS OF n` -> `t AT (VERSION => n)`, `t TIMESTAMP AS OF e` -> `t AT (TIMESTAMP => e)`,
/// also after FOR and with SYSTEM_VERSION / SYSTEM_TIME; other text unchanged.
std::string RewriteTimeTravel(const Statement& statement);

/// "line:column" (from 1) of a byte offset.
std::string LineAndColumn(std::string_view text, size_t offset);

}  // namespace limno::engine
