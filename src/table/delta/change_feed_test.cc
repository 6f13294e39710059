#include "table/delta/change_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/memory_store.h"
#include "table/delta/deletion_vector_store.h"
#include "table/delta/log_path.h"
#include "table/testing/log_texts.h"
#include "table/testing/table_builder.h"

namespace limno::table::delta {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kOn[] = R"("delta.enableChangeDataFeed":"true")";
constexpr char kPartition[] =
    R"(,"extendedFileMetadata":true,"partitionValues":{"day":"mon"},"size":10)";

std::string ChangeLine(const std::string& path) {
  return R"({"cdc":{"path":")" + path +
         R"(","partitionValues":{"day":"mon"},"size":10,"dataChange":false}})"
         "\n";
}

class ChangeFeedTest : public ::testing::Test {
 protected:
  void Put(int64_t version, const std::string& text) {
    ASSERT_TRUE(builder_.store->PutIfAbsent(CommitKey(version), text));
  }

  Result<std::vector<ChangedRows>> Read(int64_t from, int64_t upto) {
    return OpenTable(builder_.environment)->ChangesBetween(from, upto);
  }

  /// "version kind path" of each.
  std::vector<std::string> Feed(int64_t from, int64_t upto) {
    const auto changes = Read(from, upto);
    if (!changes) {
      return {changes.error().ToString()};
    }
    std::vector<std::string> lines;
    for (const ChangedRows& rows : *changes) {
      const char* kinds[] = {"insert", "delete", "recorded"};
      lines.push_back(std::to_string(rows.version) + " " + kinds[static_cast<int>(rows.kind)] +
                      " " + rows.file->path);
    }
    return lines;
  }

  /// A vector file with these rows; the member that names it.
  std::string Vector(const std::vector<uint64_t>& rows) {
    RowSet set;
    for (const uint64_t row : rows) {
      set.Add(row);
    }
    auto file = std::make_shared<DataFile>(builder_.File("of a vector"));
    const auto written =
        WriteDeletionVectors(builder_.environment, TableBuilder::Schema(), {{file, set}});
    EXPECT_TRUE(written);
    const DeletionVector& vector = *written->front().deletion_vector;
    return fmt::format(R"(,"deletionVector":{{"storageType":"u","pathOrInlineDv":"{}","offset":{},)"
                       R"("sizeInBytes":{},"cardinality":{}}})",
                       vector.path_or_inline, *vector.offset, vector.size_bytes,
                       vector.cardinality);
  }

  TableBuilder builder_;
};

TEST_F(ChangeFeedTest, IsDerivedFromAddsAndRemoves) {
  Put(0, CreationText(kOn) + AddLine("a") + AddLine("b"));
  Put(1, RemoveLine("a", true, kPartition) + AddLine("c"));
  Put(2, RemoveLine("b", false) + RemoveLine("c", false) + AddLine("d", false));
  EXPECT_THAT(Feed(0, 2), ElementsAre("0 insert a", "0 insert b", "1 insert c", "1 delete a"));
  EXPECT_THAT(Feed(2, 2), IsEmpty()) << "rows were only rearranged";
}

TEST_F(ChangeFeedTest, RecordedChangesSpeakForTheirVersion) {
  Put(0, CreationText(kOn) + AddLine("a"));
  Put(1, RemoveLine("a", true, kPartition) + AddLine("b") + ChangeLine("_change_data/c"));
  EXPECT_THAT(Feed(1, 1), ElementsAre("1 recorded _change_data/c"));
}

TEST_F(ChangeFeedTest, RowsThatAVectorAddsOrGivesBackAreTheChange) {
  constexpr char kTenRows[] = R"(,"stats":"{\"numRecords\":10}")";
  const std::string two = Vector({1, 2});
  const std::string three = Vector({2, 3});
  Put(0, CreationText(kOn) + AddLine("a", true, kTenRows));
  Put(1, RemoveLine("a", true, kPartition) + AddLine("a", true, kTenRows + two));
  Put(2, RemoveLine("a", true, kPartition + two) + AddLine("a", true, kTenRows + three));
  const auto changes = Read(1, 2);
  ASSERT_TRUE(changes) << changes.error().ToString();
  ASSERT_EQ(changes->size(), 3U);
  const auto changed = [&](size_t index) {
    std::vector<uint64_t> rows;
    for (uint64_t row = 0; row < 10; ++row) {
      if (!(*changes)[index].unchanged->Contains(row)) {
        rows.push_back(row);
      }
    }
    return rows;
  };
  EXPECT_EQ((*changes)[0].kind, ChangeKind::kDeleted);
  EXPECT_THAT(changed(0), ElementsAre(1, 2));
  EXPECT_EQ((*changes)[1].kind, ChangeKind::kDeleted);
  EXPECT_THAT(changed(1), ElementsAre(3));
  EXPECT_EQ((*changes)[2].kind, ChangeKind::kInserted);
  EXPECT_THAT(changed(2), ElementsAre(1));
  EXPECT_FALSE((*changes)[2].file->deletion_vector);
}

TEST_F(ChangeFeedTest, IsRefusedWhereItWasOff) {
  Put(0, CreationText());
  Put(1, MetadataLine(kOn) + AddLine("a"));
  Put(2, MetadataLine());
  EXPECT_THAT(Feed(1, 1), ElementsAre("1 insert a"));
  EXPECT_THAT(Feed(0, 1), ElementsAre(HasSubstr("off at version 0")));
  EXPECT_THAT(Feed(1, 2), ElementsAre(HasSubstr("off at version 2")));
  EXPECT_THAT(Feed(2, 1), ElementsAre(HasSubstr("no versions lie from 2 to 1")));
  EXPECT_THAT(Feed(1, 9), ElementsAre(HasSubstr("9")));
}

TEST_F(ChangeFeedTest, ARemovalThatHidesItsPartitionIsRefused) {
  Put(0, CreationText(kOn) + AddLine("a"));
  Put(1, RemoveLine("a"));
  EXPECT_THAT(Feed(1, 1), ElementsAre(HasSubstr("which partition")));
}

TEST_F(ChangeFeedTest, EveryChangeHasTheTimeOfItsVersion) {
  Put(0, CreationText(kOn) + AddLine("a"));
  builder_.clock.Sleep(5000);
  Put(1, AddLine("b"));
  const auto changes = Read(0, 1);
  ASSERT_TRUE(changes);
  EXPECT_EQ((*changes)[1].timestamp_millis - (*changes)[0].timestamp_millis, 5000);
}

}  // namespace
}  // namespace limno::table::delta
