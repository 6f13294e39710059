#include "ingest/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "ingest/testing/loading_lake.h"

namespace limno::ingest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::LoadingLake;
using testing::MakeCsv;
using testing::MakeZip;

class LoadTest : public ::testing::Test {
 protected:
  /// Loads and expects the load itself to work.
  StepReport Load(const std::vector<std::string>& names) {
    const auto report = lake_.LoadFiles(names);
    EXPECT_TRUE(report) << report.error().ToString();
    return report.value_or(StepReport{});
  }

  /// Why the only file was skipped.
  std::string ReasonFor(const std::string& content) {
    lake_.folder.Write("bad.csv", content);
    const StepReport report = Load({"bad.csv"});
    return report.skipped.size() == 1 ? report.skipped[0].reason.ToString()
                                      : "status " + report.status;
  }

  std::string Rows() { return lake_.Ask("select count(*) from lake.bronze.t"); }

  LoadingLake lake_;
};

TEST_F(LoadTest, LoadsEachFileOnceWithItsProvenance) {
  lake_.folder.Write("in/1.csv", MakeCsv(0, 10));
  lake_.folder.Write("in/2.zip", MakeZip({{"x/2.csv", MakeCsv(10, 5)}, {"3.csv", MakeCsv(15, 5)}}));
  const StepReport report = Load({"in"});
  EXPECT_EQ(report.status, "done");
  EXPECT_EQ(report.files_read, 2U);
  EXPECT_EQ(report.rows_in, 20U);
  EXPECT_EQ(report.rows_inserted, 20U);
  EXPECT_GE(report.version, 0);
  EXPECT_TRUE(report.skipped.empty());
  EXPECT_EQ(Rows(), "20");
  EXPECT_EQ(lake_.Ask("select sum(a) from lake.bronze.t"), "190");
  EXPECT_THAT(lake_.AskAll("select _limno_member, count(*), count(distinct _limno_load_id), "
                           "count(_limno_loaded_at) from lake.bronze.t group by all order by 1 "
                           "nulls last"),
              ElementsAre("3.csv|5|1|5", "x/2.csv|5|1|5", "NULL|10|1|10"));
  EXPECT_EQ(lake_.Ask("select max(_limno_file) from lake.bronze.t"), lake_.folder / "in/2.zip");

  const StepReport again = Load({"in"});
  EXPECT_EQ(again.status, "nothing to do");
  EXPECT_EQ(again.files_unchanged, 2U);
  EXPECT_EQ(again.rows_in, 0U);
  EXPECT_EQ(Rows(), "20");
}

TEST_F(LoadTest, LoadsWhatIsNewOrChanged) {
  lake_.folder.Write("in/1.csv", MakeCsv(0, 10));
  Load({"in"});
  lake_.folder.Write("in/1.csv", MakeCsv(0, 11));
  lake_.folder.Write("in/2.csv", MakeCsv(0, 1));
  const StepReport report = Load({"in"});
  EXPECT_EQ(report.files_read, 2U);
  EXPECT_EQ(Rows(), "22");
}

TEST_F(LoadTest, BadFilesAreSkippedWithTheirReasonAndTheOthersGoOn) {
  const std::string zip = MakeZip({{"1.csv", MakeCsv(0, 300)}});
  lake_.folder.Write("in/a.csv", MakeCsv(0, 10));
  lake_.folder.Write("in/b.zip", zip.substr(0, zip.size() / 2));
  lake_.folder.Write("in/c.csv", "a,b\n1,x\n2\n");
  lake_.folder.Write("in/d.zip", MakeZip({{"good.csv", MakeCsv(0, 5)}, {"bad.csv", "a,b\n1\n"}}));
  lake_.folder.Write("in/e.csv", std::string("\x7f\x45\x00\x01 junk", 9));
  lake_.folder.Write("in/f.csv", "");
  lake_.web.Put("https://host/g.csv", {MakeCsv(10, 10), ""});
  LoadOptions load;
  load.from = {lake_.folder / "in", "https://host/404.csv", "https://host/g.csv",
               lake_.folder / "missing.csv"};
  load.into = "bronze.t";
  const auto report = lake_.Load(load);
  ASSERT_TRUE(report) << report.error().ToString();
  EXPECT_EQ(report->status, "done");
  EXPECT_EQ(report->files_read, 2U);
  EXPECT_EQ(Rows(), "20");
  ASSERT_EQ(report->skipped.size(), 7U);
  std::map<std::string, std::string> reasons;
  for (const SkippedFile& file : report->skipped) {
    reasons[std::filesystem::path(file.file).filename()] = file.reason.ToString();
  }
  EXPECT_THAT(reasons["b.zip"], HasSubstr("truncated"));
  EXPECT_THAT(reasons["c.csv"], HasSubstr("line 3 has 1 fields instead of 2"));
  EXPECT_THAT(reasons["d.zip"], HasSubstr("bad.csv: line 2"));
  EXPECT_THAT(reasons["e.csv"], HasSubstr("not a text file"));
  EXPECT_THAT(reasons["f.csv"], HasSubstr("empty"));
  EXPECT_THAT(reasons["404.csv"], HasSubstr("404"));
  EXPECT_THAT(reasons["missing.csv"], HasSubstr("no such file"));
}

