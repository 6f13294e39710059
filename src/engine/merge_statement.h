// MERGE WITH SCHEMA EVOLUTION, which DuckDB does not have.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/statement_parser.h"
#include "limno/result.h"

namespace limno::engine {

struct EvolvingMerge {
  TableTarget table;
  /// SQL text of what stands after USING.
  std::string source;
  /// A clause writes every column of the source...
  bool all_columns = false;
  /// ...or only these.
  std::vector<std::string> columns;
  /// The MERGE itself, in DuckDB's SQL.
  std::string sql;
};

/// nullopt for every other statement.
Result<std::optional<EvolvingMerge>> ParseEvolvingMerge(const Statement& statement);

/// DuckDB's spelling of the action of a MERGE clause at token `index` where Spark's is a star:
/// `UPDATE SET *` and `INSERT *` write columns by their names, which DuckDB's own stars do not. The
/// number of tokens it stands for is `length`; nullopt for other tokens.
struct MergeAction {
  std::string text;
  size_t length = 0;
};
std::optional<MergeAction> StarAction(const std::vector<Token>& tokens, size_t index);

}  // namespace limno::engine
