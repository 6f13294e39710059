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

TEST(ParseLakeStatement, DropsFeaturesWithTheirHistory) {
  EXPECT_FALSE(ParseAs<DropFeature>("alter table b.t drop feature \"x-preview\"").truncate_history);
  const auto truncating = ParseAs<DropFeature>("ALTER TABLE t DROP FEATURE x TRUNCATE HISTORY");
  EXPECT_TRUE(truncating.truncate_history);
  EXPECT_EQ(truncating.feature, "x");
  EXPECT_EQ(ParseAs<DropFeature>("alter table t drop feature 'x-preview'").feature, "x-preview");
  EXPECT_FALSE(Parse("alter table t drop feature x truncate"));
  EXPECT_FALSE(Parse("alter table t drop feature x truncate history now"));
}

TEST(ParseLakeStatement, NotesClausesWithinTypes) {
  const auto statement = ParseAs<AlterColumns>(
      "alter table t add column s struct<a: int not null comment 'x', b: "
      "map<string, array<struct<c int comment 'y'>>>>");
  ASSERT_EQ(statement.changes.size(), 1U);
  const ColumnChange& added = statement.changes[0];
  ASSERT_EQ(added.inner.size(), 2U);
  EXPECT_THAT(added.inner[0].path, testing::ElementsAre("a"));
  EXPECT_TRUE(added.inner[0].not_null);
  EXPECT_EQ(added.inner[0].comment, "x");
  EXPECT_THAT(added.inner[1].path, testing::ElementsAre("b", "value", "element", "c"));
  EXPECT_FALSE(added.inner[1].not_null);
  EXPECT_EQ(added.text, R"(STRUCT("a" int, "b" MAP(string, STRUCT("c" int)[])))");
}

TEST(ParseLakeStatement, ReadsOptimize) {
  const auto statement =
      ParseAs<Optimize>("optimize b.t where d > '2020' and f(zorder) zorder by (a, \"B c\")");
  EXPECT_EQ(statement.where, "d > '2020' and f(zorder)");
  EXPECT_THAT(statement.zorder,
              testing::ElementsAre(table::ColumnPath{"a"}, table::ColumnPath{"B c"}));
  EXPECT_FALSE(statement.full);
  const auto full = ParseAs<Optimize>("optimize b.t full zorder by s.q, c");
  EXPECT_TRUE(full.full);
  EXPECT_THAT(full.zorder,
              testing::ElementsAre(table::ColumnPath{"s", "q"}, table::ColumnPath{"c"}));
  EXPECT_TRUE(ParseAs<Optimize>("optimize t full").full);
}

TEST(ParseLakeStatement, ReadsVacuumAndRestore) {
  const auto vacuum = ParseAs<Vacuum>("vacuum b.t retain 0.5 hours dry run");
  EXPECT_EQ(vacuum.retain_hours, 0.5);
  EXPECT_TRUE(vacuum.dry_run);
  EXPECT_FALSE(vacuum.lite);
  EXPECT_TRUE(ParseAs<Vacuum>("vacuum b.t lite dry run").lite);
  EXPECT_FALSE(ParseAs<Vacuum>("vacuum b.t full retain 200 hours").lite);
  const auto listed = ParseAs<Vacuum>(
      "vacuum b.t using inventory (select * from x where retain > 1) retain 200 hours dry run");
  EXPECT_EQ(listed.inventory, "(select * from x where retain > 1)");
  EXPECT_EQ(listed.retain_hours, 200);
  EXPECT_TRUE(listed.dry_run);
  EXPECT_EQ(ParseAs<Vacuum>("vacuum b.t using inventory b.files").inventory, "b.files");
  EXPECT_FALSE(Parse("vacuum b.t lite full"));
  EXPECT_FALSE(Parse("vacuum b.t full lite"));
  EXPECT_FALSE(Parse("vacuum b.t lite using inventory x"));
  EXPECT_FALSE(Parse("vacuum b.t using inventory"));
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
  EXPECT_EQ(Parse("alter table t add constraint c check (a) and (b)").error().ToString(),
            "1:42: expected the end, found 'and'");
  EXPECT_EQ(Parse("alter table t add constraint c check (f(a)").error().ToString(),
            "1:43: expected ')', found the end");
}

TEST(ParseLakeStatement, ReadsConstraints) {
  EXPECT_EQ(
      ParseAs<AddConstraint>("alter table b.t add constraint c check ((a) AND f(b))").expression,
      "(a) AND f(b)");
  EXPECT_TRUE(ParseAs<DropConstraint>("alter table b.t drop constraint if exists c").if_exists);
}

TEST(ParseLakeStatement, ReadsConvert) {
  const auto statement = ParseAs<Convert>(
      "convert to delta parquet.`/data/x y` no statistics partitioned by (a int, `b c` "
      "decimal(5, 2), t timestamp)");
  EXPECT_EQ(statement.table.path, "/data/x y");
  EXPECT_FALSE(statement.statistics);
  // TIMESTAMP means what it means in Spark.
  EXPECT_THAT(statement.partition_columns,
              testing::ElementsAre(testing::Pair("a", testing::StrCaseEq("int")),
                                   testing::Pair("b c", testing::StrCaseEq("decimal(5, 2)")),
                                   testing::Pair("t", testing::StrCaseEq("timestamptz"))));
  EXPECT_TRUE(ParseAs<Convert>("convert to delta '/data'").statistics);
  EXPECT_EQ(ParseAs<Convert>("convert to delta bronze.t").table.name_space, "bronze");
  EXPECT_EQ(Parse("convert to delta '/a' partitioned by ()").error().kind, ErrorKind::kUsage);
  EXPECT_EQ(Parse("convert to delta '/a' no stats").error().kind, ErrorKind::kUsage);
  EXPECT_EQ(Parse("convert to iceberg '/a'").error().kind, ErrorKind::kUsage);
  EXPECT_EQ(Parse("convert to delta iceberg.`/a`").error().kind, ErrorKind::kUnsupported);
}

