#include "engine/parquet_port.h"

#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "storage/local_store.h"
#include "storage/temporary_file.h"
#include "storage/testing/result_matchers.h"
#include "storage/testing/scratch_folder.h"
#include "table/arrow_build.h"
#include "table/arrow_view.h"

namespace limno::engine {
namespace {

namespace fs = std::filesystem;
using storage::Fails;
using storage::IsOk;
using testing::IsEmpty;

constexpr const char* kKey = "_delta_log/00000000000000000010.checkpoint.parquet";

/// What happens between writing a file and giving it its name.
class WatchedStore final : public storage::ObjectStore {
 public:
  explicit WatchedStore(std::unique_ptr<ObjectStore> base) : base_(std::move(base)) {}
  std::vector<std::vector<std::string>> persisted;
  bool fails_to_persist = false;

  Result<std::string> Read(std::string_view key) override { return base_->Read(key); }
  Result<std::string> ReadRange(std::string_view key, uint64_t offset, uint64_t length) override {
    return base_->ReadRange(key, offset, length);
  }
  Result<storage::ObjectInfo> Head(std::string_view key) override { return base_->Head(key); }
  Result<void> Put(std::string_view key, std::string_view bytes) override {
    return base_->Put(key, bytes);
  }
  Result<void> PutIfAbsent(std::string_view key, std::string_view bytes) override {
    return base_->PutIfAbsent(key, bytes);
  }
  using ObjectStore::List;
  Result<storage::ListPage> List(std::string_view prefix,
                                 const storage::ListOptions& options) override {
    return base_->List(prefix, options);
  }
  Result<std::vector<std::string>> ListFolders(std::string_view prefix) override {
    return base_->ListFolders(prefix);
  }
  Result<void> Delete(std::string_view key) override { return base_->Delete(key); }
  Result<std::optional<std::string>> LocalPath(std::string_view key) override {
    return base_->LocalPath(key);
  }
  Result<void> Persist(const std::vector<std::string>& keys) override {
    // Who is asked to sync what does not have its name yet must not have it visible.
    visible_while_persisting.push_back(base_->Head(kKey).has_value());
    persisted.push_back(keys);
    return fails_to_persist ? Fail(ErrorKind::kExhausted, "no space left") : base_->Persist(keys);
  }
  std::string Describe() const override { return base_->Describe(); }

  std::vector<bool> visible_while_persisting;

 private:
  const std::unique_ptr<ObjectStore> base_;
};

class ParquetPortTest : public testing::Test {
 protected:
  ParquetPortTest() : store_(storage::MakeLocalStore(folder_.path(), {.sync = false})) {}

  /// Rows 0 to `rows` - 1, all of them with the same text.
  Result<uint64_t> Write(int64_t rows, const std::string& text, bool fails = false) {
    std::vector<table::ArrowColumn> columns;
    columns.push_back(table::ArrowColumn::Int64("id"));
    columns.push_back(table::ArrowColumn::Utf8("v"));
    int64_t next = 0;
    ArrowArrayStream stream;
    table::MakeArrowStream(
        table::ArrowColumn::Struct("", std::move(columns)),
        [&](table::ArrowColumn& root) -> Result<bool> {
          if (fails && next > 0) {
            return Fail(ErrorKind::kInternal, "the source is broken");
          }
          const int64_t upto = std::min(next + 1000, rows);
          for (; next < upto; ++next) {
            root.AppendStruct();
            root.child(0).Append(next);
            root.child(1).Append(text);
          }
          return root.length() > 0;
        },
        &stream);
    return port_->Write(store_, kKey, &stream);
  }
  /// Rows and the distinct texts of the file.
  std::pair<int64_t, std::set<std::string>> Read() {
    int64_t rows = 0;
    std::set<std::string> texts;
    const auto read =
        port_->Read(store_, kKey, {"v"}, [&](const ArrowSchema& schema, const ArrowArray& array) {
          rows += array.length;
          CollectTexts(schema, array, texts);
          return Result<void>();
        });
    EXPECT_THAT(read, IsOk());
    return {rows, texts};
  }
  static void CollectTexts(const ArrowSchema& /*schema*/, const ArrowArray& array,
                           std::set<std::string>& texts) {
    const ArrowArray& column = *array.children[0];
    const auto* offsets = static_cast<const int32_t*>(column.buffers[1]) + column.offset;
    const auto* bytes = static_cast<const char*>(column.buffers[2]);
    for (int64_t row = 0; row < array.length; ++row) {
      texts.emplace(bytes + offsets[row], static_cast<size_t>(offsets[row + 1] - offsets[row]));
    }
  }
  /// Everything in the log's folder, hidden or not.
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_.path() + "/_delta_log")) {
      names.push_back(entry.path().filename());
    }
    return names;
  }

  storage::ScratchFolder folder_;
  WatchedStore store_;
  duckdb::DuckDB database_{nullptr};
  base::Random random_{7};
  std::unique_ptr<table::ParquetIo> port_ = MakeParquetPort(database_, random_);
};

