#include "cli/sql_text.h"

#include <gtest/gtest.h>

namespace limno::cli {
namespace {

Arguments Command(const std::string& command, const std::string& table) {
  Arguments arguments;
  arguments.command = command;
  arguments.subject = table;
  return arguments;
}

TEST(TableSql, TakesNamesAndFolders) {
  EXPECT_EQ(*TableSql("bronze.flights"), "bronze.flights");
  EXPECT_EQ(*TableSql("bronze.my-flights"), "bronze.\"my-flights\"");
  EXPECT_EQ(*TableSql("/data/it's/t/"), "delta('/data/it''s/t')");
  EXPECT_EQ(TableSql("flights").error().kind, ErrorKind::kUsage);
  EXPECT_EQ(TableSql("bronze.").error().kind, ErrorKind::kUsage);
}

TEST(StatementFor, WritesTheStatementOfEachCommand) {
  EXPECT_EQ(*StatementFor(Command("history", "s.t")), "DESCRIBE HISTORY s.t");
  EXPECT_EQ(*StatementFor(Command("detail", "s.t")), "DESCRIBE DETAIL s.t");
  Arguments optimize = Command("optimize", "s.t");
  optimize.zorder = {"a", "b c"};
  optimize.where = "day > 3";
  EXPECT_EQ(*StatementFor(optimize), "OPTIMIZE s.t WHERE day > 3 ZORDER BY (a, \"b c\")");
  optimize.full = true;
  EXPECT_EQ(*StatementFor(optimize), "OPTIMIZE s.t FULL WHERE day > 3 ZORDER BY (a, \"b c\")");
  Arguments vacuum = Command("vacuum", "s.t");
  vacuum.retain_hours = 200;
  vacuum.dry_run = true;
  EXPECT_EQ(*StatementFor(vacuum), "VACUUM s.t RETAIN 200 HOURS DRY RUN");
  vacuum.lite = true;
  EXPECT_EQ(*StatementFor(vacuum), "VACUUM s.t LITE RETAIN 200 HOURS DRY RUN");
  Arguments restore = Command("restore", "s.t");
  restore.version = 3;
  EXPECT_EQ(*StatementFor(restore), "RESTORE s.t TO VERSION AS OF 3");
  restore.version.reset();
  restore.timestamp = "2024-01-01";
  EXPECT_EQ(*StatementFor(restore), "RESTORE s.t TO TIMESTAMP AS OF '2024-01-01'");
}

TEST(EndsStatement, LooksOutsideQuotesAndComments) {
  EXPECT_TRUE(EndsStatement("select 1;"));
  EXPECT_TRUE(EndsStatement("select 1; -- done\n"));
  EXPECT_TRUE(EndsStatement("select ';' ;"));
  EXPECT_TRUE(EndsStatement("select 'it''s';"));
  EXPECT_FALSE(EndsStatement("select 1"));
  EXPECT_FALSE(EndsStatement("select ';"));
  EXPECT_FALSE(EndsStatement("select 1 -- ;"));
  EXPECT_FALSE(EndsStatement("select 1 /* ;"));
  EXPECT_FALSE(EndsStatement("select 1; select 2"));
}

}  // namespace
}  // namespace limno::cli
