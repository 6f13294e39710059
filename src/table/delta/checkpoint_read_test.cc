#include "table/delta/checkpoint_read.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "storage/memory_store.h"
#include "storage/testing/result_matchers.h"
#include "table/arrow_build.h"
#include "table/delta/log_path.h"
#include "table/testing/log_texts.h"
#include "table/testing/memory_parquet.h"

namespace limno::table::delta {
namespace {

using storage::Fails;
using storage::IsOk;

/// One batch of rows, released at the end.
class Batch {
 public:
  explicit Batch(ArrowColumn root) {
    root.ExportSchema(&schema_);
    root.ExportArray(&array_);
  }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;
  ~Batch() {
    array_.release(&array_);
    schema_.release(&schema_);
  }
  Result<std::vector<Action>> Actions() const { return ActionsOfBatch(schema_, array_); }

 private:
  ArrowSchema schema_;
  ArrowArray array_;
};

template <typename... Columns>
ArrowColumn StructOfColumns(std::string name, Columns... columns) {
  std::vector<ArrowColumn> children;
  (children.push_back(std::move(columns)), ...);
  return ArrowColumn::Struct(std::move(name), std::move(children));
}

/// The columns that every add has: path, partitionValues, size, modificationTime, dataChange.
template <typename... More>
ArrowColumn AddColumn(More... more) {
  return StructOfColumns("add", ArrowColumn::Utf8("path"),
                         ArrowColumn::StringMap("partitionValues"), ArrowColumn::Int64("size"),
                         ArrowColumn::Int64("modificationTime"), ArrowColumn::Bool("dataChange"),
                         std::move(more)...);
}

void AppendAdd(ArrowColumn& root, size_t index, std::string_view path) {
  root.AppendStruct();
  ArrowColumn& add = root.child(index);
  add.AppendStruct();
  add.child(0).Append(path);
  add.child(1).AppendEntry("p", std::nullopt);
  add.child(1).AppendEntry("q", "1");
  add.child(1).AppendEntry("r", "");
  add.child(1).EndRow();
  add.child(2).Append(int64_t{7});
  add.child(3).Append(int64_t{8});
  add.child(4).AppendBool(false);
}

TEST(ActionsOfBatch, ReadsAddsWithStatisticsInColumns) {
  ArrowColumn root = StructOfColumns(
      "", AddColumn(StructOfColumns(
              "stats_parsed", ArrowColumn::Int64("numRecords"),
              StructOfColumns("minValues", ArrowColumn::Utf8("s\""), ArrowColumn::Int32("n"),
                              StructOfColumns("deep", ArrowColumn::Int64("x"))),
              ArrowColumn::Bool("tightBounds"))));
  AppendAdd(root, 0, "a%20b");
  ArrowColumn& statistics = root.child(0).child(5);
  statistics.AppendStruct();
  statistics.child(0).Append(int64_t{3});
  statistics.child(1).AppendStruct();
  statistics.child(1).child(0).Append("a\\b");
  statistics.child(1).child(1).AppendNull();
  statistics.child(1).child(2).AppendStruct();
  statistics.child(1).child(2).child(0).Append(int64_t{-4});
  statistics.child(2).AppendBool(true);
  AppendAdd(root, 0, "c");
  statistics.AppendNull();
  const Result<std::vector<Action>> actions = Batch(std::move(root)).Actions();
  ASSERT_THAT(actions, IsOk());
  ASSERT_EQ(actions->size(), 2U);
  const DataFile& file = std::get<Add>((*actions)[0]).file;
  EXPECT_EQ(file.path, "a b");
  const PartitionValues values = {{"p", std::nullopt}, {"q", "1"}, {"r", ""}};
  EXPECT_EQ(file.partition_values, values);
  EXPECT_EQ(file.size_bytes, 7);
  EXPECT_EQ(file.modified_millis, 8);
  EXPECT_EQ(file.statistics,
            R"({"numRecords":3,"minValues":{"s\"":"a\\b","deep":{"x":-4}},"tightBounds":true})");
  EXPECT_EQ(std::get<Add>((*actions)[1]).file.statistics, "");
}

