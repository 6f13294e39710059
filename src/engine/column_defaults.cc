#include "engine/column_defaults.h"

#include <map>

#include "base/name_match.h"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "duckdb/parser/expression/function_expression.hpp"
#include "duckdb/planner/binder.hpp"
#include "duckdb/planner/expression_binder/constant_binder.hpp"
#include "engine/errors.h"
#include "engine/spark_sql.h"
#include "engine/types.h"
#include "table/column_annotations.h"

namespace limno::engine {

Result<duckdb::unique_ptr<duckdb::ParsedExpression>> DefaultOf(const table::Field& field) {
  const auto text = table::AnnotatedText(field, table::kDefaultAnnotation);
  if (!text) {
    return nullptr;
  }
  auto expression = ParseSparkExpression(*text, SparkFunctions::kAlsoVolatile);
  if (!expression) {
    Error error = expression.error();
    error.kind = ErrorKind::kUnsupported;
    error.where = "the default of column " + field.name + " (" + *text + ")";
    return Fail(std::move(error));
  }
  return expression;
}

Result<void> CheckColumnDefault(ClientContext& context, const table::Field& field) {
  LIMNO_ASSIGN(auto expression, DefaultOf(field));
  if (expression == nullptr) {
    return {};
  }
  if (field.metadata.contains(table::kGenerationAnnotation) || table::IsIdentity(field)) {
    return Fail(ErrorKind::kUsage, "column " + field.name + " is generated and has no default");
  }
  LIMNO_ASSIGN(const LogicalType type, ToDuck(field.type));
  auto checked = Fenced([&]() -> Result<void> {
    const auto binder = duckdb::Binder::CreateBinder(context);
    duckdb::ConstantBinder constant(*binder, context, "DEFAULT");
    constant.target_type = type;
    auto bound = constant.Bind(expression);
    Value value;
    if (bound->IsFoldable()) {
      value = duckdb::ExpressionExecutor::EvaluateScalar(context, *bound);
    }
    return {};
  });
  if (!checked) {
    Error error = checked.error();
    error.kind = ErrorKind::kUsage;
    error.where = "the default of column " + field.name;
    error.message = error.message.substr(0, error.message.find('\n'));
    return Fail(std::move(error));
  }
  return {};
}

std::string DefaultInSparkSql(const duckdb::ParsedExpression& expression) {
  if (expression.GetExpressionClass() == duckdb::ExpressionClass::CONSTANT) {
    const Value& value = expression.Cast<duckdb::ConstantExpression>().value;
    if (value.type().id() == LogicalTypeId::VARCHAR && !value.IsNull()) {
      std::string text = "'";
      for (const char character : value.GetValue<std::string>()) {
        text += character == '\'' || character == '\\' ? "\\" : "";
        text += character;
      }
      return text + "'";
    }
  }
  if (expression.GetExpressionClass() == duckdb::ExpressionClass::FUNCTION) {
    // Words that DuckDB's parser turns into calls of its own.
    static const std::map<std::string, std::string> kWords{
        {"get_current_timestamp", "current_timestamp()"},
        {"now", "current_timestamp()"},
        {"current_date", "current_date()"},
        {"today", "current_date()"}};
    const auto& call = expression.Cast<duckdb::FunctionExpression>();
    const auto word = kWords.find(base::FoldCase(call.function_name));
    if (word != kWords.end() && call.children.empty()) {
      return word->second;
    }
  }
  return expression.ToString();
}

}  // namespace limno::engine
