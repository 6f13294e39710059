#include "table/delta/added_files.h"

#include <gmock/gmock.h>

#include "table/delta/action_json.h"
#include "table/testing/log_texts.h"

namespace limno::table::delta {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class AddedFilesTest : public testing::Test {
 protected:
  /// One version.
  void Apply(const std::string& lines) {
    const auto actions = ParseActions(lines, "test.json");
    ASSERT_TRUE(actions) << actions.error().ToString();
    files_.Apply(*actions);
  }
  std::vector<std::string> Paths() {
    std::vector<std::string> paths;
    for (const DataFilePtr& file : files_.Take()) {
      paths.push_back(file->deletion_vector
                          ? file->path + "!" + file->deletion_vector->path_or_inline
                          : file->path);
    }
    return paths;
  }
  static std::string Append(const std::string& path) { return AddLine(path); }
  static std::string Optimize(const std::vector<std::string>& from, const std::string& to) {
    std::string lines = AddLine(to, false);
    for (const std::string& path : from) {
      lines += RemoveLine(path, false);
    }
    return lines;
  }
  static std::string Rewrite(const std::string& from, const std::string& to) {
    return RemoveLine(from) + AddLine(to);
  }
  static std::string DeleteRows(const std::string& path, const std::string& vector) {
    return RemoveLine(path) + AddLine(path, true, VectorMember(vector));
  }

  AddedFiles files_;
};

TEST_F(AddedFilesTest, WhatIsCompactedAndThenRewrittenComesOnce) {
  Apply(Append("a"));
  Apply(Optimize({"a"}, "h"));
  Apply(Rewrite("h", "g"));
  EXPECT_THAT(Paths(), ElementsAre("g"));
}

TEST_F(AddedFilesTest, SoDoesWhatWasCompactedWithOlderRows) {
  Apply(Append("a"));
  Apply(Optimize({"a", "old"}, "h"));
  Apply(Rewrite("h", "g"));
  EXPECT_THAT(Paths(), ElementsAre("g"));
}

TEST_F(AddedFilesTest, RowsDeletedAfterACompactionAreGone) {
  Apply(Append("a"));
  Apply(Optimize({"a", "old"}, "h"));
  Apply(DeleteRows("h", "v"));
  EXPECT_THAT(Paths(), ElementsAre("h!v"));
}

TEST_F(AddedFilesTest, FilesWithOlderRowsAreLeftOutWhileNothingChanges) {
  Apply(Append("a"));
  Apply(Append("b"));
  Apply(Optimize({"a", "b", "old"}, "h"));
  Apply(Append("c"));
  EXPECT_THAT(Paths(), ElementsAre("a", "b", "c"));
}

TEST_F(AddedFilesTest, WhatWasCompactedAloneIsReadWhereItLies) {
  Apply(Append("a"));
  Apply(Append("b"));
  Apply(Optimize({"a", "b"}, "h"));
  Apply(Append("c"));
  EXPECT_THAT(Paths(), ElementsAre("h", "c"));
}

TEST_F(AddedFilesTest, ALostHalfOfACompactionBringsTheOtherHalf) {
  Apply(Append("a"));
  Apply(Optimize({"a", "old"}, "h1") + AddLine("h2", false));
  Apply(RemoveLine("h1"));
  EXPECT_THAT(Paths(), ElementsAre("h2"));
}

TEST_F(AddedFilesTest, CompactionsOfCompactionsAreFollowed) {
  Apply(Append("a"));
  Apply(Optimize({"a", "old"}, "h"));
  Apply(Append("b"));
  Apply(Optimize({"b", "h"}, "i"));
  Apply(Optimize({"i", "older"}, "j"));
  Apply(Append("c"));
  Apply(Rewrite("j", "k"));
  EXPECT_THAT(Paths(), testing::UnorderedElementsAre("c", "k"));
}

TEST_F(AddedFilesTest, CompactionsThatMeetAreOne) {
  Apply(Append("a"));
  Apply(Optimize({"a", "old1"}, "h"));
  Apply(Append("b"));
  Apply(Optimize({"b", "old2"}, "i"));
  Apply(Optimize({"h", "i"}, "j"));
  Apply(RemoveLine("j"));
  EXPECT_THAT(Paths(), IsEmpty());
}

TEST_F(AddedFilesTest, ARestoreToBeforeACompactionBringsTheFilesBack) {
  Apply(Append("a"));
  Apply(Optimize({"a", "old"}, "h"));
  Apply(RemoveLine("h") + AddLine("a") + AddLine("old"));
  EXPECT_THAT(Paths(), ElementsAre("a"));
}

TEST_F(AddedFilesTest, ARestoreToBeforeEverythingBringsNothing) {
  Apply(Append("a"));
  Apply(Optimize({"a", "old"}, "h"));
  Apply(Rewrite("h", "g"));
  Apply(RemoveLine("g") + AddLine("old"));
  EXPECT_THAT(Paths(), IsEmpty());
}

TEST_F(AddedFilesTest, PartitionsAreCompactedEachByItself) {
  const auto in = [](const std::string& path, const std::string& day, const std::string& more) {
    return R"({"add":{"path":")" + path + R"(","partitionValues":{"day":")" + day +
           R"("},"size":10,"modificationTime":1,)" + more + "}}\n";
  };
  const auto out = [](const std::string& path, const std::string& day) {
    return R"({"remove":{"path":")" + path +
           R"(","deletionTimestamp":5,"dataChange":false,"extendedFileMetadata":true,)"
           R"("partitionValues":{"day":")" +
           day + R"("},"size":10}})" + "\n";
  };
  const std::string changes = R"("dataChange":true)";
  const std::string moves = R"("dataChange":false)";
  Apply(in("a", "mon", changes) + in("b", "tue", changes));
  Apply(out("a", "mon") + in("h", "mon", moves) + out("b", "tue") + out("old", "tue") +
        in("i", "tue", moves));
  EXPECT_THAT(Paths(), testing::UnorderedElementsAre("h", "b"));
}

TEST_F(AddedFilesTest, NewStatisticsOfAFileAreNoNewFile) {
  Apply(Append("a"));
  Apply(AddLine("a", false) + AddLine("old", false));
  EXPECT_THAT(Paths(), ElementsAre("a"));
}

}  // namespace
}  // namespace limno::table::delta
