#include "catalog/file/folder_catalog.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "catalog/testing/catalog_conformance.h"
#include "storage/local_store.h"

namespace limno::catalog {
namespace {

/// A table that knows nothing but its store: the catalog never looks inside.
class BareTable final : public table::Table {
 public:
  explicit BareTable(std::shared_ptr<storage::ObjectStore> store) : store_(std::move(store)) {}

  Result<table::SnapshotPtr> Latest() override { return Unused(); }
  Result<table::SnapshotPtr> AtVersion(int64_t) override { return Unused(); }
  Result<table::SnapshotPtr> AtTimestamp(base::UnixMillis) override { return Unused(); }
  Result<std::vector<table::HistoryEntry>> History(std::optional<int64_t>) override {
    return Unused();
  }
  Result<std::vector<table::DataFilePtr>> FilesAddedBetween(int64_t, int64_t) override {
    return Unused();
  }
  Result<std::vector<table::ChangedRows>> ChangesBetween(int64_t, int64_t) override {
    return Unused();
  }
  Result<table::RowSet> ReadDeletionVector(const table::DeletionVector&) override {
    return Unused();
  }
  std::optional<int64_t> RowCount(const table::DataFile&) override { return std::nullopt; }
  std::optional<table::FileOrder> OrderOf(const table::DataFile&) override { return std::nullopt; }
  table::FileStatistics ParseStatistics(const table::DataFile&, const table::Schema&) override {
    return {};
  }
  Result<void> CheckTypeChange(const table::Metadata&, const table::DataType&,
                               const table::DataType&) override {
    return {};
  }
  Result<table::FeatureRemoval> PlanFeatureRemoval(const table::Snapshot&,
                                                   const std::string&) override {
    return table::FeatureRemoval{};
  }
  Result<table::HistoryTruncation> TruncateHistory(const std::string&) override {
    return table::HistoryTruncation{};
  }
  bool WritesPartitionColumns(const table::Snapshot*, const table::Metadata&) override {
    return false;
  }
  Result<void> ForEachVersion(
      const std::function<Result<void>(const table::VersionFiles&)>&) override {
    return {};
  }
  table::Compatibility CompatibilityWith(const table::Snapshot&) const override { return {}; }
  std::optional<table::RowIdentityColumns> RowIdentity(const table::Metadata&) override {
    return std::nullopt;
  }
  Result<table::IntegrityReport> Examine() override { return table::IntegrityReport{}; }
  Result<void> MendLog(const table::IntegrityReport&) override { return {}; }
  table::Metadata Complete(table::Metadata metadata, const table::Metadata*) override {
    return metadata;
  }
  Result<std::vector<table::RowRule>> RowRules(const table::Metadata&) override {
    return std::vector<table::RowRule>();
  }
  bool RecordsChanges(const table::Metadata&) override { return false; }
  std::string NewChangeFileKey(const table::PartitionValues&) override { return ""; }
  std::string NewDataFileKey(const table::PartitionValues&) override { return "f.parquet"; }
  table::DataFile Describe(const table::WrittenFile&, const table::Metadata&) override {
    return {};
  }
  Result<std::vector<table::DataFile>> WriteDeletionVectors(
      const std::vector<std::pair<table::DataFilePtr, table::RowSet>>&) override {
    return Unused();
  }
  Result<table::CommitOutcome> Commit(const table::Change&) override { return Unused(); }
  Result<table::VacuumReport> Vacuum(const table::VacuumOptions&) override { return Unused(); }
  storage::ObjectStore& store() override { return *store_; }
  std::string format() const override { return "bare"; }
  std::map<std::string, std::string> FormatDetail(const table::Snapshot&) const override {
    return {};
  }

 private:
  static tl::unexpected<Error> Unused() {
    return Fail(ErrorKind::kInternal, "the catalog looked into a table");
  }
  std::shared_ptr<storage::ObjectStore> store_;
};

class FolderFixture final : public CatalogFixture {
 public:
  FolderFixture() {
    std::string name =
        (std::filesystem::path(testing::TempDir()) / "limno_catalog_XXXXXX").string();
    folder_ = mkdtemp(name.data());
    catalog_ = OpenAgain();
  }
  ~FolderFixture() override { std::filesystem::remove_all(folder_); }

