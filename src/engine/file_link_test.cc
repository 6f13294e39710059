#include "engine/file_link.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace limno::engine {
namespace {

namespace fs = std::filesystem;

class LinkFileTest : public testing::Test {
 protected:
  LinkFileTest() : folder_(testing::TempDir() + "/limno_file_link") {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    std::ofstream(Path("source")) << kText;
  }
  ~LinkFileTest() override { fs::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  static std::string Read(const std::string& path) {
    std::ifstream stream(path);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  static constexpr char kText[] = "some bytes";
  static constexpr uint64_t kBytes = sizeof(kText) - 1;
  const std::string folder_;
};

TEST_F(LinkFileTest, TheTargetOutlivesTheSource) {
  ASSERT_TRUE(LinkFile(Path("source"), kBytes, Path("target"), {}).has_value());
  fs::remove(Path("source"));
  EXPECT_EQ(Read(Path("target")), kText);
}

TEST_F(LinkFileTest, WithoutLinksTheSourceMayBeWrittenTo) {
  LinkOptions options;
  options.may_link = false;
  const auto made = LinkFile(Path("source"), kBytes, Path("target"), options);
  ASSERT_TRUE(made.has_value()) << made.error().ToString();
  EXPECT_NE(*made, LinkKind::kHardLink);
  std::ofstream(Path("source"), std::ios::in) << "SOME";
  EXPECT_EQ(Read(Path("target")), kText);
}

TEST_F(LinkFileTest, LeavesNothingOnFailure) {
  const auto changed = LinkFile(Path("source"), kBytes + 1, Path("target"), {});
  EXPECT_EQ(changed.error().kind, ErrorKind::kUnavailable);
  EXPECT_FALSE(fs::exists(Path("target")));
  EXPECT_EQ(LinkFile(Path("missing"), 1, Path("target"), {}).error().kind, ErrorKind::kNotFound);
  EXPECT_FALSE(fs::exists(Path("target")));
}

TEST_F(LinkFileTest, KeepsATargetThatIsThere) {
  std::ofstream(Path("target")) << "mine";
  EXPECT_FALSE(LinkFile(Path("source"), kBytes, Path("target"), {}).has_value());
  EXPECT_EQ(Read(Path("target")), "mine");
}

}  // namespace
}  // namespace limno::engine
