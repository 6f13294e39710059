#include "engine/spark_sql.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "base/name_match.h"
#include "duckdb/parser/expression/cast_expression.hpp"
#include "duckdb/parser/expression/columnref_expression.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "duckdb/parser/expression/function_expression.hpp"
#include "duckdb/parser/expression/operator_expression.hpp"
#include "duckdb/parser/parsed_expression_iterator.hpp"
#include "duckdb/parser/parser.hpp"
#include "engine/errors.h"
#include "engine/spark_lexis.h"

namespace limno::engine {
namespace {

using duckdb::ConstantExpression;
using duckdb::FunctionExpression;
using duckdb::ParsedExpression;
using Expression = duckdb::unique_ptr<ParsedExpression>;
using Arguments = duckdb::vector<Expression>;

/// Functions that mean the same in both.
const std::set<std::string>& SameFunctions() {
  static const std::set<std::string> kNames{
      "abs",      "ascii",    "ceil",       "ceiling",    "char_length", "character_length",
      "chr",      "contains", "day",        "dayofmonth", "dayofyear",   "floor",
      "greatest", "hour",     "instr",      "isnan",      "last_day",    "least",
      "length",   "lower",    "lpad",       "ltrim",      "md5",         "minute",
      "mod",      "month",    "nullif",     "quarter",    "repeat",      "replace",
      "reverse",  "round",    "rpad",       "rtrim",      "sign",        "translate",
      "trim",     "upper",    "weekofyear", "year"};
  return kNames;
}

/// Functions of another name.
const std::map<std::string, std::string>& OtherNames() {
  static const std::map<std::string, std::string> kNames{{"ucase", "upper"},
                                                         {"lcase", "lower"},
                                                         {"startswith", "starts_with"},
                                                         {"endswith", "ends_with"},
                                                         {"len", "length"}};
  return kNames;
}

Expression Call(const char* name, Arguments arguments) {
  return duckdb::make_uniq<FunctionExpression>(name, std::move(arguments));
}

Expression Call(const char* name, Expression first, Expression second) {
  Arguments arguments;
  arguments.push_back(std::move(first));
  arguments.push_back(std::move(second));
  return Call(name, std::move(arguments));
}

Expression Operator(const char* symbol, Expression left, Expression right) {
  auto result = Call(symbol, std::move(left), std::move(right));
  result->Cast<FunctionExpression>().is_operator = true;
  return result;
}

Expression Constant(Value value) { return duckdb::make_uniq<ConstantExpression>(std::move(value)); }

Expression CastTo(const LogicalType& type, Expression child) {
  return duckdb::make_uniq<duckdb::CastExpression>(type, std::move(child));
}

[[noreturn]] void Unknown(const std::string& what) {
  ThrowError({ErrorKind::kUnsupported, what + " of Spark's SQL is not known here", "",
              "write this table with Spark"});
}

std::string ConstantText(const ParsedExpression& expression, const std::string& function) {
  if (expression.GetExpressionClass() != duckdb::ExpressionClass::CONSTANT) {
    Unknown(function + "() with a computed format");
  }
  return expression.Cast<ConstantExpression>().value.ToString();
}

Expression FirstNotNull(Arguments values) {
  auto result =
      duckdb::make_uniq<duckdb::OperatorExpression>(duckdb::ExpressionType::OPERATOR_COALESCE);
  result->children = std::move(values);
  return result;
}

/// NULL if any part is.
Expression Concatenate(Arguments parts) {
  Expression all = CastTo(LogicalType::VARCHAR, std::move(parts[0]));
  for (size_t index = 1; index < parts.size(); ++index) {
    all = Operator("||", std::move(all), CastTo(LogicalType::VARCHAR, std::move(parts[index])));
  }
  return all;
}

/// Patterns made of years, months, days, hours, minutes and seconds, which are the common ones.
std::string StrftimePattern(const std::string& pattern) {
  static const std::map<std::string, std::string> kParts{
      {"yyyy", "%Y"}, {"MM", "%m"}, {"dd", "%d"}, {"HH", "%H"}, {"mm", "%M"}, {"ss", "%S"}};
  std::string result;
  for (size_t begin = 0; begin < pattern.size();) {
    size_t end = begin + 1;
    const bool letter = std::isalpha(static_cast<unsigned char>(pattern[begin])) != 0;
    while (letter && end < pattern.size() && pattern[end] == pattern[begin]) {
      ++end;
    }
    const std::string part = pattern.substr(begin, end - begin);
    const auto known = kParts.find(part);
    if ((letter && known == kParts.end()) || part == "'" || part == "[") {
      Unknown("the pattern " + pattern);
    }
    result += letter ? known->second : part == "%" ? "%%" : part;
    begin = end;
  }
  return result;
}

using Translation = std::function<Expression(Arguments)>;

struct TranslatedFunction {
  size_t least_arguments;
  size_t most_arguments;
  Translation translate;
};

Expression TruncatedDate(const ParsedExpression& unit, Expression date) {
  const std::string text = base::FoldCase(ConstantText(unit, "trunc"));
  static const std::map<std::string, std::string> kUnits{
      {"year", "year"},   {"yyyy", "year"}, {"yy", "year"},  {"quarter", "quarter"},
      {"month", "month"}, {"mon", "month"}, {"mm", "month"}, {"week", "week"}};
  const auto known = kUnits.find(text);
  if (known == kUnits.end()) {
    Unknown("trunc() to " + text);
  }
  return CastTo(LogicalType::DATE, Call("date_trunc", Constant(Value(known->second)),
                                        CastTo(LogicalType::DATE, std::move(date))));
}

Expression Substring(Arguments parts) {
  const auto& start = *parts[1];
  if (start.GetExpressionClass() != duckdb::ExpressionClass::CONSTANT ||
      start.Cast<ConstantExpression>()
              .value.DefaultCastAs(LogicalType::BIGINT)
              .GetValue<int64_t>() < 1) {
    Unknown("substring() that does not begin at a fixed place");
  }
  return Call("substring", std::move(parts));
}

/// Dates plus and minus days, and days between dates.
Translation DateArithmetic(const char* symbol, const LogicalType& right) {
  return [symbol, right](Arguments parts) {
    return Operator(symbol, CastTo(LogicalType::DATE, std::move(parts[0])),
                    CastTo(right, std::move(parts[1])));
  };
}

const std::map<std::string, TranslatedFunction>& Translated() {
  static const std::map<std::string, TranslatedFunction> kFunctions{
      {"concat", {1, 100, [](Arguments a) { return Concatenate(std::move(a)); }}},
      {"date_add", {2, 2, DateArithmetic("+", LogicalType::INTEGER)}},
      {"date_sub", {2, 2, DateArithmetic("-", LogicalType::INTEGER)}},
      {"datediff", {2, 2, DateArithmetic("-", LogicalType::DATE)}},
      {"date_format",
       {2, 2,
        [](Arguments a) {
          return Call("strftime", std::move(a[0]),
                      Constant(Value(StrftimePattern(ConstantText(*a[1], "date_format")))));
        }}},
      {"date_trunc",
       {2, 2,
        [](Arguments a) {
          return Call("date_trunc", std::move(a[0]),
                      CastTo(LogicalType::TIMESTAMP_TZ, std::move(a[1])));
        }}},
      {"dayofweek",
       {1, 1,
        [](Arguments a) {
          return Operator("+", Call("dayofweek", std::move(a)), Constant(Value::INTEGER(1)));
        }}},
      {"second",
       {1, 1,
        [](Arguments a) { return CastTo(LogicalType::INTEGER, Call("second", std::move(a))); }}},
      {"ifnull", {2, 2, FirstNotNull}},
      {"nvl", {2, 2, FirstNotNull}},
      {"substr", {2, 3, Substring}},
      {"substring", {2, 3, Substring}},
      {"to_date", {1, 1, [](Arguments a) { return CastTo(LogicalType::DATE, std::move(a[0])); }}},
      {"trunc", {2, 2, [](Arguments a) { return TruncatedDate(*a[1], std::move(a[0])); }}},
  };
  return kFunctions;
}

/// `s.a.b` is a field of a column: constraints have no table to name.
Expression FieldOf(const duckdb::ColumnRefExpression& reference) {
  Expression result = duckdb::make_uniq<duckdb::ColumnRefExpression>(reference.column_names[0]);
  for (size_t depth = 1; depth < reference.column_names.size(); ++depth) {
    result =
        Call("struct_extract", std::move(result), Constant(Value(reference.column_names[depth])));
  }
  return result;
}

/// nullptr if the function is none of the moment.
Expression VolatileCall(const std::string& name, SparkFunctions functions) {
  if (functions == SparkFunctions::kPure) {
    return nullptr;
  }
  if (name == "current_timestamp" || name == "now" || name == "get_current_timestamp") {
    return Call("now", {});
  }
  if (name == "current_date" || name == "curdate" || name == "today") {
    return CastTo(LogicalType::DATE, Call("now", {}));
  }
  return name == "uuid" ? CastTo(LogicalType::VARCHAR, Call("uuid", {})) : nullptr;
}

void Translate(Expression& expression, SparkFunctions functions) {
  duckdb::ParsedExpressionIterator::EnumerateChildren(
      *expression, [functions](Expression& child) { Translate(child, functions); });
  switch (expression->GetExpressionClass()) {
    case duckdb::ExpressionClass::COLUMN_REF:
      expression = FieldOf(expression->Cast<duckdb::ColumnRefExpression>());
      return;
    case duckdb::ExpressionClass::FUNCTION:
      break;
    case duckdb::ExpressionClass::SUBQUERY:
    case duckdb::ExpressionClass::WINDOW:
    case duckdb::ExpressionClass::LAMBDA:
      Unknown("a subquery, window or lambda");
    default:
      return;
  }
  auto& function = expression->Cast<FunctionExpression>();
  const std::string name = base::FoldCase(function.function_name);
  if (function.is_operator || SameFunctions().contains(name)) {
    return;
  }
  if (const auto other = OtherNames().find(name); other != OtherNames().end()) {
    function.function_name = other->second;
    return;
  }
  if (Expression call = VolatileCall(name, functions); call && function.children.empty()) {
    expression = std::move(call);
    return;
  }
  const auto known = Translated().find(name);
  const size_t count = function.children.size();
  if (known == Translated().end() || count < known->second.least_arguments ||
      count > known->second.most_arguments) {
    Unknown("the function " + name + "()");
  }
  expression = known->second.translate(std::move(function.children));
}

void CollectColumns(const ParsedExpression& expression, std::set<std::string>& names) {
  if (expression.GetExpressionClass() == duckdb::ExpressionClass::COLUMN_REF) {
    names.insert(expression.Cast<duckdb::ColumnRefExpression>().column_names[0]);
  }
  duckdb::ParsedExpressionIterator::EnumerateChildren(
      expression, [&](const ParsedExpression& child) { CollectColumns(child, names); });
}

}  // namespace

Result<std::set<std::string>> ColumnsInSparkExpression(const std::string& sql) {
  LIMNO_ASSIGN(const Expression expression, ParseSparkExpression(sql));
  std::set<std::string> names;
  CollectColumns(*expression, names);
  return names;
}

Result<Expression> ParseSparkExpression(const std::string& sql, SparkFunctions functions) {
  return Fenced([&]() -> Result<Expression> {
    LIMNO_ASSIGN(const std::string text, RespellSpark(sql));
    duckdb::vector<Expression> expressions;
    try {
      expressions = duckdb::Parser::ParseExpressionList(text);
    } catch (const std::exception& exception) {
      const std::string reason = FromDuck(duckdb::ErrorData(exception)).message;
      return Fail(ErrorKind::kUsage, "the expression " + sql + " is not understood: " +
                                         reason.substr(0, reason.find('\n')));
    }
    if (expressions.size() != 1) {
      return Fail(ErrorKind::kUsage, "not one expression: " + sql);
    }
    Translate(expressions[0], functions);
    return std::move(expressions[0]);
  });
}

}  // namespace limno::engine
