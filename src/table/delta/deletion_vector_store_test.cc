#include "table/delta/deletion_vector_store.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "storage/local_store.h"
#include "storage/memory_store.h"
#include "storage/testing/result_matchers.h"
#include "table/arrow_build.h"
#include "table/delta/action_json.h"
#include "table/delta/statistics_json.h"
#include "table/testing/memory_parquet.h"

namespace limno::table::delta {
namespace {

using storage::Fails;
using storage::IsOk;

class DeletionVectorStoreTest : public testing::Test {
 protected:
  DeletionVectorStoreTest() {
    metadata_.schema.fields.push_back({"later", Primitive(TypeKind::kLong), true, {}});
    metadata_.schema.fields.push_back({"id", Primitive(TypeKind::kLong), true, {}});
  }

  static DataFilePtr File(const std::string& path, const std::string& statistics) {
    DataFile file;
    file.path = path;
    file.statistics = statistics;
    return std::make_shared<const DataFile>(file);
  }

  static RowSet Rows(std::initializer_list<uint64_t> rows) {
    RowSet set;
    for (const uint64_t row : rows) {
      set.Add(row);
    }
    return set;
  }

  base::ManualClock clock_{1'000'000};
  base::Random random_{1};
  MemoryParquet parquet_;
  std::shared_ptr<storage::ObjectStore> store_ = storage::MakeMemoryStore(clock_);
  Environment environment_{store_, &parquet_, &clock_, &random_};
  Metadata metadata_;
};

TEST_F(DeletionVectorStoreTest, DeletionsAddUp) {
  const auto first =
      WriteDeletionVectors(environment_, metadata_,
                           {{File("a.parquet", R"({"numRecords":10})"), Rows({1, 2})},
                            {File("b.parquet", R"({"numRecords":10,"x":[1]})"), Rows({9})}});
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ((*first)[0].path, "a.parquet");
  EXPECT_EQ((*first)[0].deletion_vector->cardinality, 2);
  EXPECT_EQ((*first)[1].statistics, R"({"numRecords":10,"x":[1],"tightBounds":false})");
  EXPECT_EQ(store_->List("_limno/dv/")->objects.size(), 1U);

  const auto second = WriteDeletionVectors(
      environment_, metadata_, {{std::make_shared<const DataFile>((*first)[0]), Rows({2, 3})}});
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ((*second)[0].deletion_vector->cardinality, 3);
  const auto rows = ReadDeletionVector(*store_, *(*second)[0].deletion_vector);
  ASSERT_THAT(rows, IsOk());
  EXPECT_TRUE(*rows == Rows({1, 2, 3}));
}

TEST_F(DeletionVectorStoreTest, FilesWithoutARowCountAreCounted) {
  ArrowArrayStream stream;
  std::vector<ArrowColumn> columns;
  columns.push_back(ArrowColumn::Int64("id"));
  bool done = false;
  MakeArrowStream(
      ArrowColumn::Struct("", std::move(columns)),
      [&done](ArrowColumn& root) -> Result<bool> {
        for (int row = 0; !done && row < 7; ++row) {
          root.child(0).Append(int64_t{row});
          root.AppendStruct();
        }
        done = true;
        return root.length() > 0;
      },
      &stream);
  ASSERT_THAT(parquet_.Write(*store_, "a.parquet", &stream), IsOk());
  const auto changed =
      WriteDeletionVectors(environment_, metadata_, {{File("a.parquet", ""), Rows({6})}});
  ASSERT_THAT(changed, IsOk());
  EXPECT_EQ(StatedRowCount((*changed)[0].statistics), 7);
}

TEST_F(DeletionVectorStoreTest, RowsBeyondTheEndAreABug) {
  EXPECT_THAT(WriteDeletionVectors(environment_, metadata_,
                                   {{File("a.parquet", R"({"numRecords":10})"), Rows({10})}}),
              Fails(ErrorKind::kUsage));
  EXPECT_TRUE(store_->List("")->objects.empty());
}

TEST_F(DeletionVectorStoreTest, MissingAndCutFilesAreCorrupt) {
  auto changed = *WriteDeletionVectors(environment_, metadata_,
                                       {{File("a.parquet", R"({"numRecords":10})"), Rows({1, 2})}});
  const std::string key = store_->List("")->objects[0].key;
  const std::string bytes = *store_->Read(key);
  ASSERT_THAT(store_->Put(key, bytes.substr(0, bytes.size() - 1)), IsOk());
  EXPECT_THAT(ReadDeletionVector(*store_, *changed[0].deletion_vector), Fails(ErrorKind::kCorrupt));
  ASSERT_THAT(store_->Delete(key), IsOk());
  EXPECT_THAT(ReadDeletionVector(*store_, *changed[0].deletion_vector), Fails(ErrorKind::kCorrupt));
}

TEST_F(DeletionVectorStoreTest, ATableInMemoryDoesNotOpenLocalFiles) {
  DeletionVector vector;
  vector.storage_type = 'p';
  vector.path_or_inline = "file:///etc/passwd";
  vector.size_bytes = 10;
  EXPECT_THAT(ReadDeletionVector(*store_, vector), Fails(ErrorKind::kUnsupported));
}

std::string ReadText(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// Every vector that Spark wrote into a table's commits; returns how many were read.
int ReadVectorsOf(const std::filesystem::path& table) {
  const auto store = storage::MakeLocalStore(table.string(), {});
  int vectors = 0;
  for (const auto& entry : std::filesystem::directory_iterator(table / "_delta_log")) {
    if (entry.path().extension() != ".json" || entry.path().stem().string().size() != 20) {
      continue;
    }
    const auto actions = ParseActions(ReadText(entry.path()), entry.path().filename().string());
    for (const Action& action : actions ? *actions : std::vector<Action>()) {
      const auto* add = std::get_if<Add>(&action);
      if (add == nullptr || !add->file.deletion_vector) {
        continue;
      }
      const auto rows = ReadDeletionVector(*store, *add->file.deletion_vector);
      const bool known_bad =
          add->file.deletion_vector->path_or_inline.find("##093") != std::string::npos;
      if (known_bad) {
        EXPECT_THAT(rows, Fails(ErrorKind::kCorrupt));
        continue;
      }
      EXPECT_THAT(rows, IsOk()) << table;
      const auto count = StatedRowCount(add->file.statistics);
      EXPECT_TRUE(!rows || !count || rows->Max() < static_cast<uint64_t>(*count)) << table;
      ++vectors;
    }
  }
  return vectors;
}

TEST(ForeignDeletionVectorsTest, VectorsOfOtherWritersAreRead) {
  const char* shared = std::getenv("LIMNO_SHARED");
  const std::filesystem::path root =
      shared != nullptr ? std::filesystem::path(shared)
                        : std::filesystem::path(LIMNO_SOURCE_DIR) / ".." / "shared";
  if (!std::filesystem::exists(root / "data" / "delta" / "spark-written")) {
    GTEST_SKIP() << "no tables of other writers: set LIMNO_SHARED to the folder above data/";
  }
  int vectors = 0;
  for (const char* group : {"golden", "features", "delta-rs", "spark-written"}) {
    for (const auto& entry : std::filesystem::directory_iterator(root / "data" / "delta" / group)) {
      std::filesystem::path table = entry.path();
      if (std::filesystem::exists(table / "delta" / "_delta_log")) {
        table /= "delta";
      }
      // Only the logs of these are there.
      const std::string name = entry.path().filename().string();
      if (!std::filesystem::exists(table / "_delta_log") || name == "app-txn-with-last-updated" ||
          name == "table_failed_last_checkpoint_update") {
        continue;
      }
      vectors += ReadVectorsOf(table);
    }
  }
  EXPECT_GT(vectors, 20);
}

}  // namespace
}  // namespace limno::table::delta
