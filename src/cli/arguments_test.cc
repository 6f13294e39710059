#include "cli/arguments.h"

#include <gtest/gtest.h>

namespace limno::cli {
namespace {

Result<Parsed> Parse(std::vector<const char*> words) {
  words.insert(words.begin(), "limno");
  return ParseArguments(static_cast<int>(words.size()), words.data());
}

Arguments Good(std::vector<const char*> words) {
  const auto parsed = Parse(std::move(words));
  EXPECT_TRUE(parsed) << parsed.error().ToString();
  return parsed ? parsed->arguments : Arguments{};
}

std::string Refusal(std::vector<const char*> words) {
  const auto parsed = Parse(std::move(words));
  EXPECT_FALSE(parsed);
  return parsed ? "" : parsed.error().ToString();
}

TEST(ParseArguments, TakesGlobalOptionsBeforeAndAfterTheCommand) {
  const Arguments arguments = Good({"-C", "p", "--lake", "l", "sql", "select 1", "--json",
                                    "--memory", "2GiB", "--threads", "3", "--no-sync"});
  EXPECT_EQ(arguments.command, "sql");
  EXPECT_EQ(arguments.sql, "select 1");
  EXPECT_TRUE(arguments.sql_given);
  EXPECT_EQ(arguments.global.lake.project, "p");
  EXPECT_EQ(arguments.global.lake.lake, "l");
  EXPECT_TRUE(arguments.global.json);
  EXPECT_EQ(arguments.global.lake.memory_limit_bytes, uint64_t{2} << 30U);
  EXPECT_EQ(arguments.global.lake.threads, 3);
  EXPECT_FALSE(arguments.global.lake.sync);
}

TEST(ParseArguments, ReadsLoad) {
  const Arguments arguments =
      Good({"load", "--null", "NA", "a.csv", "b.zip", "--into", "bronze.t", "--header", "no",
            "--column", "x=DECIMAL(10,2)", "--partition-by", "y,z", "--no-provenance"});
  EXPECT_EQ(arguments.load.from, (std::vector<std::string>{"a.csv", "b.zip"}));
  EXPECT_EQ(arguments.load.into, "bronze.t");
  EXPECT_EQ(arguments.load.null_values, std::vector<std::string>{"NA"});
  EXPECT_TRUE(arguments.load.header_given);
  EXPECT_FALSE(arguments.load.header);
  EXPECT_EQ(arguments.load.columns.at("x"), "DECIMAL(10,2)");
  EXPECT_EQ(arguments.load.partition_by, (std::vector<std::string>{"y", "z"}));
  EXPECT_FALSE(arguments.load.provenance);
  EXPECT_TRUE(arguments.load.continue_on_error);
}

TEST(ParseArguments, ReadsMaintenance) {
  EXPECT_EQ(Good({"vacuum", "s.t", "--retain", "7d", "--dry-run"}).retain_hours, 168u);
  EXPECT_TRUE(Good({"vacuum", "s.t", "--lite"}).lite);
  EXPECT_EQ(Good({"restore", "s.t", "--version", "3"}).version, 3);
  EXPECT_EQ(Good({"optimize", "s.t", "--zorder", "a,b"}).zorder,
            (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(Good({"run", "-s", "a", "-s", "b+"}).run.select, (std::vector<std::string>{"a", "b+"}));
}

TEST(ParseArguments, TellsTheNearestCommand) {
  EXPECT_EQ(Refusal({"--lake", "x", "tabels"}),
            "there is no command 'tabels' (did you mean 'tables'?)");
  EXPECT_EQ(Refusal({"frobnicate"}),
            "there is no command 'frobnicate' (`limno --help` lists the commands)");
}

TEST(ParseArguments, RefusesWhatCannotBe) {
  EXPECT_NE(Refusal({"load", "a.csv"}).find("--into"), std::string::npos);
  EXPECT_NE(Refusal({"restore", "s.t"}).find("--version N"), std::string::npos);
  EXPECT_NE(Refusal({"restore", "s.t", "--version", "1", "--timestamp", "x"}).find("excludes"),
            std::string::npos);
  EXPECT_NE(Refusal({"load", "a", "--into", "s.t", "--column", "x"}).find("--column"),
            std::string::npos);
  EXPECT_NE(Refusal({"vacuum", "s.t", "--retain", "soon"}).find("168h"), std::string::npos);
  EXPECT_NE(Refusal({"tables", "--memory", "lots"}).find("512MB"), std::string::npos);
}

TEST(ParseArguments, AnswersHelpAndVersionWithoutACommand) {
  EXPECT_NE(Parse({"--help"})->answer.find("Exit codes"), std::string::npos);
  EXPECT_NE(Parse({})->answer.find("limno"), std::string::npos);
  EXPECT_NE(Parse({"load", "--help"})->answer.find("limno load"), std::string::npos);
  EXPECT_EQ(Parse({"--version"})->answer, std::string("limno ") + LIMNO_VERSION + "\n");
}

TEST(ParseBytes, KnowsUnits) {
  EXPECT_EQ(*ParseBytes("512"), 512u);
  EXPECT_EQ(*ParseBytes("512 MB"), 512'000'000u);
  EXPECT_EQ(*ParseBytes("1gib"), uint64_t{1} << 30U);
  EXPECT_FALSE(ParseBytes("-1"));
  EXPECT_FALSE(ParseBytes("99999999999GB"));
}

TEST(ParseHours, KnowsUnits) {
  EXPECT_EQ(*ParseHours("168h"), 168u);
  EXPECT_EQ(*ParseHours("2 days"), 48u);
  EXPECT_EQ(*ParseHours("5"), 5u);
  EXPECT_FALSE(ParseHours("1y"));
}

}  // namespace
}  // namespace limno::cli