TEST(ActionsOfBatch, RefusesRowsWithoutWhatIsRequired) {
  ArrowColumn root = StructOfColumns("", StructOfColumns("add", ArrowColumn::Utf8("path")));
  root.AppendStruct();
  root.child(0).AppendStruct();
  root.child(0).child(0).Append("a");
  const Result<std::vector<Action>> actions = Batch(std::move(root)).Actions();
  ASSERT_THAT(actions, Fails(ErrorKind::kCorrupt));
  EXPECT_NE(actions.error().message.find("'size'"), std::string::npos);
}

class CheckpointReading : public testing::Test {
 protected:
  /// Writes a file with one add per path.
  void WriteAdds(const std::string& key, const std::vector<std::string>& paths) {
    bool done = false;
    ArrowArrayStream stream;
    MakeArrowStream(
        StructOfColumns("", AddColumn()),
        [&](ArrowColumn& root) -> Result<bool> {
          for (const std::string& path : done ? std::vector<std::string>() : paths) {
            AppendAdd(root, 0, path);
          }
          return !std::exchange(done, true);
        },
        &stream);
    ASSERT_THAT(parquet_.Write(*store_, key, &stream), IsOk());
  }

  Result<std::vector<std::string>> Paths(const ListedCheckpoint& checkpoint) {
    std::vector<std::string> paths;
    LIMNO_TRY(ReadCheckpoint(*store_, &parquet_, checkpoint,
                             [&](const std::vector<Action>& actions) -> Result<void> {
                               for (const Action& action : actions) {
                                 if (const auto* add = std::get_if<Add>(&action)) {
                                   paths.push_back(add->file.path);
                                 }
                               }
                               return {};
                             }));
    return paths;
  }

  base::ManualClock clock_{0};
  MemoryParquet parquet_;
  std::unique_ptr<storage::ObjectStore> store_ = storage::MakeMemoryStore(clock_);
};

TEST_F(CheckpointReading, GoesThroughAllParts) {
  WriteAdds(CheckpointPartKey(1, 1, 2), {"a", "b"});
  WriteAdds(CheckpointPartKey(1, 2, 2), {"c"});
  const ListedCheckpoint parts{
      1, {CheckpointPartKey(1, 1, 2), CheckpointPartKey(1, 2, 2)}, false, 0};
  EXPECT_EQ(Paths(parts), (std::vector<std::string>{"a", "b", "c"}));
  ASSERT_THAT(store_->Delete(CheckpointPartKey(1, 2, 2)), IsOk());
  EXPECT_THAT(Paths(parts), Fails(ErrorKind::kNotFound));
  ASSERT_THAT(store_->Put(CheckpointPartKey(1, 2, 2), "torn"), IsOk());
  EXPECT_THAT(Paths(parts), Fails(ErrorKind::kCorrupt));
}

TEST_F(CheckpointReading, FollowsSidecars) {
  const std::string key = "_delta_log/00000000000000000001.checkpoint.x.json";
  WriteAdds(std::string(kSidecarFolder) + "s1.parquet", {"a"});
  ASSERT_THAT(store_->Put(key, R"({"checkpointMetadata":{"version":1}}
{"sidecar":{"path":"s1.parquet","sizeInBytes":1,"modificationTime":2}}
)" + CreationText()),
              IsOk());
  const ListedCheckpoint checkpoint{1, {key}, true, 0};
  EXPECT_EQ(Paths(checkpoint), std::vector<std::string>{"a"});
  ASSERT_THAT(store_->Delete(std::string(kSidecarFolder) + "s1.parquet"), IsOk());
  EXPECT_THAT(Paths(checkpoint), Fails(ErrorKind::kNotFound));
}

}  // namespace
}  // namespace limno::table::delta
