// A lake in memory for tests of the runner: tables are a version, an id and application
// transactions.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "storage/object_store.h"

namespace limno::pipeline {

/// Everything below shares it. Guarded by `mutex`.
struct FakeState {
  struct TableState {
    int64_t version = -1;
    std::map<std::string, int64_t> app_transactions;
  };

  std::mutex mutex;
  std::map<std::string, TableState> tables;
  std::map<std::string, catalog::View> views;
  /// Every statement that ran, in order.
  std::vector<std::string> statements;
  /// Statements that contain this text fail.
  std::string failing;
  ErrorKind failure = ErrorKind::kRefused;

  void Commit(const std::string& table, const std::map<std::string, int64_t>& transactions) {
    TableState& state = tables[table];
    ++state.version;
    for (const auto& [id, version] : transactions) {
      state.app_transactions[id] = version;
    }
  }
};

class FakeTable final : public table::Table {
 public:
  FakeTable(FakeState& state, std::string name) : state_(state), name_(std::move(name)) {}

  Result<table::SnapshotPtr> Latest() override {
    const std::lock_guard<std::mutex> lock(state_.mutex);
    auto snapshot = std::make_shared<table::Snapshot>();
    snapshot->version = state_.tables[name_].version;
    snapshot->metadata.id = "id of " + name_;
    snapshot->app_transactions = state_.tables[name_].app_transactions;
    return table::SnapshotPtr(snapshot);
  }
  Result<table::SnapshotPtr> AtVersion(int64_t) override { return Latest(); }
  Result<table::SnapshotPtr> AtTimestamp(base::UnixMillis) override { return Latest(); }
  Result<std::vector<table::HistoryEntry>> History(std::optional<int64_t>) override {
    return std::vector<table::HistoryEntry>();
  }
  Result<std::vector<table::DataFilePtr>> FilesAddedBetween(int64_t after, int64_t upto) override {
    return std::vector<table::DataFilePtr>(static_cast<size_t>(upto - after),
                                           std::make_shared<table::DataFile>());
  }
  Result<std::vector<table::ChangedRows>> ChangesBetween(int64_t, int64_t) override {
    return Fail(ErrorKind::kInternal, "not in this fake");
  }
  Result<table::RowSet> ReadDeletionVector(const table::DeletionVector&) override {
    return Fail(ErrorKind::kInternal, "not in this fake");
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
  Result<table::IntegrityReport> Examine() override { return table::IntegrityReport{}; }
  Result<void> MendLog(const table::IntegrityReport&) override { return {}; }
  table::Metadata Complete(table::Metadata metadata, const table::Metadata*) override {
    return metadata;
  }
  Result<std::vector<table::RowRule>> RowRules(const table::Metadata&) override {
    return std::vector<table::RowRule>();
  }
  bool RecordsChanges(const table::Metadata&) override { return false; }
  std::optional<table::RowIdentityColumns> RowIdentity(const table::Metadata&) override {
    return std::nullopt;
  }
  std::string NewChangeFileKey(const table::PartitionValues&) override { return ""; }
  std::string NewDataFileKey(const table::PartitionValues&) override { return ""; }
  table::DataFile Describe(const table::WrittenFile&, const table::Metadata&) override {
    return {};
  }
  Result<std::vector<table::DataFile>> WriteDeletionVectors(
      const std::vector<std::pair<table::DataFilePtr, table::RowSet>>&) override {
    return Fail(ErrorKind::kInternal, "not in this fake");
  }
  Result<table::CommitOutcome> Commit(const table::Change&) override {
    return Fail(ErrorKind::kInternal, "not in this fake");
  }
  Result<table::VacuumReport> Vacuum(const table::VacuumOptions&) override {
    return table::VacuumReport{};
  }
  storage::ObjectStore& store() override { return *store_; }
  std::string format() const override { return "fake"; }
  std::map<std::string, std::string> FormatDetail(const table::Snapshot&) const override {
    return {};
  }

 private:
  FakeState& state_;
  const std::string name_;
  std::shared_ptr<storage::ObjectStore> store_;
};

class FakeCatalog final : public catalog::Catalog {
 public:
  explicit FakeCatalog(FakeState& state) : state_(state) {}

  Result<std::vector<std::string>> Namespaces() override {
    const std::lock_guard<std::mutex> lock(state_.mutex);
    std::set<std::string> names;
    for (const auto& [name, table] : state_.tables) {
      names.insert(name.substr(0, name.find('.')));
    }
    for (const auto& [name, view] : state_.views) {
      names.insert(view.name.name_space);
    }
    return std::vector<std::string>(names.begin(), names.end());
  }
  Result<std::vector<std::string>> Tables(const std::string& name_space) override {
    const std::lock_guard<std::mutex> lock(state_.mutex);
    std::vector<std::string> names;
    for (const auto& [name, table] : state_.tables) {
      if (name.starts_with(name_space + ".")) {
        names.push_back(name.substr(name_space.size() + 1));
      }
    }
    return names;
  }
  Result<std::vector<catalog::View>> Views(const std::string& name_space) override {
    const std::lock_guard<std::mutex> lock(state_.mutex);
    std::vector<catalog::View> views;
    for (const auto& [name, view] : state_.views) {
      if (view.name.name_space == name_space) {
        views.push_back(view);
      }
    }
    return views;
  }
  Result<void> CreateNamespace(const std::string&) override { return {}; }
  Result<void> DropNamespace(const std::string&) override { return {}; }
  Result<std::shared_ptr<table::Table>> OpenTable(const catalog::TableName& name) override {
    const std::lock_guard<std::mutex> lock(state_.mutex);
    if (state_.tables.count(name.ToString()) == 0) {
      return Fail(ErrorKind::kNotFound, "there is no table '" + name.ToString() + "'");
    }
    return std::shared_ptr<table::Table>(std::make_shared<FakeTable>(state_, name.ToString()));
  }
  Result<std::shared_ptr<table::Table>> PrepareTable(const catalog::TableName& name) override {
    return std::shared_ptr<table::Table>(std::make_shared<FakeTable>(state_, name.ToString()));
  }
  Result<void> DropTable(const catalog::TableName&) override { return {}; }
  Result<void> PutView(const catalog::View& view, bool) override {
    const std::lock_guard<std::mutex> lock(state_.mutex);
    state_.views[view.name.ToString()] = view;
    return {};
  }
  Result<void> DropView(const catalog::TableName& name) override {
    const std::lock_guard<std::mutex> lock(state_.mutex);
    state_.views.erase(name.ToString());
    return {};
  }
  Result<std::shared_ptr<table::Table>> OpenPath(const std::string&) override {
    return Fail(ErrorKind::kNotFound, "not in this fake");
  }
  std::string Location() const override { return "fake:"; }
  std::string LocationOf(const catalog::TableName& name) const override { return name.ToString(); }

 private:
  FakeState& state_;
};

}  // namespace limno::pipeline
