#include "table/delta/symlink_manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "storage/local_store.h"

namespace limno::table::delta {
namespace {

DataFilePtr File(const std::string& path, const std::optional<std::string>& value) {
  auto file = std::make_shared<DataFile>();
  file->path = path;
  file->partition_values = {{"p", value}};
  return file;
}

class SymlinkManifestTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = testing::TempDir() + "manifests of";
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
    store_ = storage::MakeLocalStore(root_, {});
    snapshot_.metadata.partition_columns = {"p"};
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void SetFiles(const std::vector<DataFilePtr>& files) {
    snapshot_.files = FileSet().With(files, {});
  }
  std::string Manifest(const std::string& folder) {
    return store_->Read("_symlink_format_manifest/" + folder + "manifest").value_or("none");
  }

  std::string root_;
  std::shared_ptr<storage::ObjectStore> store_;
  Snapshot snapshot_;
};

TEST_F(SymlinkManifestTest, ListsFilesOfEachPartition) {
  SetFiles({File("p=a/2.parquet", "a"), File("p=a/1.parquet", "a"), File("x y.parquet", "b c"),
            File("file:///else%20where/3.parquet", std::nullopt)});
  ASSERT_TRUE(WriteManifest(*store_, snapshot_, nullptr));
  EXPECT_EQ(Manifest("p=a/"),
            "file:" + root_ + "/p=a/1.parquet\nfile:" + root_ + "/p=a/2.parquet\n");
  EXPECT_EQ(Manifest("p=b%20c/"), "file:" + root_ + "/x y.parquet\n");
  EXPECT_EQ(Manifest("p=__HIVE_DEFAULT_PARTITION__/"), "file:/else where/3.parquet\n");
}

TEST_F(SymlinkManifestTest, TouchesOnlyWhatItIsToldTo) {
  SetFiles({File("1.parquet", "a"), File("2.parquet", "b"), File("3.parquet", "c")});
  const std::set<std::string> touched = {"p=a/", "p=b/"};
  // There is nothing yet, so all are written.
  ASSERT_TRUE(WriteManifest(*store_, snapshot_, &touched));
  EXPECT_EQ(Manifest("p=c/"), "file:" + root_ + "/3.parquet\n");
  SetFiles({File("4.parquet", "a"), File("5.parquet", "c")});
  ASSERT_TRUE(WriteManifest(*store_, snapshot_, &touched));
  EXPECT_EQ(Manifest("p=a/"), "file:" + root_ + "/4.parquet\n");
  EXPECT_EQ(Manifest("p=b/"), "none");
  EXPECT_EQ(Manifest("p=c/"), "file:" + root_ + "/3.parquet\n");
  ASSERT_TRUE(WriteManifest(*store_, snapshot_, nullptr));
  EXPECT_EQ(Manifest("p=c/"), "file:" + root_ + "/5.parquet\n");
}

TEST_F(SymlinkManifestTest, AnEmptyTableWithoutPartitionsHasAnEmptyOne) {
  snapshot_.metadata.partition_columns.clear();
  ASSERT_TRUE(WriteManifest(*store_, snapshot_, nullptr));
  EXPECT_EQ(Manifest(""), "");
}

TEST(CheckManifest, RefusesWhatReadersWouldReadWrong) {
  Metadata metadata;
  auto deleted = std::make_shared<DataFile>();
  deleted->path = "x";
  EXPECT_TRUE(CheckManifest(metadata, FileSet().With({deleted}, {}), ""));
  deleted->deletion_vector = DeletionVector{'i', "", {}, 1, 1};
  EXPECT_EQ(CheckManifest(metadata, FileSet().With({deleted}, {}), "").error().kind,
            ErrorKind::kRefused);
  Metadata mapped;
  mapped.properties["delta.columnMapping.mode"] = "name";
  EXPECT_EQ(CheckManifest(mapped, FileSet(), "").error().kind, ErrorKind::kRefused);

  Metadata kept;
  kept.properties[kManifestProperty] = "true";
  EXPECT_TRUE(CheckKeptManifest(metadata, kept, FileSet(), ""));
  EXPECT_FALSE(CheckKeptManifest(metadata, kept, FileSet().With({deleted}, {}), ""));
  EXPECT_TRUE(CheckKeptManifest(metadata, metadata, FileSet().With({deleted}, {}), ""));
  kept.properties["delta.enableDeletionVectors"] = "true";
  EXPECT_FALSE(CheckKeptManifest(metadata, kept, FileSet(), ""));
}

}  // namespace
}  // namespace limno::table::delta
