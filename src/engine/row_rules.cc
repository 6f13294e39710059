#include "engine/row_rules.h"

#include <algorithm>

#include "duckdb/common/vector_operations/vector_operations.hpp"
#include "duckdb/parser/column_list.hpp"
#include "duckdb/parser/parser.hpp"
#include "duckdb/planner/binder.hpp"
#include "duckdb/planner/expression_binder/check_binder.hpp"
#include "engine/errors.h"
#include "engine/spark_sql.h"
#include "engine/types.h"

namespace limno::engine {
namespace {

using Kind = table::RowRule::Kind;

/// Binds a parsed expression to the columns.
RowRules::Rule BindExpression(ClientContext& context, const TableState& table,
                              const duckdb::ColumnList& columns,
                              duckdb::unique_ptr<duckdb::ParsedExpression> expression,
                              const LogicalType& type) {
  RowRules::Rule bound;
  const auto binder = duckdb::Binder::CreateBinder(context);
  duckdb::physical_index_set_t reads;
  duckdb::CheckBinder check(*binder, context, table.name(), columns, reads);
  check.target_type = type;
  bound.expression = check.Bind(expression);
  for (const duckdb::PhysicalIndex& column : reads) {
    bound.reads.push_back(column.index);
  }
  std::sort(bound.reads.begin(), bound.reads.end());
  return bound;
}

/// Binds the rule's text to the columns. A rule that cannot be understood is an error of the table,
/// and must say which one it is.
RowRules::Rule BindRule(ClientContext& context, const TableState& table,
                        const duckdb::ColumnList& columns, table::RowRule rule) {
  const bool generated = rule.kind == Kind::kGenerated;
  const size_t column = generated ? *table.metadata().schema.IndexOf(rule.name) : 0;
  const LogicalType type = generated ? columns.GetColumn(duckdb::PhysicalIndex(column)).Type()
                                     : LogicalType(LogicalType::BOOLEAN);
  const auto refuse = [&](Error error) {
    error.kind = ErrorKind::kUnsupported;
    error.where = table.name() + ": " + rule.name;
    ThrowError(error);
  };
  auto expression = ParseSparkExpression(rule.expression);
  if (!expression) {
    refuse(expression.error());
  }
  RowRules::Rule bound;
  try {
    bound = BindExpression(context, table, columns, *std::move(expression), type);
  } catch (const std::exception& exception) {
    refuse(FromDuck(duckdb::ErrorData(exception)));
  }
  bound.column = column;
  bound.broken =
      "CHECK constraint " + rule.name + " (" + rule.expression + ") is broken by the row ";
  bound.rule = std::move(rule);
  return bound;
}

/// The condition of REPLACE WHERE, in the SQL of the statement.
RowRules::Rule BindCondition(ClientContext& context, const TableState& table,
                             const duckdb::ColumnList& columns) {
  auto parsed = duckdb::Parser::ParseExpressionList(table.row_condition());
  if (parsed.size() != 1) {
    ThrowError({ErrorKind::kUsage, "REPLACE WHERE takes one condition", table.name(), ""});
  }
  RowRules::Rule bound =
      BindExpression(context, table, columns, std::move(parsed[0]), LogicalType::BOOLEAN);
  bound.broken = "REPLACE WHERE (" + table.row_condition() + ") does not hold for the new row ";
  return bound;
}

}  // namespace

RowRules::RowRules(ClientContext& context, const TableState& table) : table_name_(table.name()) {
  auto rules = Unwrap(table.table().RowRules(table.metadata()));
  if (rules.empty() && table.row_condition().empty()) {
    return;
  }
  duckdb::ColumnList columns;
  for (const table::Field& field : table.metadata().schema.fields) {
    columns.AddColumn(duckdb::ColumnDefinition(field.name, Unwrap(ToDuck(field.type))));
    names_.push_back(field.name);
  }
  // Constraints see what was generated.
  std::stable_partition(rules.begin(), rules.end(),
                        [](const table::RowRule& rule) { return rule.kind == Kind::kGenerated; });
  for (table::RowRule& rule : rules) {
    rules_.push_back(BindRule(context, table, columns, std::move(rule)));
  }
  if (!table.row_condition().empty()) {
    rules_.push_back(BindCondition(context, table, columns));
  }
}

RowRuleRun::RowRuleRun(ClientContext& context, const RowRules& rules) : rules_(rules) {
  for (const RowRules::Rule& rule : rules.rules()) {
    executors_.push_back(std::make_unique<duckdb::ExpressionExecutor>(context, *rule.expression));
  }
}

void RowRuleRun::Apply(DataChunk& rows, const GivenColumns& given) {
  for (size_t index = 0; index < executors_.size() && rows.size() > 0; ++index) {
    const RowRules::Rule& rule = rules_.rules()[index];
    if (rule.rule.kind == Kind::kCheck) {
      Check(rule, *executors_[index], rows);
    } else {
      Generate(rule, *executors_[index], rows, given.empty() || given[rule.column]);
    }
  }
}

void RowRuleRun::Generate(const RowRules::Rule& rule, duckdb::ExpressionExecutor& executor,
                          DataChunk& rows, bool given) {
  duckdb::Vector computed(rule.expression->return_type, rows.size());
  executor.ExecuteExpression(rows, computed);
  if (given) {
    duckdb::SelectionVector differing(rows.size());
    const idx_t count = duckdb::VectorOperations::DistinctFrom(
        rows.data[rule.column], computed, nullptr, rows.size(), &differing, nullptr);
    if (count > 0) {
      const idx_t row = differing.get_index(0);
      ThrowError({ErrorKind::kRefused,
                  "column " + rule.rule.name + " is generated as " + rule.rule.expression +
                      ", which is " + computed.GetValue(row).ToString() + ", not " +
                      rows.GetValue(rule.column, row).ToString() + ", in the row " +
                      Describe(rule, rows, row),
                  rules_.table_name(), "leave the column out and it is computed"});
    }
  }
  rows.data[rule.column].Reference(computed);
}

void RowRuleRun::Check(const RowRules::Rule& rule, duckdb::ExpressionExecutor& executor,
                       DataChunk& rows) {
  duckdb::SelectionVector kept(rows.size());
  duckdb::SelectionVector broken(rows.size());
  // Not selected is what is false and what is NULL.
  const idx_t count = executor.SelectExpression(rows, kept, broken, nullptr, rows.size());
  if (count == rows.size()) {
    return;
  }
  const idx_t row = broken.get_index(0);
  ThrowError(
      {ErrorKind::kRefused, rule.broken + Describe(rule, rows, row), rules_.table_name(), ""});
}

std::string RowRuleRun::Describe(const RowRules::Rule& rule, DataChunk& rows, idx_t row) const {
  std::string text = "(";
  for (const size_t column : rule.reads) {
    text += (text.size() > 1 ? ", " : "") + rules_.column_names()[column] + " = " +
            rows.GetValue(column, row).ToString();
  }
  return text + ")";
}

}  // namespace limno::engine
