#include "ingest/csv_dialect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/column_types.h"
#include "ingest/file_kind.h"

namespace limno::ingest {
namespace {

using ::testing::ElementsAre;

TEST(CsvDialect, FindsTheDelimiterThatCutsRecordsAlike) {
  EXPECT_EQ(DetectDialect("a,b\n1,2\n").delimiter, ',');
  EXPECT_EQ(DetectDialect("a;b\n1,5;2\n2,5;3\n").delimiter, ';');
  EXPECT_EQ(DetectDialect("a\tb\nx, y\tz\n").delimiter, '\t');
  EXPECT_EQ(DetectDialect("a|b|c\n1|2|3\n").delimiter, '|');
  EXPECT_EQ(DetectDialect("one\n1\n2\n").delimiter, ',');
  EXPECT_EQ(DetectDialect("").delimiter, ',');
}

TEST(CsvDialect, OneRaggedRowChangesNothing) {
  EXPECT_EQ(DetectDialect("a;b\n1;2\n3\n4;5\n6;7\n").delimiter, ';');
}

TEST(CsvDialect, QuotedFieldsHideDelimitersAndLineEnds) {
  const CsvDialect dialect =
      DetectDialect("\xef\xbb\xbf\"a;x\",\"b\n\"\"c\"\"\",d\\\"e\r\n1,2,3\r\n");
  EXPECT_EQ(dialect.delimiter, ',');
  EXPECT_THAT(dialect.first_record, ElementsAre("a;x", "b\n\"c\"", "d\\\"e"));
}

TEST(CsvDialect, NoticesBackslashes) {
  EXPECT_TRUE(DetectDialect("a,b\n1,\"\\\"\"\n").backslashes);
  EXPECT_FALSE(DetectDialect("a,b\n1,\"\"\"\"\n").backslashes);
}

TEST(CsvDialect, AGivenDelimiterIsTaken) {
  EXPECT_THAT(DetectDialect("a,b;c\n", ';').first_record, ElementsAre("a,b", "c"));
}

TEST(ColumnTypes, CommonTypesLoseNothing) {
  EXPECT_EQ(CommonType("BIGINT", "INTEGER"), "BIGINT");
  EXPECT_EQ(CommonType("BIGINT", "DOUBLE"), "DOUBLE");
  EXPECT_EQ(CommonType("DATE", "TIMESTAMP"), "TIMESTAMP");
  EXPECT_EQ(CommonType("DECIMAL(10,2)", "DECIMAL(5,4)"), "DECIMAL(12,4)");
  EXPECT_EQ(CommonType("DECIMAL(10,2)", "INTEGER"), "DECIMAL(12,2)");
  EXPECT_EQ(CommonType("BIGINT", "VARCHAR"), std::nullopt);
  EXPECT_EQ(CommonType("BOOLEAN", "BIGINT"), std::nullopt);
  EXPECT_TRUE(FitsInto("INTEGER", "BIGINT"));
  EXPECT_FALSE(FitsInto("BIGINT", "INTEGER"));
}

TEST(ColumnTypes, TheMajorityElectsAndEmptyColumnsDoNotVote) {
  EXPECT_EQ(ElectType({{"VARCHAR", true}, {"BIGINT", true}, {"DOUBLE", true}}), "DOUBLE");
  EXPECT_EQ(ElectType({{"VARCHAR", false}, {"VARCHAR", false}, {"DATE", true}}), "DATE");
  EXPECT_EQ(ElectType({{"VARCHAR", true}, {"BIGINT", true}}), "VARCHAR");
  EXPECT_EQ(ElectType({{"VARCHAR", false}}), "VARCHAR");
}

TEST(FileKind, NamesPromiseWhatIsInside) {
  EXPECT_EQ(JudgeName("a/b.CSV"), NamePromise::kTable);
  EXPECT_EQ(JudgeName("b.tsv.gz"), NamePromise::kTable);
  EXPECT_EQ(JudgeName("b.tar.gz"), NamePromise::kArchive);
  EXPECT_EQ(JudgeName("b.gz"), NamePromise::kPerhaps);
  EXPECT_EQ(JudgeName("b"), NamePromise::kPerhaps);
  EXPECT_EQ(JudgeName("README"), NamePromise::kOther);
  EXPECT_EQ(JudgeName("b.pdf"), NamePromise::kOther);
  EXPECT_EQ(JudgeName("../b.csv"), NamePromise::kTable);
  EXPECT_EQ(JudgeName("__MACOSX/b.csv"), NamePromise::kHidden);
  EXPECT_EQ(JudgeName("a/.b/c.csv"), NamePromise::kHidden);
}

TEST(FileKind, TextThatBeginsLikeASignatureIsText) {
  EXPECT_EQ(RecognizeFormat("ORCA,b\n1,2\n").kind, FileKind::kText);
  EXPECT_EQ(RecognizeFormat(std::string("ORC\x01\x02", 5)).kind, FileKind::kForeign);
}

TEST(FindTableStart, SeesTextAboveATable) {
  const auto start = FindTableStart(
      "Report of 2024\r\nStation: Kiel, North\r\n\r\nday;st;c\r\n1;a;2\r\n1;b;\"x\r\ny\"\r\n");
  ASSERT_TRUE(start);
  EXPECT_EQ(start->line, 4U);
  EXPECT_EQ(start->fields, 3U);
  EXPECT_EQ(start->fields_before, 1U);
  EXPECT_EQ(FindTableStart("# a\nx,y\n1,2", ',')->line, 2U);
}

TEST(FindTableStart, DoesNotGuessWhereTheTableItselfIsRagged) {
  for (const char* text : {"", "a", "a,b\n1,2\n", "a,b\n1,2\n1,2,3\n1,2\n", "a,b,c\n1,2\n1,2\n",
                           "a,b\n1,2,3\n", "a\n1\n2\n"}) {
    EXPECT_FALSE(FindTableStart(text)) << text;
  }
}

}  // namespace
}  // namespace limno::ingest