  Catalog& catalog() override { return *catalog_; }
  std::unique_ptr<Catalog> OpenAgain() override {
    FolderCatalogParts parts;
    parts.location = (folder_ / "lake").string();
    parts.store = storage::MakeLocalStore(parts.location, {.sync = false});
    parts.random = &random_;
    parts.open_store =
        [](const std::string& path) -> Result<std::shared_ptr<storage::ObjectStore>> {
      return std::shared_ptr<storage::ObjectStore>(storage::MakeLocalStore(path, {.sync = false}));
    };
    parts.open_table = [](std::shared_ptr<storage::ObjectStore> store) {
      return std::make_shared<BareTable>(std::move(store));
    };
    return MakeFolderCatalog(std::move(parts));
  }
  void CommitFirstVersion(const TableName& name) override {
    const auto table = catalog_->PrepareTable(name);
    ASSERT_TRUE(table);
    ASSERT_TRUE((*table)->store().PutIfAbsent("_delta_log/00000000000000000000.json", "{}"));
    ASSERT_TRUE((*table)->store().Put("part-0.parquet", "data"));
  }
  std::string MakeForeignTable() override {
    const std::filesystem::path root = folder_ / "foreign";
    std::filesystem::create_directories(root / "_delta_log");
    std::ofstream(root / "_delta_log" / "00000000000000000000.json") << "{}";
    return root.string();
  }
  std::filesystem::path lake() const { return folder_ / "lake"; }

 private:
  std::filesystem::path folder_;
  base::Random random_{7};
  std::unique_ptr<Catalog> catalog_;
};

INSTANTIATE_TEST_SUITE_P(Folder, CatalogConformance,
                         testing::Values([] { return std::make_unique<FolderFixture>(); }));

class FolderCatalogTest : public testing::Test {
 protected:
  void Write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((fixture_.lake() / path).parent_path());
    std::ofstream(fixture_.lake() / path) << text;
  }
  std::string Read(const std::string& path) {
    std::ifstream stream(fixture_.lake() / path);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  FolderFixture fixture_;
};

TEST_F(FolderCatalogTest, LooksLeaveNoTraceAndTheFirstWriteMakesTheLake) {
  ASSERT_TRUE(fixture_.catalog().Namespaces());
  EXPECT_FALSE(std::filesystem::exists(fixture_.lake()));
  ASSERT_TRUE(fixture_.catalog().PrepareTable({"bronze", "t"}));
  const std::string text = Read("_limno/lake.json");
  EXPECT_EQ(text.substr(0, 26), R"({"format_version":1,"id":")");
  ASSERT_TRUE(fixture_.catalog().CreateNamespace("gold"));
  EXPECT_EQ(Read("_limno/lake.json"), text);
}

TEST_F(FolderCatalogTest, RefusesALakeOfAnotherFormat) {
  Write("_limno/lake.json", R"({"format_version":2,"id":"x"})");
  const auto names = fixture_.catalog().Namespaces();
  ASSERT_FALSE(names);
  EXPECT_EQ(names.error().kind, ErrorKind::kUnsupported);
  EXPECT_EQ(names.error().message,
            "the lake was written in format version 2, this Limno knows version 1");
  EXPECT_FALSE(fixture_.catalog().CreateNamespace("bronze"));
}

TEST_F(FolderCatalogTest, RefusesDocumentsThatAreNone) {
  Write("_limno/lake.json", "torn");
  EXPECT_EQ(fixture_.catalog().Namespaces().error().kind, ErrorKind::kCorrupt);
}

TEST_F(FolderCatalogTest, RefusesAViewOfAnotherFormat) {
  Write("_limno/views/gold/v.json", R"({"format_version":9})");
  EXPECT_EQ(fixture_.catalog().Views("gold").error().kind, ErrorKind::kUnsupported);
}

TEST_F(FolderCatalogTest, TakesTablesThatOthersPutThere) {
  Write("raw/orders/_delta_log/00000000000000000000.json", "{}");
  Write("raw/notes/readme.txt", "no table");
  Write("pictures/one.png", "");
  Write("_staging/t/_delta_log/00000000000000000000.json", "{}");
  EXPECT_EQ(*fixture_.catalog().Namespaces(), std::vector<std::string>{"raw"});
  EXPECT_EQ(*fixture_.catalog().Tables("raw"), std::vector<std::string>{"orders"});
}

TEST_F(FolderCatalogTest, DroppingLeavesNothingOfTheTable) {
  ASSERT_TRUE(fixture_.catalog().PrepareTable({"bronze", "t"}));
  fixture_.CommitFirstVersion({"bronze", "t"});
  Write("bronze/t/_delta_log/_last_checkpoint", "{}");
  ASSERT_TRUE(fixture_.catalog().DropTable({"bronze", "t"}));
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(fixture_.lake() / "bronze")) {
    EXPECT_FALSE(entry.is_regular_file()) << entry.path();
  }
}

}  // namespace
}  // namespace limno::catalog