TEST_F(ParquetPortTest, AFileIsOnDiskBeforeItHasItsName) {
  ASSERT_THAT(Write(2500, "x"), IsOk());
  EXPECT_THAT(Names(), testing::ElementsAre("00000000000000000010.checkpoint.parquet"));
  ASSERT_EQ(store_.persisted.size(), 2U);
  EXPECT_TRUE(storage::IsTemporaryKey(store_.persisted[0].front()));
  EXPECT_EQ(store_.persisted[1], std::vector<std::string>{kKey});
  EXPECT_THAT(store_.visible_while_persisting, testing::ElementsAre(false, true));
  EXPECT_EQ(Read(), (std::pair<int64_t, std::set<std::string>>{2500, {"x"}}));
}

TEST_F(ParquetPortTest, AFileThatIsThereStays) {
  ASSERT_THAT(Write(10, "first"), IsOk());
  EXPECT_THAT(Write(20, "second"), Fails(ErrorKind::kAlreadyExists));
  EXPECT_EQ(Read().first, 10);
  EXPECT_EQ(Names().size(), 1U);
}

TEST_F(ParquetPortTest, AFailureLeavesNothing) {
  EXPECT_FALSE(Write(5000, "x", true));
  EXPECT_THAT(Names(), IsEmpty());
  store_.fails_to_persist = true;
  EXPECT_THAT(Write(10, "x"), Fails(ErrorKind::kExhausted));
  EXPECT_THAT(Names(), IsEmpty()) << "what may not be on disk must not be seen";
}

TEST_F(ParquetPortTest, OfWritersAtOnceOneWinsAndNothingIsMixed) {
  for (int round = 0; round < 5; ++round) {
    std::atomic<int> winners = 0;
    std::vector<std::thread> writers;
    for (int writer = 0; writer < 4; ++writer) {
      writers.emplace_back([&, writer] {
        const auto written = Write(3000 + writer, std::to_string(writer));
        winners += written ? 1 : 0;
        if (!written) {
          EXPECT_THAT(written, Fails(ErrorKind::kAlreadyExists));
        }
      });
    }
    for (std::thread& writer : writers) {
      writer.join();
    }
    EXPECT_EQ(winners, 1);
    const auto [rows, texts] = Read();
    EXPECT_THAT(texts, testing::ElementsAre(std::to_string(rows - 3000)));
    EXPECT_EQ(Names().size(), 1U);
    fs::remove(folder_.path() + "/" + kKey);
  }
}

TEST_F(ParquetPortTest, WhatTheDeadLeftBehindIsRemovedInTime) {
  const std::string log = folder_.path() + "/_delta_log";
  fs::create_directories(log);
  for (const char* name : {"/.old.parquet.1.limno.tmp", "/.young.parquet.1.limno.tmp"}) {
    std::ofstream(log + name) << "half a checkpoint";
  }
  const auto now = fs::file_time_type::clock::now();
  fs::last_write_time(log + "/.old.parquet.1.limno.tmp", now - std::chrono::hours(25));
  fs::last_write_time(log + "/.young.parquet.1.limno.tmp", now - std::chrono::hours(23));
  ASSERT_THAT(Write(10, "x"), IsOk());
  EXPECT_THAT(Names(), testing::UnorderedElementsAre(".young.parquet.1.limno.tmp",
                                                     "00000000000000000010.checkpoint.parquet"));
}

}  // namespace
}  // namespace limno::engine
