#include "cli/history_view.h"

#include <gtest/gtest.h>

#include "cli/table_printer.h"

namespace limno::cli {
namespace {

TEST(DescribeMap, DropsPunctuationAndWhatSaysNothing) {
  EXPECT_EQ(DescribeMap("{}"), "");
  EXPECT_EQ(DescribeMap("{numFiles=1, numOutputBytes=203, executionTimeMs=7}"), "numFiles 1");
  EXPECT_EQ(DescribeMap("{mode=Append, partitionBy='[]', n=0, x='[a, \\'b\\']', y=''}"),
            "mode Append, x [a, \\'b\\']");
}

TEST(DescribeMap, LeavesAloneWhatItDoesNotKnow) {
  for (const char* text : {"WRITE", "{", "{a}", "{a='b, c"}) {
    EXPECT_EQ(DescribeMap(text), text);
  }
}

TEST(ShortenHistory, KeepsWhatTellsVersionsApart) {
  std::vector<Column> columns;
  for (const char* name : {"version", "timestamp", "operation", "operationParameters",
                           "operationMetrics", "readVersion", "engineInfo", "userMetadata"}) {
    columns.push_back({name, "VARCHAR", false});
  }
  ASSERT_TRUE(IsHistory(columns));
  const std::string time = "2026-11-21 19:34:58.952+00";
  std::vector<std::vector<Cell>> rows = {
      {{"1"}, {time}, {"WRITE"}, {"{}"}, {"{numFiles=1}"}, {"0"}, {"Spark"}, {"", true}},
      {{"0"}, {time}, {"CREATE"}, {"{}"}, {"{}"}, {"", true}, {"Limno"}, {"", true}}};
  ShortenHistory(columns, rows);
  EXPECT_EQ(FormatTable(columns, rows, {.unicode = false}),
            "+---------+------------------------+-----------+------------+------------+\n"
            "| version | timestamp              | operation | metrics    | engineInfo |\n"
            "+---------+------------------------+-----------+------------+------------+\n"
            "| 1       | 2026-11-21 19:34:58+00 | WRITE     | numFiles 1 | Spark      |\n"
            "| 0       | 2026-11-21 19:34:58+00 | CREATE    |            | Limno      |\n"
            "+---------+------------------------+-----------+------------+------------+\n");
  EXPECT_FALSE(IsHistory(columns));
}

}  // namespace
}  // namespace limno::cli
