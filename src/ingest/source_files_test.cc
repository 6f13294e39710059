#include "ingest/source_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "ingest/testing/sample_files.h"

namespace limno::ingest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

class SourceFilesTest : public ::testing::Test {
 protected:
  SourceFilesTest() {
    for (const char* name : {"2013/02.csv", "2013/01.csv", "2013/deep/03.csv.gz", "2013/.x.csv",
                             "2013/notes.md", "2013/_SUCCESS", "all.zip", "odd[1].csv"}) {
      folder_.Write(name, "a\n1\n");
    }
  }

  /// Relative to the folder.
  std::vector<std::string> Uris(const InputList& list) {
    std::vector<std::string> uris;
    for (const InputFile& file : list.files) {
      const std::filesystem::path path(file.uri);
      uris.push_back(file.place == InputPlace::kLocal
                         ? path.lexically_relative(folder_.path()).string()
                         : file.uri);
    }
    return uris;
  }

  InputList List(const std::string& pattern) { return ListInputFiles({folder_ / pattern}); }

  TemporaryFolder folder_;
};

TEST_F(SourceFilesTest, FoldersGiveTablesAtAnyDepth) {
  EXPECT_THAT(Uris(List("2013")), ElementsAre("2013/01.csv", "2013/02.csv", "2013/deep/03.csv.gz"));
  EXPECT_THAT(Uris(List("2013/")),
              ElementsAre("2013/01.csv", "2013/02.csv", "2013/deep/03.csv.gz"));
}

TEST_F(SourceFilesTest, GlobsAreSortedAndCrossFoldersWithTwoStars) {
  EXPECT_THAT(Uris(List("2013/*.csv")), ElementsAre("2013/01.csv", "2013/02.csv"));
  EXPECT_THAT(Uris(List("**/*.csv*")),
              ElementsAre("2013/01.csv", "2013/02.csv", "2013/deep/03.csv.gz", "odd[1].csv"));
  EXPECT_THAT(Uris(List("20?3/0[2-9].csv")), ElementsAre("2013/02.csv"));
}

TEST_F(SourceFilesTest, AnExistingFileIsMeantLiterally) {
  EXPECT_THAT(Uris(List("odd[1].csv")), ElementsAre("odd[1].csv"));
  EXPECT_THAT(Uris(List("2013/.x.csv")), ElementsAre("2013/.x.csv"));
}

TEST_F(SourceFilesTest, ListFilesNameFilesRelativeToThemselves) {
  folder_.Write("lists/files.txt",
                "# months\n../2013/01.csv\r\n\n  https://host/x.csv\n../2013/01.csv\n");
  EXPECT_THAT(Uris(ListInputFiles({"@" + (folder_ / "lists/files.txt")})),
              ElementsAre("2013/01.csv", "https://host/x.csv"));
}

TEST_F(SourceFilesTest, EachFileOnceInTheOrderOfThePatterns) {
  EXPECT_THAT(Uris(ListInputFiles({"-", folder_ / "all.zip", folder_ / "2013/*.csv",
                                   folder_ / "./2013/../all.zip"})),
              ElementsAre("stdin", "all.zip", "2013/01.csv", "2013/02.csv"));
}

TEST_F(SourceFilesTest, SecretsOfUrlsStayOutOfNames) {
  const InputList list = ListInputFiles({"https://me:word@host/x.csv?a=b@c"});
  ASSERT_EQ(list.files.size(), 1U);
  EXPECT_EQ(list.files[0].uri, "https://host/x.csv?a=b@c");
  EXPECT_EQ(list.files[0].address, "https://me:word@host/x.csv?a=b@c");
}

TEST_F(SourceFilesTest, EveryPatternWithoutFilesSaysSo) {
  const InputList list = ListInputFiles({folder_ / "none.csv", folder_ / "*.tsv", "s3://bucket/x",
                                         "", "@" + (folder_ / "no.txt"), folder_ / "all.zip"});
  ASSERT_EQ(list.problems.size(), 5U);
  EXPECT_EQ(list.problems[0].reason.kind, ErrorKind::kNotFound);
  EXPECT_THAT(list.problems[0].reason.ToString(), HasSubstr("none.csv"));
  EXPECT_THAT(list.problems[1].reason.message, HasSubstr("no file matches"));
  EXPECT_EQ(list.problems[2].reason.kind, ErrorKind::kUnsupported);
  EXPECT_EQ(list.files.size(), 1U);
}

TEST_F(SourceFilesTest, ListsThatNameThemselvesEnd) {
  const std::string path = folder_.Write("loop.txt", "@loop.txt\n");
  const InputList list = ListInputFiles({"@" + path});
  EXPECT_TRUE(list.files.empty());
  EXPECT_FALSE(list.problems.empty());
}

}  // namespace
}  // namespace limno::ingest
