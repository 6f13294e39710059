#include "ingest/extract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "ingest/testing/sample_files.h"

namespace limno::ingest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::MakeCsv;
using testing::MakeGzip;
using testing::MakeTar;
using testing::MakeZip;
using testing::MakeZstd;
using testing::Members;
using ::testing::Pair;
using testing::TemporaryFolder;

class ExtractTest : public ::testing::Test {
 protected:
  /// Member -> content of all that is extracted from a file of these bytes.
  Result<std::map<std::string, std::string>> ExtractBytes(const std::string& bytes) {
    const std::string path = folder_.Write("input", bytes);
    TextInspector inspector;
    inspector.Add(bytes);
    options_.work_folder = folder_.path();
    std::map<std::string, std::string> found;
    LIMNO_TRY(Extract(path, inspector, options_, [&](const ExtractedFile& file) -> Result<void> {
      found[file.member] = testing::ReadWhole(file.path);
      return {};
    }));
    return found;
  }

  Error ErrorOf(const std::string& bytes) {
    const auto found = ExtractBytes(bytes);
    return found ? Error{ErrorKind::kInternal, "it was accepted", {}, {}} : found.error();
  }

  TemporaryFolder folder_;
  ExtractOptions options_;
};

const Members kTwoMonths = {{"2013/01.csv", MakeCsv(0, 200)}, {"2013/02.csv", MakeCsv(200, 200)}};

TEST_F(ExtractTest, PlainTextIsUsedWhereItIs) {
  const auto found = ExtractBytes("a,b\n1,2\n");
  ASSERT_TRUE(found) << found.error().ToString();
  EXPECT_THAT(*found, ElementsAre(Pair("", "a,b\n1,2\n")));
}

TEST_F(ExtractTest, MixedLineEndsBecomeOneKind) {
  const auto plain = ExtractBytes("a,b\r\n1,2\n\"x\r\ny\",4\r\n");
  ASSERT_TRUE(plain) << plain.error().ToString();
  EXPECT_THAT(*plain, ElementsAre(Pair("", "a,b\n1,2\n\"x\r\ny\",4\n")));
  const auto latin = ExtractBytes("a,b\r\n\xfc,2\n");
  ASSERT_TRUE(latin) << latin.error().ToString();
  EXPECT_THAT(*latin, ElementsAre(Pair("", "a,b\n\xc3\xbc,2\n")));
}