TEST(ParseLakeStatement, ReadsClone) {
  const auto shallow = ParseAs<Clone>(
      "create or replace table b.t shallow clone delta.`/x y` version as of 7 tblproperties ('a.b' "
      "= "
      "'c', d = 1)");
  EXPECT_FALSE(shallow.deep);
  EXPECT_TRUE(shallow.replace);
  EXPECT_EQ(shallow.source.path, "/x y");
  EXPECT_EQ(shallow.version, 7);
  EXPECT_THAT(shallow.properties,
              testing::ElementsAre(testing::Pair("a.b", "c"), testing::Pair("d", "1")));
  const auto deep =
      ParseAs<Clone>("create table if not exists t clone s timestamp as of now() - interval 1 day");
  EXPECT_TRUE(deep.deep && deep.if_not_exists && !deep.replace);
  EXPECT_EQ(deep.timestamp, "now() - interval 1 day");
  EXPECT_TRUE(ParseAs<Clone>("replace table t deep clone s").replace);
  for (const char* sql : {"create table t (clone integer)", "create table t as select 1",
                          "create table clone as select 1", "create temp table t as select 1",
                          "create schema s", "create or replace view v as select 1"}) {
    const auto parsed = Parse(sql);
    ASSERT_TRUE(parsed.has_value()) << sql;
    EXPECT_FALSE(parsed->has_value()) << sql;
  }
  for (const char* sql :
       {"create table t clone", "create table t clone s version 3",
        "create table t clone s location '/x'", "create table t clone s timestamp as of",
        "create or replace table if not exists t clone s"}) {
    EXPECT_EQ(Parse(sql).error().kind, ErrorKind::kUsage) << sql;
  }
}

TEST(ParseLakeStatement, ReadsReorgAndGenerate) {
  EXPECT_EQ(ParseAs<Reorg>("reorg table b.t where p = 'apply (purge)' apply (purge)").where,
            "p = 'apply (purge)'");
  EXPECT_EQ(ParseAs<Reorg>("reorg table b.t apply (purge)").where, "");
  EXPECT_EQ(ParseAs<GenerateManifest>("generate symlink_format_manifest for table '/x'").table.path,
            "/x");
  for (const char* sql :
       {"reorg table t", "reorg table t where apply (purge)", "reorg table t apply (upgrade)",
        "generate manifest for table t", "generate symlink_format_manifest for t"}) {
    EXPECT_EQ(Parse(sql).error().kind, ErrorKind::kUsage) << sql;
  }
}

TEST(ParseLakeStatement, ReadsInsert) {
  const auto overwrite = ParseAs<Insert>(
      "with n as (select 1) insert overwrite table b.t partition (p = f(',', 1), \"Q x\") (a, b) "
      "select * from n");
  EXPECT_TRUE(overwrite.overwrite);
  EXPECT_EQ(overwrite.partition[0].second, "f(',', 1)");
  EXPECT_EQ(overwrite.partition[1].first, "Q x");
  EXPECT_EQ(overwrite.partition[1].second, std::nullopt);
  EXPECT_THAT(overwrite.columns, testing::ElementsAre("a", "b"));
  EXPECT_EQ(overwrite.query, "with n as (select 1) SELECT * FROM (select * from n)");

  const auto replace = ParseAs<Insert>(
      "insert into t by name replace where a is distinct from 1 and b = 'from' from s");
  EXPECT_TRUE(replace.by_name);
  EXPECT_EQ(replace.replace_where, "a is distinct FROM 1 and b = 'from'");
  EXPECT_EQ(replace.query, "from s");

  EXPECT_TRUE(
      ParseAs<Insert>("insert with schema evolution into t (values (1, 2))").columns.empty());
  for (const char* sql :
       {"insert into t select 1", "insert into t by name from s", "insert or replace into t from s",
        "with i as (select 1) select 'insert' as insert from i",
        "insert into t (a, b) values (1, 2)"}) {
    const auto parsed = Parse(sql);
    ASSERT_TRUE(parsed.has_value()) << sql;
    EXPECT_FALSE(parsed->has_value()) << sql;
  }
  EXPECT_EQ(Parse("insert overwrite t partition p").error().ToString(),
            "1:30: expected '(', found 'p'");
}

TEST(ParseLakeStatement, ReadsEvolvingMerge) {
  const auto star = ParseAs<EvolvingMerge>(
      "merge with schema evolution into b.t as x using (select 1 as on_) s on x.a = s.a when "
      "matched "
      "then update set * when not matched then insert *");
  EXPECT_EQ(star.source, "(select 1 as on_) s");
  EXPECT_TRUE(star.all_columns);
  EXPECT_EQ(
      star.sql,
      "MERGE INTO b.t as x using (select 1 as on_) s on x.a = s.a when matched then UPDATE BY "
      "NAME when not matched then INSERT BY NAME");
  const auto named = ParseAs<EvolvingMerge>(
      "merge with schema evolution into t using s on true when matched then update set t.a = f(1, "
      "2), b = 3 when not matched then insert (c, d) values (1, 2)");
  EXPECT_FALSE(named.all_columns);
  EXPECT_THAT(named.columns, testing::ElementsAre("a", "b", "c", "d"));
  EXPECT_FALSE(Parse("merge into t using s on true when matched then delete")->has_value());
}

}  // namespace
}  // namespace limno::engine
