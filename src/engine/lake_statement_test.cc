#include "engine/lake_statement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace limno::engine {
namespace {

Result<std::optional<LakeStatement>> Parse(const std::string& sql) {
  return ParseLakeStatement(SplitStatements(sql).at(0));
}

template <typename T>
T ParseAs(const std::string& sql) {
  auto parsed = Parse(sql);
  EXPECT_TRUE(parsed.has_value()) << sql << ": " << parsed.error().ToString();
  return std::get<T>(parsed->value());
}

std::string Rewritten(const std::string& sql) {
  return RewriteTimeTravel(SplitStatements(sql).at(0));
}

TEST(ParseLakeStatement, LeavesDuckDbItsOwn) {
  for (const char* sql : {"select 1", "describe bronze.t", "vacuum", "vacuum analyze",
                          "describe history", "explain select * from optimize", "drop table t"}) {
    auto parsed = Parse(sql);
    ASSERT_TRUE(parsed.has_value()) << sql;
    EXPECT_FALSE(parsed->has_value()) << sql;
  }
}

TEST(ParseLakeStatement, NamesTablesInEveryWay) {
  EXPECT_EQ(ParseAs<Vacuum>("vacuum Bronze.Flights").table.ToSql(), R"(lake."Bronze"."Flights")");
  EXPECT_EQ(ParseAs<Vacuum>("vacuum lake.b.\"x y\" dry run").table.name, "x y");
  EXPECT_EQ(ParseAs<Vacuum>("vacuum t").table.name_space, "main");
  EXPECT_EQ(ParseAs<Vacuum>("vacuum delta.`/data/t`").table.path, "/data/t");
  EXPECT_EQ(ParseAs<Vacuum>("vacuum delta('/data/t')").table.path, "/data/t");
  EXPECT_EQ(ParseAs<Vacuum>("vacuum '/data/t'").table.path, "/data/t");
}

TEST(ParseTableTarget, ReadsANameOrAPath) {
  EXPECT_EQ(ParseTableTarget("bronze.flights").ToSql(), R"(lake."bronze"."flights")");
  EXPECT_EQ(ParseTableTarget(R"(lake."b c"."d.e")").ToSql(), R"(lake."b c"."d.e")");
  for (const char* path : {"/data/t", "data/t", "./t", "file:///data/t", "s3://bucket/t", ""}) {
    EXPECT_EQ(ParseTableTarget(path).path, path);
  }
  const TableTarget path = ParseTableTarget("/data/\"t\"");
  EXPECT_EQ(ParseTableTarget(path.ToSql()).path, path.path);
}

TEST(ParseLakeStatement, ReadsOptimize) {
  const auto statement =
      ParseAs<Optimize>("optimize b.t where d > '2020' and f(zorder) zorder by (a, \"B c\")");
  EXPECT_EQ(statement.where, "d > '2020' and f(zorder)");
  EXPECT_THAT(statement.zorder, testing::ElementsAre("a", "B c"));
}

TEST(ParseLakeStatement, ReadsVacuumAndRestore) {
  const auto vacuum = ParseAs<Vacuum>("vacuum b.t retain 0.5 hours dry run");
  EXPECT_EQ(vacuum.retain_hours, 0.5);
  EXPECT_TRUE(vacuum.dry_run);
  EXPECT_EQ(ParseAs<Restore>("restore table b.t to version as of 7").version, 7);
  EXPECT_EQ(ParseAs<Restore>("restore b.t to timestamp as of now() - interval 1 day").timestamp,
            "now() - interval 1 day");
}

TEST(ParseLakeStatement, SaysWhereItGoesWrong) {
  const auto parsed = Parse("restore b.t\n  to version 7");
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(parsed.error().ToString(), "2:14: expected AS OF, found '7'");
  EXPECT_EQ(Parse("optimize b.t zorder by").error().ToString(),
            "1:23: expected a column, found the end");
  EXPECT_EQ(Parse("describe history t limit x").error().ToString(),
            "1:26: expected a number of entries, found 'x'");
  EXPECT_EQ(Parse("from (describe detail t limit 1)").error().ToString(),
            "1:25: expected ')', found 'limit'");
}

TEST(RewriteTimeTravel, TurnsDescribeIntoAQuery) {
  EXPECT_EQ(Rewritten("describe history Bronze.t"),
            R"(SELECT * FROM delta_history('lake."Bronze"."t"'))");
  EXPECT_EQ(Rewritten("desc detail delta.`/d/t`"),
            R"(SELECT * FROM delta_detail('lake.delta."/d/t"'))");
  EXPECT_EQ(
      Rewritten("with h as (describe history t limit 3) select * from h, (describe detail t)"),
      R"(with h as (SELECT * FROM delta_history('lake."main"."t"', newest => 3)) )"
      R"(select * from h, (SELECT * FROM delta_detail('lake."main"."t"')))");
  EXPECT_EQ(Rewritten("create table u as describe history t"),
            R"(create table u as SELECT * FROM delta_history('lake."main"."t"'))");
}

TEST(RewriteTimeTravel, TurnsSparkIntoDuckDb) {
  EXPECT_EQ(Rewritten("select * from t VERSION AS OF 3 x, u timestamp as of '2020-01-01' y"),
            "select * from t AT (VERSION => 3) x, u AT (TIMESTAMP => '2020-01-01'::TIMESTAMP) y");
  EXPECT_EQ(Rewritten("from t for system_time as of now() where a"),
            "from t AT (TIMESTAMP => now()) where a");
  EXPECT_EQ(Rewritten("from t timestamp as of timestamp '2020-01-01'"),
            "from t AT (TIMESTAMP => timestamp '2020-01-01')");
}

TEST(RewriteTimeTravel, TouchesNothingElse) {
  for (const char* sql : {"select 'version as of 3'", "select version as of_3 from t",
                          "select version from t -- version as of 3", "describe history",
                          "from (describe detail)", "select 'describe history t'"}) {
    EXPECT_EQ(Rewritten(sql), sql);
  }
}

}  // namespace
}  // namespace limno::engine
