// Clauses of CREATE TABLE that DuckDB's parser has no place for. They travel through it as options
// of the table, which MetadataFromCreate (table_definition) takes out again.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/sql_lexer.h"
#include "limno/result.h"

namespace limno::engine {

/// `limno.clause.KIND.PLACE` = text.
inline constexpr char kClausePrefix[] = "limno.clause.";

enum class ClauseKind {
  /// Of the column at that index (from 0): text in Spark's SQL.
  kDefault,
  kGenerated,
  kComment,
  /// Of fields within that column: FormatInnerClause. The name tells several apart.
  kInner,
  /// "always|by_default START STEP".
  kIdentity,
  /// The name is the place: a condition in Spark's SQL.
  kCheck,
  /// Of the table; the place is empty.
  kTableComment,
};

struct TableClause {
  ClauseKind kind = ClauseKind::kComment;
  size_t column = 0;
  /// kCheck, kInner.
  std::string name;
  std::string text;
};

/// As option of the table.
std::string ClauseOption(const TableClause& clause);
/// The clause that such an option stands for; nullopt for other options.
std::optional<TableClause> ParseClauseOption(const std::string& option, const std::string& text);

/// A CREATE TABLE of the lake in Spark's spelling as DuckDB parses it:
///   CREATE [OR REPLACE] TABLE [IF NOT EXISTS] t
///   [(column type, with NOT NULL and COMMENT on fields within it, [NOT NULL] [DEFAULT e] [COMMENT
///   'c'] [CHECK (e)]
///     [[GENERATED ALWAYS] AS (e) | GENERATED {ALWAYS | BY DEFAULT} AS IDENTITY [(...)]], ...,
///     [CONSTRAINT name] CHECK (e))]
///   [USING DELTA] [PARTITIONED BY (...)] [CLUSTER BY (...)] [COMMENT 'c'] [TBLPROPERTIES (...)]
///   [AS query]
/// With USING DELTA types mean what they mean in Spark. nullopt if it needs no change; kUsage with
/// line:column, kUnsupported for keys, which a lake cannot enforce.
Result<std::optional<std::string>> RewriteCreateTable(const Statement& statement);

}  // namespace limno::engine
