// INSERT as Spark has it beyond DuckDB: what it replaces, partitions, schema evolution.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/statement_parser.h"
#include "limno/result.h"

namespace limno::engine {

struct Insert {
  TableTarget table;
  /// What was there goes: all of it, the named partitions, or what replace_where says.
  bool overwrite = false;
  /// The table gains the columns that the query has and it has not.
  bool evolve_schema = false;
  bool by_name = false;
  /// Empty: all columns, in order.
  std::vector<std::string> columns;
  /// PARTITION (column = value, column): SQL text of the value; nullopt: as the rows say.
  std::vector<std::pair<std::string, std::optional<std::string>>> partition;
  /// SQL text of the condition; empty without REPLACE WHERE.
  std::string replace_where;
  /// SQL text, WITH included.
  std::string query;
};

/// INSERT OVERWRITE, INSERT ... PARTITION (...), INSERT INTO t REPLACE WHERE, INSERT WITH SCHEMA
/// EVOLUTION, also with WITH before them; nullopt for every INSERT that DuckDB knows.
Result<std::optional<Insert>> ParseInsert(const Statement& statement);

}  // namespace limno::engine
