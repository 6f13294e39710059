// Two changes of one file: both stand if their rows are different.
#include "table/delta/row_rebase.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "storage/testing/result_matchers.h"
#include "table/arrow_build.h"
#include "table/delta/deletion_vector_codec.h"
#include "table/delta/deletion_vector_store.h"
#include "table/delta/row_tracking.h"
#include "table/testing/table_builder.h"

namespace limno::table::delta {
namespace {

using storage::Fails;
using storage::IsOk;
using testing::HasSubstr;

RowSet Rows(std::initializer_list<uint64_t> rows) {
  RowSet set;
  for (const uint64_t row : rows) {
    set.Add(row);
  }
  return set;
}

/// A table of one file "a" of ten rows; everything happens on top of version 1.
class RowRebaseTest : public testing::Test {
 protected:
  RowRebaseTest() {
    Metadata metadata = TableBuilder::Schema();
    metadata.properties["delta.enableDeletionVectors"] = "true";
    const auto created = table_.Commit(TableBuilder::Create(metadata));
    EXPECT_THAT(created, IsOk());
    const auto filled = table_.Commit(TableBuilder::Append(created->snapshot, {table_.File("a")}));
    EXPECT_THAT(filled, IsOk());
    base_ = filled->snapshot;
  }

  /// Deletes rows of file a as the target of an UPDATE or DELETE does.
  Change Delete(const RowSet& rows, const SnapshotPtr& base) {
    Change change;
    change.operation.name = "DELETE";
    change.base = base;
    change.reads.might_match = [](const DataFile&) { return false; };
    base->files.ForEach([&](const DataFilePtr& file) {
      if (file->path != "a") {
        return true;
      }
      change.reads.rows[file->Key()];
      change.deleted_rows[file->Key()] = rows;
      change.removed.push_back(file);
      const int64_t gone = static_cast<int64_t>(rows.Cardinality()) +
                           (file->deletion_vector ? file->deletion_vector->cardinality : 0);
      if (gone < 10) {
        auto entries = WriteDeletionVectors(table_.environment, base->metadata, {{file, rows}});
        EXPECT_THAT(entries, IsOk());
        change.added = *std::move(entries);
      }
      return true;
    });
    return change;
  }
  Change Delete(std::initializer_list<uint64_t> rows) { return Delete(Rows(rows), base_); }

  /// The rows of file a that are deleted now; nullopt if the file is gone.
  std::optional<RowSet> Deleted() {
    const auto loaded = table_.Load();
    EXPECT_THAT(loaded, IsOk());
    std::optional<RowSet> rows;
    (*loaded)->files.ForEach([&](const DataFilePtr& file) {
      if (file->path == "a") {
        rows = file->deletion_vector ? *ReadDeletionVector(*table_.store, *file->deletion_vector)
                                     : RowSet();
      }
      return true;
    });
    return rows;
  }

  size_t VectorFiles() {
    size_t count = 0;
    const auto listing = table_.store->List("");
    EXPECT_THAT(listing, IsOk());
    for (const storage::ObjectInfo& object : listing->objects) {
      count += object.key.find("deletion_vector") != std::string::npos ? 1 : 0;
    }
    return count;
  }

