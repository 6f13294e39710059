#include "storage/temporary_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "storage/testing/result_matchers.h"
#include "storage/testing/scratch_folder.h"

namespace limno::storage {
namespace {

class TemporaryFileTest : public testing::Test {
 protected:
  Result<TemporaryFile> Write(const std::string& name, std::string_view bytes) {
    LIMNO_ASSIGN(TemporaryFile file, TemporaryFile::Create(descriptor_.get(), name,
                                                           folder_.path() + "/" + name, random_));
    LIMNO_TRY(WriteAll(file.descriptor(), bytes, name));
    return file;
  }
  std::vector<std::string> Files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      names.push_back(entry.path().filename());
    }
    return names;
  }
  std::string Content(const std::string& name) const {
    std::ifstream file(folder_.path() + "/" + name);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }

  ScratchFolder folder_;
  FileDescriptor descriptor_{::open(folder_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  base::Random random_{1};
};

TEST_F(TemporaryFileTest, VanishesUnlessPublished) {
  {
    const Result<TemporaryFile> file = Write("a", "x");
    ASSERT_THAT(file, IsOk());
    ASSERT_EQ(Files().size(), 1U);
    EXPECT_TRUE(Files().front().starts_with(".a."));
    EXPECT_TRUE(Files().front().ends_with(kOwnTemporarySuffix));
  }
  EXPECT_THAT(Files(), testing::IsEmpty());
}

TEST_F(TemporaryFileTest, BothWaysOfPublishingOnceKeepTheFirst) {
  using Way = Result<void> (TemporaryFile::*)();
  for (const Way way : {&TemporaryFile::PublishIfAbsent, &TemporaryFile::RenameWithoutReplacing}) {
    {
      Result<TemporaryFile> first = Write("a", "first");
      Result<TemporaryFile> second = Write("a", "second");
      ASSERT_THAT(first, IsOk());
      ASSERT_THAT(second, IsOk());
      EXPECT_THAT(((*first).*way)(), IsOk());
      EXPECT_THAT(((*second).*way)(), Fails(ErrorKind::kAlreadyExists));
    }
    EXPECT_THAT(Files(), testing::ElementsAre("a"));
    EXPECT_EQ(Content("a"), "first");
    std::filesystem::remove(folder_.path() + "/a");
  }
}

TEST_F(TemporaryFileTest, LongNamesAreCutBetweenCharacters) {
  const std::string name = std::string(199, 'x') + "ééééééééééé";
  const Result<TemporaryFile> file = Write(name, "x");
  ASSERT_THAT(file, IsOk());
  ASSERT_EQ(Files().size(), 1U);
  EXPECT_TRUE(Files().front().starts_with("." + std::string(199, 'x') + "."));
}

}  // namespace
}  // namespace limno::storage
