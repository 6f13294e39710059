#include "engine/spark_sql.h"

#include <gtest/gtest.h>

#include "engine/spark_lexis.h"

namespace limno::engine {
namespace {

std::string Respelled(const std::string& sql) {
  const auto text = RespellSpark(sql);
  return text ? *text : text.error().message;
}

/// The value of an expression over a row, as text.
std::string Evaluate(const std::string& sql) {
  const auto expression = ParseSparkExpression(sql);
  if (!expression) {
    return expression.error().message;
  }
  duckdb::DuckDB database(nullptr);
  duckdb::Connection connection(database);
  const auto result = connection.Query("SELECT " + (*expression)->ToString() +
                                       " FROM (SELECT 7 AS id, 'Ann' AS name, DATE '2024-05-17' AS "
                                       "at, {'x': 3} AS s, NULL::INT AS n)");
  return result->HasError() ? result->GetError() : result->GetValue(0, 0).ToString();
}

TEST(SparkSql, LiteralsNamesAndOperatorsAreRespelled) {
  EXPECT_EQ(Respelled("`a \"b\" ``c`"), "\"a \"\"b\"\" `c\"");
  EXPECT_EQ(Respelled(R"('it\'s' = "say \"x\"")"), "'it''s' = 'say \"x\"'");
  EXPECT_EQ(Respelled("id<=>10L"), "\"id\" IS NOT DISTINCT FROM 10");
  EXPECT_EQ(Respelled("a == 1.5D AND !b"), "\"a\" = 1.5 AND  NOT \"b\"");
  EXPECT_EQ(Respelled("CAST(at AS TIMESTAMP)"), "CAST(\"at\" AS TIMESTAMPTZ)");
  EXPECT_EQ(Respelled("CAST(timestamp AS timestamp_ntz)"), "CAST(\"timestamp\" AS TIMESTAMP)");
  EXPECT_EQ(Respelled("date > DATE '2024-01-01'"), "\"date\" > DATE '2024-01-01'");
  EXPECT_EQ(Respelled("DECIMAL_col + cast(x as decimal(10,2))"),
            "\"DECIMAL_col\" + cast(\"x\" as decimal(10,2))");
  EXPECT_EQ(Respelled("'open"), "a quote does not end in: 'open");
}

TEST(SparkSql, FunctionsMeanWhatTheyMeanInSpark) {
  EXPECT_EQ(Evaluate("concat('n', CAST(id AS STRING))"), "n7");
  EXPECT_EQ(Evaluate("concat('n', n)"), "NULL");
  EXPECT_EQ(Evaluate("date_format(at, 'yyyy-MM')"), "2024-05");
  EXPECT_EQ(Evaluate("trunc(at, 'MM')"), "2024-05-01");
  EXPECT_EQ(Evaluate("dayofweek(at)"), "6") << "Sunday is 1";
  EXPECT_EQ(Evaluate("date_add(at, 3)"), "2024-05-20");
  EXPECT_EQ(Evaluate("datediff(at, DATE '2024-05-01')"), "16");
  EXPECT_EQ(Evaluate("substring(name, 1, 2)"), "An");
  EXPECT_EQ(Evaluate("nvl(n, id % 4)"), "3");
  EXPECT_EQ(Evaluate("s.x + year(at)"), "2027");
  EXPECT_EQ(Evaluate("startswith(name, 'A') AND name LIKE '%n' AND id BETWEEN 1 AND 9"), "true");
}

TEST(SparkSql, WhatIsNotKnownIsNamed) {
  EXPECT_EQ(Evaluate("xxhash64(id)"), "the function xxhash64() of Spark's SQL is not known here");
  EXPECT_EQ(Evaluate("date_format(at, 'EEE')"), "the pattern EEE of Spark's SQL is not known here");
  EXPECT_EQ(Evaluate("substring(name, 0, 2)"),
            "substring() that does not begin at a fixed place of Spark's SQL is not known here");
  EXPECT_EQ(Evaluate("id in (select 1)"),
            "a subquery, window or lambda of Spark's SQL is not known here");
  EXPECT_EQ(Evaluate("id +").substr(0, 37), "the expression id + is not understood");
}

TEST(SparkSql, ColumnsAreCollected) {
  EXPECT_EQ(*ColumnsInSparkExpression("a > 1 AND s.x < `b c` OR year(at) = 3"),
            (std::set<std::string>{"a", "at", "b c", "s"}));
}

}  // namespace
}  // namespace limno::engine
