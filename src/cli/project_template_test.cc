#include "cli/project_template.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace limno::cli {
namespace {

class WriteProjectTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::remove_all(root_); }
  void TearDown() override { std::filesystem::remove_all(root_); }
  const std::filesystem::path root_ = std::filesystem::path(testing::TempDir()) / "limno_init";
};

TEST_F(WriteProjectTest, MakesTheFolderAndNamesTheProject) {
  const auto written = WriteProject(root_.string());
  ASSERT_TRUE(written) << written.error().ToString();
  EXPECT_EQ(written->size(), ProjectTemplate("x").size());
  std::ifstream stream(root_ / "limno.yml");
  std::string first;
  std::getline(stream, first);
  EXPECT_EQ(first, "name: \"limno_init\"");
}

TEST_F(WriteProjectTest, OverwritesNothing) {
  std::filesystem::create_directories(root_ / "data");
  std::ofstream(root_ / "data" / "orders.csv") << "mine";
  const auto written = WriteProject(root_.string());
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::kAlreadyExists);
  EXPECT_FALSE(std::filesystem::exists(root_ / "limno.yml"));
}

TEST_F(WriteProjectTest, LeavesTheListOfARepositoryAlone) {
  std::filesystem::create_directories(root_);
  std::ofstream(root_ / ".gitignore") << "mine\n";
  ASSERT_TRUE(WriteProject(root_.string()));
  EXPECT_EQ(std::filesystem::file_size(root_ / ".gitignore"), 5u);
}

}  // namespace
}  // namespace limno::cli
