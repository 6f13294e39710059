// NOT NULL and COMMENT on fields within a column's type, which DuckDB's types cannot hold.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "limno/result.h"
#include "table/data_type.h"

namespace limno::engine {

struct InnerClause {
  /// From the column down: fields by their names, "element", "key" and "value".
  std::vector<std::string> path;
  bool not_null = false;
  std::optional<std::string> comment;
};

/// A column's type in DuckDB's spelling, and what that leaves out.
struct ColumnType {
  std::string text;
  std::vector<InnerClause> inner;
};

/// kUnsupported for NOT NULL within arrays and maps, which Spark does not write to.
Result<void> ApplyInnerClauses(table::Field& column, const std::vector<InnerClause>& clauses);

/// As one line of text, and back; nullopt for what is none.
std::string FormatInnerClause(const InnerClause& clause);
std::optional<InnerClause> ParseInnerClause(const std::string& text);

}  // namespace limno::engine
