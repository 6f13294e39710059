// ALTER TABLE in Spark's spelling: what DuckDB has under another name is rewritten, what it has not
// is a list of column changes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/inner_clauses.h"
#include "engine/sql_lexer.h"
#include "engine/statement_parser.h"
#include "limno/result.h"

namespace limno::engine {

/// SET TBLPROPERTIES (...) as SET (...), UNSET TBLPROPERTIES [IF EXISTS] (...) as RESET (...);
/// nullopt for every other statement.
Result<std::optional<std::string>> RewriteAlterTable(const Statement& statement);

struct ColumnChange {
  enum class Kind { kAdd, kDrop, kType, kComment, kMove, kSetNotNull, kDropNotNull, kSyncIdentity };
  Kind kind = Kind::kAdd;
  /// From a column down to a field within it.
  std::vector<std::string> path;
  /// kAdd, kType: the type in DuckDB's spelling. kComment: the comment. kMove: the column to stand
  /// behind, empty for the front.
  std::string text;
  /// kAdd: IF NOT EXISTS. kDrop: IF EXISTS.
  bool conditional = false;
  /// kAdd: what the type's text leaves out.
  std::vector<InnerClause> inner = {};
};

struct AlterColumns {
  TableTarget table;
  std::vector<ColumnChange> changes;
};

/// What follows the table in
///   ADD COLUMN[S] [IF NOT EXISTS] ( a.b type [NOT NULL] [COMMENT 'c'] [FIRST | AFTER d], ... )
///   DROP COLUMN[S] [IF EXISTS] ( a, b.c )
///   {ALTER | CHANGE} [COLUMN] a.b [a.b] [type | TYPE type] [COMMENT 'c'] [FIRST | AFTER d]
///   {ALTER | CHANGE} [COLUMN] a.b {SET | DROP} NOT NULL
///   {ALTER | CHANGE} [COLUMN] a SYNC IDENTITY
/// nullopt, with the parser where it was, for what DuckDB parses itself; kUsage for what begins
/// like these and goes wrong.
Result<std::optional<std::vector<ColumnChange>>> TakeColumnChanges(StatementParser& parser);

}  // namespace limno::engine
