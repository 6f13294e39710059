#include "storage/confined_root.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "storage/testing/scratch_folder.h"

namespace limno::storage {
namespace {

struct Expectation {
  std::string path;
  int outcome;
};

/// Both ways of resolving a path must agree, whichever the kernel allows.
TEST(OpenBeneath, BothWaysAgreeOnWhatIsInside) {
  const ScratchFolder scratch;
  const std::filesystem::path root = scratch.path() + "/root";
  std::filesystem::create_directories(root / "a/b");
  std::ofstream(scratch.path() + "/outside") << "x";
  std::ofstream(root / "a/file") << "x";
  std::filesystem::create_symlink("b", root / "a/to_b");
  std::filesystem::create_symlink("../a/file", root / "a/around");
  std::filesystem::create_symlink("../../a", root / "a/b/up");
  std::filesystem::create_symlink("../../root/a/file", root / "a/out_and_back");
  std::filesystem::create_symlink("../../outside", root / "a/outside");
  std::filesystem::create_symlink(root / "a/file", root / "a/absolute");
  std::filesystem::create_symlink("circle", root / "a/circle");
  std::filesystem::create_symlink("nowhere", root / "a/dangling");
  std::filesystem::create_symlink("../..", root / "a/two_up");
  const std::vector<Expectation> expectations = {
      {"", 0},
      {"a/file", 0},
      {"a/to_b", 0},
      {"a/to_b/up/file", 0},
      {"a/around", 0},
      {"a/b/up/to_b/up/to_b", 0},
      {"a/file/x", ENOTDIR},
      {"a/none", ENOENT},
      {"a/dangling", ENOENT},
      {"a/circle", ELOOP},
      {"a/outside", EXDEV},
      {"a/absolute", EXDEV},
      {"a/out_and_back", EXDEV},
      {"a/two_up", EXDEV},
      {"a/two_up/outside", EXDEV},
  };
  const FileDescriptor folder(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (const Expectation& expectation : expectations) {
    SCOPED_TRACE(expectation.path);
    FileDescriptor opened;
    EXPECT_EQ(OpenBeneath(folder.get(), expectation.path, O_RDONLY, opened), expectation.outcome);
    FileDescriptor by_steps;
    EXPECT_EQ(OpenBeneathBySteps(folder.get(), expectation.path, O_RDONLY, by_steps),
              expectation.outcome);
    ASSERT_EQ(opened.valid(), by_steps.valid());
    if (opened.valid()) {
      struct stat left = {};
      struct stat right = {};
      ASSERT_EQ(::fstat(opened.get(), &left), 0);
      ASSERT_EQ(::fstat(by_steps.get(), &right), 0);
      EXPECT_EQ(left.st_ino, right.st_ino);
    }
  }
  FileDescriptor folder_wanted;
  EXPECT_EQ(OpenBeneathBySteps(folder.get(), "a/file", O_RDONLY | O_DIRECTORY, folder_wanted),
            ENOTDIR);
}

}  // namespace
}  // namespace limno::storage
