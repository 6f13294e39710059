#include "ingest/source_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

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

  InputList ListAll(const std::vector<std::string>& from) {
    return ListInputFiles(from, [this](const std::string& url) -> Result<std::string> {
      const auto page = web_.find(url);
      return page == web_.end() ? Result<std::string>(Fail(ErrorKind::kNotFound, "404", url))
                                : page->second;
    });
  }
  InputList List(const std::string& pattern) { return ListAll({folder_ / pattern}); }

  TemporaryFolder folder_;
  std::map<std::string, std::string> web_;
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
  EXPECT_THAT(Uris(ListAll({"@" + (folder_ / "lists/files.txt")})),
              ElementsAre("2013/01.csv", "https://host/x.csv"));
}

TEST_F(SourceFilesTest, ListsAtUrlsNameFilesRelativeToThemselves) {
  web_["https://me:word@host/in/list.txt?v=1"] =
      "\xef\xbb\xbf# months\r\n2013/01.csv\r\n/02.csv\n@../more.txt\nhttps://other/x.csv";
  web_["https://me:word@host/more.txt"] = "in/2013/01.csv\n03.csv\n";
  const InputList list = ListAll({"@https://me:word@host/in/list.txt?v=1"});
  EXPECT_THAT(Uris(list), ElementsAre("https://host/in/2013/01.csv", "https://host/02.csv",
                                      "https://host/03.csv", "https://other/x.csv"));
  EXPECT_EQ(list.files[0].address, "https://me:word@host/in/2013/01.csv");
  EXPECT_TRUE(list.problems.empty());
}

TEST_F(SourceFilesTest, ListsAtUrlsDoNotReachThisMachine) {
  web_["https://host/list.txt"] = "-\nfile:///etc/passwd\n/etc/passwd\n@/etc/hosts\n";
  const InputList list = ListAll({"@https://host/list.txt"});
  EXPECT_THAT(Uris(list), ElementsAre("https://host/etc/passwd"));
  ASSERT_EQ(list.problems.size(), 3U);
  EXPECT_THAT(list.problems[0].reason.message, HasSubstr("only what is on the web"));
  EXPECT_THAT(list.problems[2].reason.where, HasSubstr("https://host/etc/hosts"));
}

TEST_F(SourceFilesTest, WhatIsNoListIsNotReadAsOne) {
  web_["https://host/list.txt"] = "<!DOCTYPE html>\n<html>\n";
  web_["https://host/all.zip"] = "PK\x03\x04";
  const InputList list = ListAll(
      {"@https://host/list.txt", "@https://host/all.zip", "@https://me:word@host/none.txt"});
  EXPECT_TRUE(list.files.empty());
  ASSERT_EQ(list.problems.size(), 3U);
  EXPECT_THAT(list.problems[0].reason.message, HasSubstr("a web page or XML, not a list"));
  EXPECT_THAT(list.problems[1].reason.message, HasSubstr("a ZIP archive, not a list"));
  EXPECT_EQ(list.problems[2].file, "@https://host/none.txt");
  EXPECT_EQ(list.problems[2].reason.kind, ErrorKind::kNotFound);
}

TEST_F(SourceFilesTest, EachFileOnceInTheOrderOfThePatterns) {
  EXPECT_THAT(Uris(ListAll({"-", folder_ / "all.zip", folder_ / "2013/*.csv",
                            folder_ / "./2013/../all.zip"})),
              ElementsAre("stdin", "all.zip", "2013/01.csv", "2013/02.csv"));
}

TEST_F(SourceFilesTest, SecretsOfUrlsStayOutOfNames) {
  const InputList list = ListAll({"https://me:word@host/x.csv?a=b@c"});
  ASSERT_EQ(list.files.size(), 1U);
  EXPECT_EQ(list.files[0].uri, "https://host/x.csv?a=b@c");
  EXPECT_EQ(list.files[0].address, "https://me:word@host/x.csv?a=b@c");
}

TEST_F(SourceFilesTest, EveryPatternWithoutFilesSaysSo) {
  const InputList list = ListAll({folder_ / "none.csv", folder_ / "*.tsv", "s3://bucket/x", "",
                                  "@" + (folder_ / "no.txt"), folder_ / "all.zip"});
  ASSERT_EQ(list.problems.size(), 5U);
  EXPECT_EQ(list.problems[0].reason.kind, ErrorKind::kNotFound);
  EXPECT_THAT(list.problems[0].reason.ToString(), HasSubstr("none.csv"));
  EXPECT_THAT(list.problems[1].reason.message, HasSubstr("no file matches"));
  EXPECT_EQ(list.problems[2].reason.kind, ErrorKind::kUnsupported);
  EXPECT_EQ(list.files.size(), 1U);
}

TEST_F(SourceFilesTest, ListsThatNameThemselvesEnd) {
  const std::string path = folder_.Write("loop.txt", "@loop.txt\n");
  const InputList list = ListAll({"@" + path});
  EXPECT_TRUE(list.files.empty());
  EXPECT_FALSE(list.problems.empty());
}

}  // namespace
}  // namespace limno::ingest
