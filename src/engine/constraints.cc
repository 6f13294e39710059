#include "engine/constraints.h"

#include <fmt/format.h>

#include "base/name_match.h"
#include "engine/errors.h"
#include "engine/spark_sql.h"
#include "engine/statement_run.h"
#include "table/row_rule.h"

namespace limno::engine {
namespace {

/// How many rows the expression is not true for.
Result<int64_t> CountBroken(duckdb::Connection& connection, const TableTarget& table,
                            const std::string& expression) {
  LIMNO_ASSIGN(const auto parsed, ParseSparkExpression(expression));
  const auto result =
      RunText(connection, fmt::format("SELECT count(*) FROM {} WHERE (({})::BOOLEAN) IS NOT TRUE",
                                      table.ToSql(), parsed->ToString()));
  if (result->HasError()) {
    return Fail(FromDuck(result->GetErrorObject()));
  }
  return result->GetValue(0, 0).GetValue<int64_t>();
}

}  // namespace

std::string ConstraintProperty(const std::string& name) {
  return std::string(table::kConstraintPrefix) + base::FoldCase(name);
}

Result<void> StageConstraint(duckdb::Connection& connection, TableState& state,
                             const AddConstraint& statement) {
  table::Metadata metadata = state.metadata();
  const std::string property = ConstraintProperty(statement.name);
  if (metadata.properties.contains(property)) {
    return Fail(ErrorKind::kAlreadyExists, "constraint " + statement.name + " exists already",
                state.name(), "drop it first");
  }
  LIMNO_ASSIGN(const int64_t broken,
               CountBroken(connection, statement.table, statement.expression));
  if (broken > 0) {
    return Fail(ErrorKind::kRefused,
                fmt::format("{} row{} of the table break{} CHECK constraint {} ({})", broken,
                            broken == 1 ? "" : "s", broken == 1 ? "s" : "", statement.name,
                            statement.expression),
                state.name(), "correct or delete them first");
  }
  metadata.properties[property] = statement.expression;
  state.StageMetadata(std::move(metadata));
  state.StageOperation("ADD CONSTRAINT", {{"name", statement.name}, {"expr", statement.expression}},
                       {});
  return {};
}

Result<void> StageNoConstraint(TableState& state, const DropConstraint& statement) {
  table::Metadata metadata = state.metadata();
  const std::string property = ConstraintProperty(statement.name);
  const auto found = metadata.properties.find(property);
  if (found == metadata.properties.end()) {
    if (statement.if_exists) {
      return {};
    }
    std::vector<std::string> names;
    for (const auto& [name, value] : metadata.properties) {
      if (name.starts_with(table::kConstraintPrefix)) {
        names.push_back(name.substr(table::kConstraintPrefix.size()));
      }
    }
    return Fail(ErrorKind::kNotFound, "no constraint " + statement.name, state.name(),
                base::NearestNameHint(statement.name, names));
  }
  const std::string expression = found->second;
  metadata.properties.erase(found);
  state.StageMetadata(std::move(metadata));
  state.StageOperation("DROP CONSTRAINT", {{"name", statement.name}, {"expr", expression}}, {});
  return {};
}

}  // namespace limno::engine
