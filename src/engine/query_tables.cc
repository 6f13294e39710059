#include "engine/query_tables.h"

#include <charconv>
#include <set>

#include "base/name_match.h"
#include "duckdb/parser/expression/subquery_expression.hpp"
#include "duckdb/parser/parsed_expression_iterator.hpp"
#include "duckdb/parser/parser.hpp"
#include "duckdb/parser/query_node.hpp"
#include "duckdb/parser/statement/select_statement.hpp"
#include "duckdb/parser/tableref/basetableref.hpp"
#include "engine/errors.h"
#include "engine/spark_spelling.h"
#include "engine/statement_parser.h"

namespace limno::engine {
namespace {

class TableVisitor {
 public:
  explicit TableVisitor(const std::function<void(duckdb::BaseTableRef&)>& visit) : visit_(visit) {}

  void VisitNode(duckdb::QueryNode& node) {
    std::vector<std::string> added;
    for (const auto& [name, cte] : node.cte_map.map) {
      if (cte_names_.insert(base::FoldCase(name)).second) {
        added.push_back(base::FoldCase(name));
      }
    }
    for (const auto& [name, cte] : node.cte_map.map) {
      VisitNode(*cte->query->node);
    }
    duckdb::ParsedExpressionIterator::EnumerateQueryNodeChildren(
        node,
        [&](duckdb::unique_ptr<duckdb::ParsedExpression>& expression) {
          VisitExpression(*expression);
        },
        [&](duckdb::TableRef& reference) { VisitReference(reference); });
    for (const std::string& name : added) {
      cte_names_.erase(name);
    }
  }

 private:
  void VisitExpression(duckdb::ParsedExpression& expression) {
    if (expression.GetExpressionClass() == duckdb::ExpressionClass::SUBQUERY) {
      VisitNode(*expression.Cast<duckdb::SubqueryExpression>().subquery->node);
    }
    duckdb::ParsedExpressionIterator::EnumerateChildren(
        expression, [&](duckdb::ParsedExpression& child) { VisitExpression(child); });
  }

  void VisitReference(duckdb::TableRef& reference) {
    if (reference.type != duckdb::TableReferenceType::BASE_TABLE) {
      return;
    }
    auto& table = reference.Cast<duckdb::BaseTableRef>();
    const bool bare = table.schema_name.empty() && table.catalog_name.empty();
    if (bare && cte_names_.count(base::FoldCase(table.table_name)) > 0) {
      return;
    }
    // One reference may be offered twice, once through a CTE and once through its node.
    if (seen_.insert(&table).second) {
      visit_(table);
    }
  }

  const std::function<void(duckdb::BaseTableRef&)>& visit_;
  std::set<std::string> cte_names_;
  std::set<duckdb::BaseTableRef*> seen_;
};

}  // namespace

void VisitTables(duckdb::SelectStatement& select,
                 const std::function<void(duckdb::BaseTableRef&)>& visit) {
  TableVisitor(visit).VisitNode(*select.node);
}

Result<duckdb::unique_ptr<duckdb::SelectStatement>> ParseSelect(const std::string& sql) {
  const auto statements = SplitStatements(sql);
  if (statements.size() != 1) {
    return Fail(ErrorKind::kUsage,
                statements.empty() ? "there is no query" : "expected one query, found several");
  }
  duckdb::Parser parser;
  try {
    parser.ParseQuery(RewriteSpark(statements[0]));
  } catch (const std::exception& exception) {
    const duckdb::ErrorData data(exception);
    Error error = FromDuck(data);
    error.kind = ErrorKind::kUsage;
    if (const auto position = data.ExtraInfo().find("position");
        position != data.ExtraInfo().end()) {
      size_t offset = 0;
      const std::string& text = position->second;
      std::from_chars(text.data(), text.data() + text.size(), offset);
      error.where = LineAndColumn(sql, statements[0].offset + offset);
    }
    return Fail(std::move(error));
  }
  if (parser.statements.size() != 1 ||
      parser.statements[0]->type != duckdb::StatementType::SELECT_STATEMENT) {
    return Fail(ErrorKind::kUsage, "expected a SELECT", "1:1");
  }
  return duckdb::unique_ptr_cast<duckdb::SQLStatement, duckdb::SelectStatement>(
      std::move(parser.statements[0]));
}

}  // namespace limno::engine