TEST_F(ExtractTest, UnpacksGzipAndZstandardByContentAlsoInSeveralStreams) {
  const std::string csv = MakeCsv(0, 100'000);
  for (const std::string& packed : {MakeGzip(csv), MakeZstd(csv)}) {
    const auto found = ExtractBytes(packed);
    ASSERT_TRUE(found) << found.error().ToString();
    EXPECT_EQ(found->at(""), csv);
    const auto twice = ExtractBytes(packed + packed);
    ASSERT_TRUE(twice) << twice.error().ToString();
    EXPECT_EQ(twice->at(""), csv + csv);
  }
}

TEST_F(ExtractTest, AStreamMayEndWhereABufferDoes) {
  for (const size_t bytes : {kPieceBytes - 1, kPieceBytes, kPieceBytes + 1, 2 * kPieceBytes}) {
    const std::string text = "a\n" + std::string(bytes - 3, '1') + "\n";
    for (const std::string& packed : {MakeGzip(text), MakeZstd(text)}) {
      const auto found = ExtractBytes(packed);
      ASSERT_TRUE(found) << bytes << ": " << found.error().ToString();
      EXPECT_EQ(found->at(""), text);
      const auto twice = ExtractBytes(packed + packed);
      ASSERT_TRUE(twice) << bytes << ": " << twice.error().ToString();
      EXPECT_EQ(twice->at("").size(), 2 * bytes);
    }
  }
}

TEST_F(ExtractTest, TruncatedOrDamagedStreamsAreCorrupt) {
  const std::string csv = MakeCsv(0, 2'000);
  for (const std::string& packed : {MakeGzip(csv), MakeZstd(csv)}) {
    for (size_t length = 20; length < packed.size(); length += 100) {
      EXPECT_EQ(ErrorOf(packed.substr(0, length)).kind, ErrorKind::kCorrupt) << length;
    }
  }
  std::string damaged = MakeGzip(csv);
  damaged[damaged.size() - 6] = static_cast<char>(damaged[damaged.size() - 6] ^ 1);
  EXPECT_EQ(ErrorOf(damaged).kind, ErrorKind::kCorrupt) << "the checksum was not looked at";
}

TEST_F(ExtractTest, FindsTablesInNestedFoldersAndSkipsTheRest) {
  const auto found = ExtractBytes(MakeZip({{"data/", ""},
                                           {"data/2013/jan.csv", "a\n1\n"},
                                           {"data/feb.csv.gz", MakeGzip("a\n2\n")},
                                           {"__MACOSX/data/._jan.csv", "junk"},
                                           {".hidden.csv", "junk"},
                                           {"data/.cache/x.csv", "junk"},
                                           {"README.md", "read me"},
                                           {"notes.txt", "not a table"}}));
  ASSERT_TRUE(found) << found.error().ToString();
  EXPECT_THAT(*found,
              ElementsAre(Pair("data/2013/jan.csv", "a\n1\n"), Pair("data/feb.csv.gz", "a\n2\n")));
}

TEST_F(ExtractTest, ReadsZip64AndMembersThatAreOnlyStored) {
  for (const char* options :
       {"zip:zip64", "zip:compression=store", "zip:compression=store,zip:zip64"}) {
    const auto found = ExtractBytes(MakeZip(kTwoMonths, options));
    ASSERT_TRUE(found) << options << ": " << found.error().ToString();
    EXPECT_EQ(found->at("2013/01.csv"), MakeCsv(0, 200));
    EXPECT_EQ(found->at("2013/02.csv"), MakeCsv(200, 200));
  }
}

TEST_F(ExtractTest, TextFilesCountWhereNothingBetterIsInside) {
  const auto found = ExtractBytes(MakeZip({{"README.txt", "hello"}, {"data.txt", "a\n1\n"}}));
  ASSERT_TRUE(found) << found.error().ToString();
  EXPECT_THAT(*found, ElementsAre(Pair("data.txt", "a\n1\n")));
}

TEST_F(ExtractTest, ReadsTarAlsoCompressed) {
  for (const std::string& bytes : {MakeTar(kTwoMonths), MakeGzip(MakeTar(kTwoMonths))}) {
    const auto found = ExtractBytes(bytes);
    ASSERT_TRUE(found) << found.error().ToString();
    EXPECT_EQ(found->size(), 2U);
    EXPECT_EQ(found->at("2013/02.csv"), MakeCsv(200, 200));
  }
}

TEST_F(ExtractTest, ZipCutAnywhereIsCorrupt) {
  const std::string zip = MakeZip(kTwoMonths);
  for (size_t length = 4; length < zip.size(); length += 100) {
    EXPECT_EQ(ErrorOf(zip.substr(0, length)).kind, ErrorKind::kCorrupt) << length;
  }
  EXPECT_EQ(ErrorOf(zip.substr(0, zip.size() - 1)).kind, ErrorKind::kCorrupt);
  EXPECT_THAT(ErrorOf(zip.substr(0, zip.size() / 2)).message, HasSubstr("truncated"));
}

TEST_F(ExtractTest, DamagedMemberIsCorruptAndNamed) {
  std::string zip = MakeZip(kTwoMonths);
  zip[120] = static_cast<char>(zip[120] ^ 0x55);
  const Error error = ErrorOf(zip);
  EXPECT_EQ(error.kind, ErrorKind::kCorrupt) << error.ToString();
  EXPECT_THAT(error.ToString(), HasSubstr("2013/01.csv"));
}

TEST_F(ExtractTest, MemberNamesNeverLeadOutOfTheWorkFolder) {
  const auto found =
      ExtractBytes(MakeZip({{"../../escaped.csv", "a\n1\n"}, {"/tmp/escaped.csv", "a\n2\n"}}));
  ASSERT_TRUE(found) << found.error().ToString();
  EXPECT_EQ(found->size(), 2U);
  EXPECT_TRUE(found->contains("../../escaped.csv"));
}

TEST_F(ExtractTest, RefusesWhatHoldsNoTable) {
  EXPECT_THAT(ErrorOf(MakeZip({{"photo.jpg", "x"}})).message, HasSubstr("no CSV inside"));
  EXPECT_THAT(ErrorOf(MakeZip({})).message, HasSubstr("no CSV inside"));
  EXPECT_THAT(ErrorOf(MakeZip({{"in.zip", MakeZip(kTwoMonths)}})).message,
              HasSubstr("archive inside an archive"));
  EXPECT_THAT(ErrorOf(MakeZip({{"in.csv", MakeZip(kTwoMonths)}})).message,
              HasSubstr("archive inside an archive"));
  EXPECT_THAT(ErrorOf(MakeGzip(MakeGzip("a\n1\n"))).message, HasSubstr("compressed"));
  EXPECT_THAT(ErrorOf("").message, HasSubstr("empty"));
  EXPECT_THAT(ErrorOf("<!DOCTYPE html><html>").message, HasSubstr("web page"));
  EXPECT_THAT(ErrorOf("%PDF-1.7 ...").message, HasSubstr("PDF"));
}

TEST_F(ExtractTest, OneBadMemberRefusesTheArchiveAndIsNamed) {
  const Error error = ErrorOf(MakeZip({{"good.csv", "a\n1\n"}, {"bad.csv", "a\n\x01\x02\n"}}));
  EXPECT_EQ(error.kind, ErrorKind::kRefused);
  EXPECT_EQ(error.where, "bad.csv");
}

TEST_F(ExtractTest, RefusesEncryptedMembers) {
  const Error error = ErrorOf(testing::MakeEncryptedZip(kTwoMonths));
  EXPECT_EQ(error.kind, ErrorKind::kRefused);
  EXPECT_THAT(error.message, HasSubstr("encrypted"));
}

TEST_F(ExtractTest, StopsWhatUnpacksToTooMuch) {
  options_.limits.ratio_counts_above_bytes = 1'000'000;
  const std::string zeros(10'000'000, '0');
  for (const std::string& bomb :
       {MakeGzip(zeros), MakeZstd(zeros), MakeZip({{"zeros.csv", zeros}})}) {
    EXPECT_EQ(ErrorOf(bomb).kind, ErrorKind::kRefused);
  }
  options_.limits = UnpackLimits{};
  options_.limits.members_max = 1;
  EXPECT_THAT(ErrorOf(MakeZip(kTwoMonths)).message, HasSubstr("more than 1 members"));
}

TEST_F(ExtractTest, ConvertsOtherEncodings) {
  const auto latin = ExtractBytes("name\ncaf\xe9\x80\n");
  ASSERT_TRUE(latin) << latin.error().ToString();
  EXPECT_EQ(latin->at(""), "name\ncaf\xc3\xa9\xe2\x82\xac\n");
  const auto wide = ExtractBytes(MakeZip({{"x.csv", std::string("\xff\xfe"
                                                                "a\0\n\0\xe9\0",
                                                                8)}}));
  ASSERT_TRUE(wide) << wide.error().ToString();
  EXPECT_EQ(wide->at("x.csv"), "a\n\xc3\xa9");
}

TEST_F(ExtractTest, HoldsTheFormatThatWasGiven) {
  options_.format = TableFormat::kParquet;
  EXPECT_THAT(ErrorOf("a,b\n1,2\n").message, HasSubstr("not a Parquet file"));
  options_.format = TableFormat::kCsv;
  EXPECT_THAT(ErrorOf("PAR1xxxx").message, HasSubstr("given as csv"));
}

}  // namespace
}  // namespace limno::ingest