TEST_F(LoadTest, WithoutContinuingOneBadFileStopsAll) {
  lake_.folder.Write("in/a.csv", MakeCsv(0, 10));
  lake_.folder.Write("in/b.csv", "a,b\n1\n");
  LoadOptions load;
  load.from = {lake_.folder / "in"};
  load.into = "bronze.t";
  load.continue_on_error = false;
  const auto report = lake_.Load(load);
  ASSERT_TRUE(report) << report.error().ToString();
  EXPECT_EQ(report->status, "failed");
  ASSERT_TRUE(report->error);
  EXPECT_THAT(report->error->ToString(), HasSubstr("b.csv"));
  EXPECT_THAT(Rows(), HasSubstr("error"));
}

TEST_F(LoadTest, ColumnsMayBeMissingAndNewOnesAreAdded) {
  lake_.folder.Write("1.csv", "a,b\n1,x\n");
  lake_.folder.Write("2.csv", "a,c\n2,2.5\n");
  lake_.folder.Write("3.csv", "d,A\n2013-01-31,3\n");
  Load({"1.csv", "2.csv"});
  Load({"3.csv"});
  EXPECT_THAT(lake_.AskAll("select a, b, c, d from lake.bronze.t order by a"),
              ElementsAre("1|x|NULL|NULL", "2|NULL|2.5|NULL", "3|NULL|NULL|2013-01-31"));
}

TEST_F(LoadTest, ClashWithTheTableNamesColumnTypesValueAndLine) {
  lake_.folder.Write("1.csv", "a,b\n1,x\n");
  Load({"1.csv"});
  EXPECT_THAT(ReasonFor("b,a\nx,2\ny,abc\n"),
              HasSubstr("column a: table has BIGINT, file has VARCHAR ('abc' in line 3)"));
  EXPECT_THAT(ReasonFor("other,names\n1,2\n"), HasSubstr("no column of the file is in the table"));
  EXPECT_EQ(Rows(), "1");
}

TEST_F(LoadTest, TypesOfANewTableAreThoseOfMostFiles) {
  lake_.folder.Write("1.csv", "a,b\nabc,1\n");
  lake_.folder.Write("2.csv", "a,b\n2,1.5\n");
  lake_.folder.Write("3.csv", "a,b\n3,\n");
  lake_.folder.Write("4.csv", "x,y\n3,\n");
  const StepReport report = Load({"1.csv", "2.csv", "3.csv", "4.csv"});
  ASSERT_EQ(report.skipped.size(), 2U);
  EXPECT_THAT(report.skipped[0].reason.message,
              HasSubstr("column a: most files have BIGINT, file has VARCHAR ('abc' in line 2)"));
  EXPECT_THAT(report.skipped[1].reason.message, HasSubstr("no column"));
  EXPECT_THAT(lake_.AskAll("select a, b from lake.bronze.t order by a"),
              ElementsAre("2|1.5", "3|NULL"));
}

TEST_F(LoadTest, TextWinsWhereMostFilesHaveItAndNumbersKeepTheirSpelling) {
  lake_.folder.Write("1.csv", "zip,n\n01234,1\n");
  lake_.folder.Write("2.csv", "zip,n\nA1,2\n");
  lake_.folder.Write("3.csv", "zip,n\nB2,3\n");
  Load({"1.csv", "2.csv", "3.csv"});
  EXPECT_THAT(lake_.AskAll("select zip from lake.bronze.t order by n"),
              ElementsAre("01234", "A1", "B2"));
}

