#include "table/file_set.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace limno::table {
namespace {

DataFilePtr File(const std::string& path, int64_t size = 1) {
  DataFile file;
  file.path = path;
  file.size_bytes = size;
  return std::make_shared<const DataFile>(std::move(file));
}

std::map<std::string, int64_t> Contents(const FileSet& files) {
  std::map<std::string, int64_t> contents;
  files.ForEach([&](const DataFilePtr& file) {
    EXPECT_TRUE(contents.emplace(file->path, file->size_bytes).second) << "visited twice";
    return true;
  });
  return contents;
}

TEST(FileSet, AgreesWithAMapThroughManyVersions) {
  std::mt19937 random(7);
  FileSet files;
  std::map<std::string, int64_t> model;
  std::vector<std::pair<FileSet, std::map<std::string, int64_t>>> versions;
  for (int64_t version = 0; version < 400; ++version) {
    std::vector<DataFilePtr> added;
    std::vector<std::string> removed;
    for (auto count = random() % 5; count > 0; --count) {
      removed.push_back("f" + std::to_string(random() % 300));
      model.erase(removed.back());
    }
    for (auto count = random() % 8; count > 0; --count) {
      added.push_back(File("f" + std::to_string(random() % 300), version));
      model[added.back()->path] = version;
    }
    files = files.With(added, removed);
    ASSERT_EQ(files.size(), model.size());
    if (version % 50 == 0) {
      versions.emplace_back(files, model);
    }
  }
  versions.emplace_back(files, model);
  for (const auto& [set, expected] : versions) {
    EXPECT_EQ(Contents(set), expected);
    for (int name = 0; name < 300; ++name) {
      const std::string key = "f" + std::to_string(name);
      EXPECT_EQ(set.Find(key) != nullptr, expected.count(key) > 0);
    }
  }
}

TEST(FileSet, StopsVisitingWhenTold) {
  const FileSet files = FileSet().With({File("a"), File("b"), File("c")}, {});
  int visits = 0;
  files.ForEach([&](const DataFilePtr&) { return ++visits < 2; });
  EXPECT_EQ(visits, 2);
  EXPECT_EQ(files.ToVector().size(), 3U);
}

}  // namespace
}  // namespace limno::table
