#include "cli/doctor_report.h"

#include <gtest/gtest.h>

namespace limno::cli {
namespace {

Cell Text(const char* text) { return {text, false}; }
const Cell kNull = {"", true};

std::vector<Cell> Engine(const char* name, const char* reads, const char* writes) {
  return {Text(name), Text("1"), Text(reads), Text(writes), kNull, kNull, kNull, kNull, kNull};
}

std::vector<Cell> Obstacle(const char* name, const char* reads, const char* what) {
  return {Text(name), Text("1"),         Text(reads),   Text("false"), Text(what),
          Text("x"),  Text("it cannot"), Text("false"), kNull};
}

TEST(DoctorReportTest, ChoosesEnginesByName) {
  const TextRows rows = {Engine("a", "true", "true"), Obstacle("b", "true", "f"),
                         Obstacle("b", "true", "g")};
  EXPECT_EQ(ChooseEngines(rows, {})->size(), 3U);
  EXPECT_EQ(ChooseEngines(rows, {"b"})->size(), 2U);
  const auto wrong = ChooseEngines({Engine("polars", "true", "true")}, {"polar"});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().hint, "did you mean 'polars'?");
}

TEST(DoctorReportTest, ChoosesStepsThatHelp) {
  const TextRows rows = {Obstacle("b", "true", "f")};
  const TextRows steps = {{Text("f"), Text("DROP f"), kNull}, {Text("g"), Text("DROP g"), kNull}};
  ASSERT_EQ(ChooseSteps(rows, steps).size(), 1U);
  EXPECT_EQ(ChooseSteps(rows, steps)[0][1].text, "DROP f");
}

TEST(DoctorReportTest, SaysWhatHelpsAndWhatStays) {
  const TextRows rows = {Engine("a", "true", "true"), Obstacle("b", "false", "f"),
                         Obstacle("c", "true", "f"), Obstacle("c", "true", "g")};
  EXPECT_EQ(FormatDiagnosis(rows, {{Text("f"), Text("DROP f"), Text("rewrites 1 file")}},
                            {0, false, false}),
            "+--------+---------+-------+--------+------------+\n"
            "| engine | version | reads | writes | because of |\n"
            "+--------+---------+-------+--------+------------+\n"
            "| a      | 1       | yes   | yes    |            |\n"
            "| b      | 1       | no    | no     | f          |\n"
            "| c      | 1       | yes   | no     | f, g       |\n"
            "+--------+---------+-------+--------+------------+\n"
            "\nf\n  b, c: it cannot\n"
            "\ng\n  c: it cannot\n"
            "\nWhat helps, in this order (limno doctor TABLE --fix --yes runs it):\n"
            "  DROP f;  -- rewrites 1 file\n"
            "\nA table keeps for good: g\n"
            "  a copy without it helps: CREATE TABLE ... AS SELECT\n");
}

}  // namespace
}  // namespace limno::cli