TEST_F(LoadTest, ASampleThatMisleadsIsCorrected) {
  std::string csv = "a,b\n";
  for (int i = 0; i < 60'000; ++i) {
    csv += "1,x\n";
  }
  lake_.folder.Write("1.csv", csv + "abc,x\n");
  EXPECT_EQ(Load({"1.csv"}).status, "done");
  EXPECT_EQ(lake_.Ask("select count(*) from lake.bronze.t where a = 'abc'"), "1");
}

TEST_F(LoadTest, DialectOptionsAreHeld) {
  lake_.folder.Write("1.csv", "2;\"say \"\"hi\"\"\";-\r\n1;\"x\ny\";NA\r\n");
  LoadOptions load;
  load.from = {lake_.folder / "1.csv"};
  load.into = "bronze.t";
  load.header_given = true;
  load.header = false;
  load.null_values = {"NA", "-"};
  load.columns = {{"column0", "int"}};
  load.provenance = false;
  const auto report = lake_.Load(load);
  ASSERT_TRUE(report) << report.error().ToString();
  ASSERT_TRUE(report->skipped.empty()) << report->skipped[0].reason.ToString();
  EXPECT_THAT(lake_.AskAll("select * from lake.bronze.t order by 1"),
              ElementsAre("1|x\ny|NULL", "2|say \"hi\"|NULL"));
  EXPECT_EQ(lake_.Ask("select typeof(column0) from lake.bronze.t"), "INTEGER");
}

TEST_F(LoadTest, DatesThatCouldMeanTwoDaysStayText) {
  lake_.folder.Write("1.csv", "a,d\n1,01/02/2013\n");
  Load({"1.csv"});
  EXPECT_EQ(lake_.Ask("select d from lake.bronze.t"), "01/02/2013");
}

TEST_F(LoadTest, HeaderOnlyLoadsNoRowsButIsDone) {
  lake_.folder.Write("0.csv", "a,b\n");
  lake_.folder.Write("1.csv", "a,b\n1,2\n");
  const StepReport report = Load({"0.csv", "1.csv"});
  EXPECT_TRUE(report.skipped.empty());
  EXPECT_EQ(report.files_read, 2U);
  EXPECT_EQ(lake_.Ask("select typeof(a) from lake.bronze.t"), "BIGINT");
  EXPECT_EQ(Load({"0.csv", "1.csv"}).status, "nothing to do");
}

TEST_F(LoadTest, RaggedRowsAreNotTakenForOneColumn) {
  std::string csv = "a,b\n";
  for (int i = 0; i < 50; ++i) {
    csv += i == 20 ? "1,2,3\n" : "1,2\n";
  }
  EXPECT_THAT(ReasonFor(csv), HasSubstr("line 22 has 3 fields instead of 2: 1,2,3"));
  EXPECT_THAT(ReasonFor("a,b\n1,\"open\n2,x\n"), HasSubstr("quote"));
  EXPECT_THAT(ReasonFor("<html><body>503</body></html>"), HasSubstr("web page"));
}

TEST_F(LoadTest, MixedLineEndsAreNoFault) {
  lake_.folder.Write("1.csv", "a,b\r\n1,x\n2,\"y\r\nz\"\r\n3,w\r");
  Load({"1.csv"});
  EXPECT_THAT(lake_.AskAll("select a, b from lake.bronze.t order by a"),
              ElementsAre("1|x", "2|y\r\nz", "3|w"));
}

TEST_F(LoadTest, ParquetIsLoadedAndDamagedParquetRefused) {
  auto session = lake_.engine->NewSession();
  ASSERT_TRUE((*session)->WriteParquet("select 7 as a, 'x' as b, time '10:00' as t",
                                       lake_.folder / "1.parquet"));
  const StepReport report = Load({"1.parquet"});
  ASSERT_TRUE(report.skipped.empty()) << report.skipped[0].reason.ToString();
  EXPECT_EQ(lake_.Ask("select concat_ws('|', a, b, t) from lake.bronze.t"), "7|x|10:00:00");
  const std::string bytes = testing::ReadWhole(lake_.folder / "1.parquet");
  lake_.folder.Write("2.parquet", bytes.substr(0, bytes.size() - 20));
  const StepReport damaged = Load({"2.parquet"});
  ASSERT_EQ(damaged.skipped.size(), 1U);
  EXPECT_EQ(damaged.skipped[0].reason.kind, ErrorKind::kCorrupt);
  EXPECT_EQ(damaged.status, "failed");
}

