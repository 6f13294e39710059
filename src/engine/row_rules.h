// What a table demands of its rows, applied to chunks before they are written: generated columns
// are computed, constraints are checked.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/duck.h"
#include "engine/table_state.h"

namespace limno::engine {

/// Which columns of the table a statement gives values for; empty: all.
using GivenColumns = std::vector<bool>;

/// The rules of a table and the condition of the statement, bound to rows with its columns in the
/// order of the schema. Immutable; shared by threads, each of which has a RowRuleRun of its own.
class RowRules {
 public:
  struct Rule {
    table::RowRule rule;
    duckdb::unique_ptr<duckdb::Expression> expression;
    /// Generated: the column.
    size_t column = 0;
    /// The columns that the expression reads.
    std::vector<size_t> reads;
    /// kCheck: what is said of a row before its values.
    std::string broken;
  };

  /// Throws kUnsupported for rules that cannot be checked here: such a table cannot be written.
  RowRules(ClientContext& context, const TableState& table);

  bool empty() const { return rules_.empty(); }
  const std::vector<Rule>& rules() const { return rules_; }
  const std::vector<std::string>& column_names() const { return names_; }
  const std::string& table_name() const { return table_name_; }

 private:
  std::string table_name_;
  std::vector<std::string> names_;
  std::vector<Rule> rules_;
};

class RowRuleRun {
 public:
  /// `rules` outlives it.
  RowRuleRun(ClientContext& context, const RowRules& rules);

  /// Computes the generated columns that were not given, in place; throws kRefused for a row that
  /// breaks a rule, naming the rule and the row's values.
  void Apply(DataChunk& rows, const GivenColumns& given);

 private:
  void Generate(const RowRules::Rule& rule, duckdb::ExpressionExecutor& executor, DataChunk& rows,
                bool given);
  void Check(const RowRules::Rule& rule, duckdb::ExpressionExecutor& executor, DataChunk& rows);
  std::string Describe(const RowRules::Rule& rule, DataChunk& rows, idx_t row) const;

  const RowRules& rules_;
  std::vector<std::unique_ptr<duckdb::ExpressionExecutor>> executors_;
};

}  // namespace limno::engine
