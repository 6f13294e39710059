#include "table/delta/commit_check.h"

#include <gmock/gmock.h>

#include <functional>

#include "storage/testing/result_matchers.h"
#include "table/testing/table_builder.h"

namespace limno::table::delta {
namespace {

using storage::Fails;
using storage::IsOk;

/// A table partitioned by p, with the file a; a good change to spoil in one way at a time.
class CommitCheckTest : public testing::Test {
 protected:
  CommitCheckTest() {
    before_.version = 3;
    before_.metadata = TableBuilder::Schema(true);
    before_.files = before_.files.With({std::make_shared<const DataFile>(File("a"))}, {});
    change_.operation.name = "MERGE";
    change_.added = {File("b"), File("c")};
    change_.removed = {before_.files.Find("a")};
  }

  DataFile File(const std::string& path) {
    DataFile file = table_.File(path);
    file.partition_values = {{"p", "x"}};
    return file;
  }
  Result<void> Check() { return CheckChange(change_, before_); }

  TableBuilder table_;
  DeltaSnapshot before_;
  Change change_;
};

TEST_F(CommitCheckTest, AGoodChangePasses) {
  EXPECT_THAT(Check(), IsOk());
  EXPECT_THAT(CheckAddedFiles(change_, *table_.store), IsOk());
}

TEST_F(CommitCheckTest, FilesAreAddedAndRemovedOnce) {
  const Change good = change_;
  change_.added.push_back(File("b"));
  EXPECT_THAT(Check(), Fails(ErrorKind::kRefused));
  change_ = good;
  change_.removed.push_back(change_.removed[0]);
  EXPECT_THAT(Check(), Fails(ErrorKind::kRefused));
  change_ = good;
  change_.added.push_back(File("a"));
  EXPECT_THAT(Check(), Fails(ErrorKind::kRefused));
  change_ = good;
  change_.removed = {std::make_shared<const DataFile>(File("gone"))};
  EXPECT_THAT(Check(), Fails(ErrorKind::kRefused));
  change_ = good;
  change_.removed.clear();
  change_.added = {File("a")};
  EXPECT_THAT(Check(), Fails(ErrorKind::kRefused));
}

TEST_F(CommitCheckTest, AFileMayComeBackWithAVector) {
  DataFile again = File("a");
  again.deletion_vector = DeletionVector{'u', "x", 1, 10, 3};
  change_.added.push_back(again);
  EXPECT_THAT(Check(), IsOk());
  change_.added.back().deletion_vector->cardinality = 11;
  EXPECT_THAT(Check(), Fails(ErrorKind::kRefused));
  change_.added.back().deletion_vector->cardinality = 3;
  change_.added.back().statistics.clear();
  EXPECT_THAT(Check(), Fails(ErrorKind::kRefused));
}

TEST_F(CommitCheckTest, PartitionValuesFitTheTable) {
  change_.added[0].partition_values.clear();
  EXPECT_THAT(Check(), Fails(ErrorKind::kRefused));
  change_.added[0].partition_values = {{"q", "x"}};
  EXPECT_THAT(Check(), Fails(ErrorKind::kRefused));
  change_.added[0].partition_values = {{"p", std::nullopt}};
  EXPECT_THAT(Check(), IsOk());
  before_.metadata.schema.fields[1].type = Primitive(TypeKind::kDate);
  EXPECT_THAT(Check(), Fails(ErrorKind::kRefused));
}

TEST_F(CommitCheckTest, RearrangingKeepsTheNumberOfRows) {
  change_.data_change = false;
  EXPECT_THAT(Check(), Fails(ErrorKind::kRefused));
  change_.added.pop_back();
  EXPECT_THAT(Check(), IsOk());
}

TEST_F(CommitCheckTest, MetadataMakesSense) {
  const auto check = [&](const std::function<void(Metadata&)>& spoil) {
    Metadata metadata = TableBuilder::Schema(true);
    spoil(metadata);
    Change change;
    change.metadata = metadata;
    return CheckChange(change, DeltaSnapshot());
  };
  EXPECT_THAT(check([](Metadata&) {}), IsOk());
  EXPECT_THAT(check([](Metadata& m) { m.schema.fields.clear(); }), Fails(ErrorKind::kRefused));
  EXPECT_THAT(check([](Metadata& m) { m.schema.fields[0].name = "P"; }),
              Fails(ErrorKind::kRefused));
  EXPECT_THAT(check([](Metadata& m) { m.partition_columns = {"nowhere"}; }),
              Fails(ErrorKind::kRefused));
  EXPECT_THAT(check([](Metadata& m) {
                m.partition_columns = {"p", "p"};
              }),
              Fails(ErrorKind::kRefused));
  EXPECT_THAT(check([](Metadata& m) {
                m.partition_columns = {"p", "id"};
              }),
              Fails(ErrorKind::kRefused));
  EXPECT_THAT(check([](Metadata& m) { m.schema.fields[1].type = ArrayOf(Decimal(3, 1)); }),
              Fails(ErrorKind::kRefused));
  EXPECT_THAT(check([](Metadata& m) {
                m.schema.fields[1].name = "_limno";
                m.partition_columns = {"_limno"};
              }),
              Fails(ErrorKind::kRefused));
}

TEST_F(CommitCheckTest, FilesAreThereAndOfTheirSize) {
  ++change_.added[0].size_bytes;
  EXPECT_THAT(CheckAddedFiles(change_, *table_.store), Fails(ErrorKind::kRefused));
  --change_.added[0].size_bytes;
  ASSERT_THAT(table_.store->Delete("b"), IsOk());
  EXPECT_THAT(CheckAddedFiles(change_, *table_.store), Fails(ErrorKind::kRefused));
}

}  // namespace
}  // namespace limno::table::delta
