#include "table/delta/absolute_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/clock.h"
#include "storage/local_store.h"
#include "storage/memory_store.h"

namespace limno::table::delta {
namespace {

class AbsoluteEntryTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = testing::TempDir() + "absolute entry %41";
    std::filesystem::create_directories(root_);
    store_ = storage::MakeLocalStore(root_, {});
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  std::string root_;
  std::shared_ptr<storage::ObjectStore> store_;
};

TEST_F(AbsoluteEntryTest, IsAUriThatLeadsBack) {
  DataFile file;
  file.path = "p=a%20b/ä?.parquet";
  file.base_row_id = 7;
  file.default_row_commit_version = 1;
  file.statistics = R"({"numRecords":1})";
  const DataFile entry = AbsoluteEntry(*store_, file).value();
  EXPECT_TRUE(entry.path.starts_with("file:///"));
  EXPECT_THAT(entry.path,
              testing::EndsWith("absolute%20entry%20%2541/p=a%2520b/%C3%A4%3F.parquet"));
  EXPECT_EQ(LocalPathOf(*store_, entry.path), root_ + "/" + file.path);
  EXPECT_FALSE(entry.base_row_id || entry.default_row_commit_version);
  EXPECT_EQ(entry.statistics, file.statistics);
  // A clone of a clone refers to the same file.
  EXPECT_EQ(AbsoluteEntry(*store_, entry)->path, entry.path);
}

TEST_F(AbsoluteEntryTest, TakesVectorsAlong) {
  DataFile file;
  file.path = "x.parquet";
  file.deletion_vector = DeletionVector{'u', "ab^-aqEH.-t@S}K{vb[*k^", 4, 40, 6};
  const DataFile entry = AbsoluteEntry(*store_, file).value();
  ASSERT_TRUE(entry.deletion_vector);
  EXPECT_EQ(entry.deletion_vector->storage_type, 'p');
  EXPECT_THAT(entry.deletion_vector->path_or_inline,
              testing::MatchesRegex("file:///.*/ab/deletion_vector_[-0-9a-f]+\\.bin"));
  EXPECT_EQ(entry.deletion_vector->offset, 4);
  EXPECT_EQ(entry.deletion_vector->cardinality, 6);

  file.deletion_vector =
      DeletionVector{'i', "wi5b=000010000siXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", {}, 40, 6};
  EXPECT_EQ(AbsoluteEntry(*store_, file)->deletion_vector, file.deletion_vector);
}

TEST(AbsoluteEntry, NeedsALocalDisk) {
  base::ManualClock clock{0};
  const auto store = storage::MakeMemoryStore(clock);
  DataFile file;
  file.path = "x.parquet";
  EXPECT_EQ(AbsoluteEntry(*store, file).error().kind, ErrorKind::kUnsupported);
  file.path = "s3://bucket/x.parquet";
  EXPECT_EQ(AbsoluteEntry(*store, file).error().kind, ErrorKind::kUnsupported);
}

}  // namespace
}  // namespace limno::table::delta