TEST_F(LoadTest, AnUnchangedUrlIsNotFetchedAgain) {
  lake_.web.Put("https://host/a.csv", {MakeCsv(0, 3), "\"v1\""});
  LoadOptions load;
  load.from = {"https://host/a.csv"};
  load.into = "bronze.t";
  ASSERT_TRUE(lake_.Load(load));
  ASSERT_EQ(lake_.Load(load)->files_unchanged, 1U);
  EXPECT_EQ(lake_.web.downloads(), 1);
  lake_.web.Put("https://host/a.csv", {MakeCsv(0, 4), "\"v2\""});
  EXPECT_EQ(lake_.Load(load)->rows_inserted, 4U);
  EXPECT_EQ(Rows(), "7");
}

TEST_F(LoadTest, AListAtAUrlIsFetchedEachTime) {
  lake_.web.Put("https://host/in/list.txt", {"a.csv\n", ""});
  lake_.web.Put("https://host/in/a.csv", {MakeCsv(0, 3), "\"v1\""});
  lake_.web.Put("https://host/in/b.csv", {MakeCsv(3, 2), "\"v1\""});
  LoadOptions load;
  load.from = {"@https://host/in/list.txt"};
  load.into = "bronze.t";
  EXPECT_EQ(lake_.Load(load)->rows_inserted, 3U);
  lake_.web.Put("https://host/in/list.txt", {"a.csv\nb.csv\n", ""});
  const StepReport report = *lake_.Load(load);
  EXPECT_EQ(report.files_unchanged, 1U);
  EXPECT_EQ(report.rows_inserted, 2U);
}

TEST_F(LoadTest, StandardInputIsSpooled) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const std::string csv = MakeCsv(0, 100);
  ASSERT_EQ(write(ends[1], csv.data(), csv.size()), static_cast<ssize_t>(csv.size()));
  close(ends[1]);
  LoaderOptions options = lake_.options();
  options.standard_input = ends[0];
  Loader loader([this] { return lake_.engine->NewSession(); }, *lake_.catalog, lake_.web,
                lake_.clock, lake_.random, options);
  LoadOptions load;
  load.from = {"-"};
  load.into = "bronze.t";
  const auto report = loader.Load(load, lake_.observer);
  close(ends[0]);
  ASSERT_TRUE(report) << report.error().ToString();
  EXPECT_EQ(Rows(), "100");
}

TEST_F(LoadTest, NothingIsLeftInTheWorkFolder) {
  lake_.folder.Write("1.zip", MakeZip({{"1.csv", MakeCsv(0, 10)}}));
  std::filesystem::create_directories(lake_.folder / "work/load-dead");
  lake_.folder.Write("work/load-dead/lock", "");
  lake_.folder.Write("work/load-dead/0/download", "left by a killed load");
  Load({"1.zip"});
  EXPECT_TRUE(std::filesystem::is_empty(lake_.folder / "work"));
}

TEST_F(LoadTest, WrongOptionsAreUsageErrors) {
  lake_.folder.Write("1.csv", MakeCsv(0, 1));
  LoadOptions load;
  load.from = {lake_.folder / "1.csv"};
  load.into = "flights";
  EXPECT_EQ(lake_.Load(load).error().kind, ErrorKind::kUsage);
  load.into = "bronze.t";
  load.columns = {{"a", "strng"}};
  EXPECT_THAT(lake_.Load(load).error().message, HasSubstr("strng"));
  load.columns = {};
  load.delimiter = "ab";
  EXPECT_EQ(lake_.Load(load).error().kind, ErrorKind::kUsage);
  load.delimiter = "";
  load.partition_by = {"bb"};
  EXPECT_EQ(lake_.Load(load).error().kind, ErrorKind::kUsage);
}

}  // namespace
}  // namespace limno::ingest
