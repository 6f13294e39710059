#include "engine/spark_spelling.h"

#include <gtest/gtest.h>

namespace limno::engine {
namespace {

std::string Rewritten(const std::string& sql) { return RewriteSpark(SplitStatements(sql).at(0)); }

std::string Refusal(const std::string& sql) {
  return CheckSpark(SplitStatements(sql).at(0)).error().ToString();
}

TEST(RewriteSpark, TurnsDescribeIntoAQuery) {
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

TEST(RewriteSpark, TurnsSparkIntoDuckDb) {
  EXPECT_EQ(Rewritten("select * from t VERSION AS OF 3 x, u timestamp as of '2020-01-01' y"),
            "select * from t AT (VERSION => 3) x, u AT (TIMESTAMP => '2020-01-01'::TIMESTAMP) y");
  EXPECT_EQ(Rewritten("from t for system_time as of now() where a"),
            "from t AT (TIMESTAMP => now()) where a");
  EXPECT_EQ(Rewritten("from t timestamp as of timestamp '2020-01-01'"),
            "from t AT (TIMESTAMP => timestamp '2020-01-01')");
}

TEST(RewriteSpark, ClusterByIsDuckDbsSortedBy) {
  EXPECT_EQ(Rewritten("create table t (a int, b int) cluster by (a, s.b) with ('x' = 'y')"),
            "create table t (a int, b int) SORTED BY (a, s.b) with ('x' = 'y')");
  EXPECT_EQ(Rewritten("create or replace table t cluster by (a) as select 1 as a"),
            "create or replace table t SORTED BY (a) as select 1 as a");
  EXPECT_EQ(Rewritten("alter table b.t cluster by (a)"), "alter table b.t SET SORTED BY (a)");
  EXPECT_EQ(Rewritten("alter table b.t cluster by none"), "alter table b.t RESET SORTED BY");
  for (const char* sql : {"create table t as select a from u cluster by (a)", "cluster by (a)",
                          "create table t (cluster by (a))", "select 1 cluster by (a)"}) {
    EXPECT_EQ(Rewritten(sql), sql);
  }
}

TEST(RewriteSpark, TouchesNothingElse) {
  for (const char* sql : {"select 'version as of 3'", "select version as of_3 from t",
                          "select version from t -- version as of 3", "describe history",
                          "from (describe detail)", "select 'describe history t'"}) {
    EXPECT_EQ(Rewritten(sql), sql);
  }
}

TEST(CheckSpark, SaysWhereItGoesWrong) {
  EXPECT_EQ(Refusal("describe history t limit x"), "1:26: expected a number of entries, found 'x'");
  EXPECT_EQ(Refusal("from (describe detail t limit 1)"), "1:25: expected ')', found 'limit'");
}

TEST(RewriteSpark, MergesByName) {
  EXPECT_EQ(
      Rewritten("merge into t using s on true when matched then update set * when not matched "
                "then insert *"),
      "merge into t using s on true when matched then UPDATE BY NAME when not matched then "
      "INSERT BY NAME");
  EXPECT_EQ(Rewritten("insert into table t select 1"), "INSERT INTO t select 1");
}

}  // namespace
}  // namespace limno::engine