  TableBuilder table_;
  SnapshotPtr base_;
};

TEST_F(RowRebaseTest, AVectorInBetweenThatWasVacuumedIsAConflict) {
  const Change late = Delete({5});
  const Change first = Delete({1});
  const auto winner = table_.Commit(first);
  ASSERT_THAT(winner, IsOk());
  ASSERT_THAT(table_.Commit(Delete(Rows({2}), winner->snapshot)), IsOk());
  const auto key = VectorFileKey(*first.added.front().deletion_vector);
  ASSERT_THAT(key, IsOk());
  ASSERT_THAT(table_.store->Delete(*key), IsOk());
  EXPECT_THAT(table_.Commit(late), Fails(ErrorKind::kConflict));
  EXPECT_EQ(*Deleted(), Rows({1, 2}));
}

TEST_F(RowRebaseTest, DifferentRowsOfOneFileAreBothDeleted) {
  const Change first = Delete({1, 3});
  const Change second = Delete({2});
  ASSERT_THAT(table_.Commit(first), IsOk());
  const auto outcome = table_.Commit(second);
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(outcome->rebases, 1);
  EXPECT_EQ(Deleted(), Rows({1, 2, 3}));
  // The vector that the second brought is not needed by any version.
  EXPECT_EQ(VectorFiles(), 2U);
}

TEST_F(RowRebaseTest, TheRemovalNamesTheVectorOfTheWinner) {
  const Change second = Delete({2});
  const auto first = table_.Commit(Delete({1}));
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(table_.Commit(second), IsOk());
  const auto loaded = table_.Load();
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ((*loaded)->files.size(), 1U);
  first->snapshot->files.ForEach([&](const DataFilePtr& file) {
    EXPECT_NE((*loaded)->tombstones.Find(file->Key()), nullptr);
    return true;
  });
}

TEST_F(RowRebaseTest, OneRowChangedTwiceIsAConflict) {
  const Change second = Delete({7, 3});
  ASSERT_THAT(table_.Commit(Delete({1, 3})), IsOk());
  const auto outcome = table_.Commit(second);
  ASSERT_THAT(outcome, Fails(ErrorKind::kConflict));
  EXPECT_THAT(outcome.error().message,
              HasSubstr("changed row 3 of a file, which this DELETE changes, too: a"));
  EXPECT_EQ(Deleted(), Rows({1, 3}));
}

TEST_F(RowRebaseTest, RowsThatWereOnlyReadMatter) {
  Change second = Delete({7});
  second.reads.rows.at("a") = Rows({3});
  ASSERT_THAT(table_.Commit(Delete({1})), IsOk());
  ASSERT_THAT(table_.Commit(Delete(Rows({3}), table_.Load().value())), IsOk());
  const auto outcome = table_.Commit(second);
  ASSERT_THAT(outcome, Fails(ErrorKind::kConflict));
  EXPECT_THAT(outcome.error().message, HasSubstr("row 3 of a file, which this DELETE read: a"));
}

TEST_F(RowRebaseTest, AWholeFileThatWasReadMatters) {
  Change second = Delete({7});
  second.reads.file_keys = {"a"};
  ASSERT_THAT(table_.Commit(Delete({1})), IsOk());
  EXPECT_THAT(table_.Commit(second), Fails(ErrorKind::kConflict));
}

TEST_F(RowRebaseTest, WhatTheTwoLeaveTogetherMayBeNothing) {
  const Change second = Delete({5, 6, 7, 8, 9});
  ASSERT_THAT(table_.Commit(Delete({0, 1, 2, 3, 4})), IsOk());
  ASSERT_THAT(table_.Commit(second), IsOk());
  EXPECT_EQ(Deleted(), std::nullopt);
}

TEST_F(RowRebaseTest, AFileThatIsGoneIsAConflictWhereRowsOfItMatter) {
  const Change second = Delete({5});
  Change reader = TableBuilder::Append(base_, {table_.File("b")});
  reader.reads.rows["a"];
  ASSERT_THAT(table_.Commit(Delete({0, 1, 2, 3, 4, 5, 6, 7, 8, 9})), IsOk());
  EXPECT_THAT(table_.Commit(second), Fails(ErrorKind::kConflict));
  EXPECT_THAT(table_.Commit(reader), IsOk());
}

TEST_F(RowRebaseTest, RowsThatCameBackAreAConflict) {
  const auto deleted = table_.Commit(Delete({1, 2}));
  ASSERT_THAT(deleted, IsOk());
  const Change second = Delete(Rows({5}), deleted->snapshot);
  Change restore;
  restore.base = deleted->snapshot;
  restore.operation.name = "RESTORE";
  restore.removed = deleted->snapshot->files.ToVector();
  restore.added.push_back(*base_->files.ToVector().front());
  ASSERT_THAT(table_.Commit(restore), IsOk());
  const auto outcome = table_.Commit(second);
  ASSERT_THAT(outcome, Fails(ErrorKind::kConflict));
  EXPECT_THAT(outcome.error().message, HasSubstr("brought deleted rows back"));
}

/// The same file, but its rows have ids, and somebody moves them elsewhere.
class MovedRowsTest : public RowRebaseTest {
 protected:
  MovedRowsTest() {
    Change enable;
    enable.base = base_;
    enable.metadata = base_->metadata;
    enable.metadata->properties[kRowTrackingProperty] = "true";
    NameRowIdentityColumns(*enable.metadata, nullptr, table_.random);
    const auto enabled = table_.Commit(enable);
    EXPECT_THAT(enabled, IsOk());
    base_ = enabled->snapshot;
    // File a has no ids of its own: those of its entry in the log stand.
    (void)Write("a", "id", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  }

  /// A Parquet file of one column; its size.
  Result<uint64_t> Write(const std::string& path, const std::string& column,
                         const std::vector<int64_t>& values) {
    std::vector<ArrowColumn> columns;
    columns.push_back(ArrowColumn::Int64(column));
    bool done = false;
    ArrowArrayStream stream;
    MakeArrowStream(
        ArrowColumn::Struct("", std::move(columns)),
        [&](ArrowColumn& root) -> Result<bool> {
          for (const int64_t value : done ? std::vector<int64_t>() : values) {
            root.child(0).Append(value);
            root.AppendStruct();
          }
          return !std::exchange(done, true);
        },
        &stream);
    EXPECT_THAT(table_.store->Delete(path), IsOk());
    return table_.parquet.Write(*table_.store, path, &stream);
  }

  /// A file whose rows have these ids.
  DataFile FileOf(const std::string& path, const std::vector<int64_t>& ids) {
    const auto size = Write(path, RowIdentityOf(base_->metadata)->row_id, ids);
    EXPECT_THAT(size, IsOk());
    DataFile file;
    file.path = path;
    file.size_bytes = static_cast<int64_t>(size.value_or(0));
    file.statistics = R"({"numRecords":)" + std::to_string(ids.size()) + "}";
    file.data_change = false;
    return file;
  }

  /// File a becomes these files.
  Change Optimize(std::vector<DataFile> files) {
    Change change;
    change.operation.name = "OPTIMIZE";
    change.base = base_;
    change.data_change = false;
    change.removed = base_->files.ToVector();
    change.added = std::move(files);
    return change;
  }

  std::string DeletedOf(const std::string& path) {
    const auto loaded = table_.Load();
    EXPECT_THAT(loaded, IsOk());
    std::string rows = "gone";
    (*loaded)->files.ForEach([&](const DataFilePtr& file) {
      if (file->path == path) {
        rows = "";
        if (file->deletion_vector) {
          ReadDeletionVector(*table_.store, *file->deletion_vector)->ForEach([&](uint64_t row) {
            rows += std::to_string(row) + " ";
          });
        }
      }
      return true;
    });
    return rows;
  }
};

TEST_F(MovedRowsTest, AreDeletedWhereTheyAreNow) {
  // The entry of file a gives its rows the ids 0 to 9.
  const Change ours = Delete({1, 8});
  ASSERT_THAT(table_.Commit(Optimize({FileOf("b", {9, 8, 7, 6, 5}), FileOf("c", {0, 1, 2, 3, 4})})),
              IsOk());
  const auto outcome = table_.Commit(ours);
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(Deleted(), std::nullopt);
  EXPECT_EQ(DeletedOf("b"), "1 ");
  EXPECT_EQ(DeletedOf("c"), "1 ");
}

TEST_F(MovedRowsTest, MoveOnAndOn) {
  const Change ours = Delete({1, 8});
  const auto moved = table_.Commit(Optimize({FileOf("b", {9, 8, 7, 6, 5, 4, 3, 2, 1, 0})}));
  ASSERT_THAT(moved, IsOk());
  Change again = Optimize({FileOf("c", {5, 6, 7, 8, 9, 0, 1, 2, 3, 4})});
  again.base = moved->snapshot;
  again.removed = moved->snapshot->files.ToVector();
  ASSERT_THAT(table_.Commit(again), IsOk());
  ASSERT_THAT(table_.Commit(ours), IsOk());
  EXPECT_EQ(DeletedOf("b"), "gone");
  EXPECT_EQ(DeletedOf("c"), "3 6 ");
}

TEST_F(MovedRowsTest, ThatAreNotFoundAgainAreAConflict) {
  const Change ours = Delete({1, 8});
  ASSERT_THAT(table_.Commit(Optimize({FileOf("b", {9, 18, 7, 6, 5, 4, 3, 2, 1, 0})})), IsOk());
  EXPECT_THAT(table_.Commit(ours), Fails(ErrorKind::kConflict));
}

TEST_F(RowRebaseTest, RowsWithoutIdsThatMovedAreAConflict) {
  const Change ours = Delete({1});
  Change optimize;
  optimize.operation.name = "OPTIMIZE";
  optimize.base = base_;
  optimize.data_change = false;
  optimize.removed = base_->files.ToVector();
  optimize.added = {table_.File("b")};
  ASSERT_THAT(table_.Commit(optimize), IsOk());
  const auto outcome = table_.Commit(ours);
  ASSERT_THAT(outcome, Fails(ErrorKind::kConflict));
  EXPECT_THAT(outcome.error().message, HasSubstr("rearranged a file"));
}

TEST_F(RowRebaseTest, ManyWritersOfOneFileLoseNothing) {
  constexpr uint64_t kWriters = 9;
  base::SystemClock clock;
  Environment environment = table_.environment;
  environment.clock = &clock;
  std::vector<Change> changes;
  for (uint64_t writer = 0; writer < kWriters; ++writer) {
    changes.push_back(Delete({writer}));
  }
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (const Change& change : changes) {
    threads.emplace_back([&] { failures += CommitChange(environment, change) ? 0 : 1; });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(Deleted(), Rows({0, 1, 2, 3, 4, 5, 6, 7, 8}));
}

}  // namespace
}  // namespace limno::table::delta
