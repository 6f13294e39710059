// A lake in memory for tests of the runner: tables are a version, an id and application
// transactions; SQL is a list of what it reads ("reads bronze.a, bronze.b") and does nothing but
// make commits.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "catalog/catalog.h"
#include "engine/engine.h"
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
  Result<table::RowSet> ReadDeletionVector(const table::DeletionVector&) override {
    return Fail(ErrorKind::kInternal, "not in this fake");
  }
  table::FileStatistics ParseStatistics(const table::DataFile&, const table::Schema&) override {
    return {};
  }
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

/// One row with the number 0, or none for queries that look for duplicate keys.
class FakeRows final : public Rows {
 public:
  explicit FakeRows(bool empty) : ended_(empty) {}
  const std::vector<Column>& columns() const override { return columns_; }
  Result<bool> Next(std::vector<Cell>& row) override {
    row = {Cell{"0", false}};
    return !std::exchange(ended_, true);
  }

 private:
  std::vector<Column> columns_ = {{"n", "BIGINT", true}};
  bool ended_;
};

class FakeSession final : public engine::Session {
 public:
  explicit FakeSession(FakeState& state) : state_(state) {}

  Result<std::unique_ptr<Rows>> Execute(const std::string& sql, CellFormat) override {
    LIMNO_TRY(Run(sql));
    return std::unique_ptr<Rows>(
        std::make_unique<FakeRows>(sql.find("HAVING count(*) > 1") != std::string::npos));
  }
  /// CREATE OR REPLACE TABLE and MERGE INTO commit to the first quoted names.
  Result<void> Run(const std::string& sql) override {
    const std::lock_guard<std::mutex> lock(state_.mutex);
    state_.statements.push_back(sql);
    if (!state_.failing.empty() && sql.find(state_.failing) != std::string::npos) {
      return Fail(state_.failure, "the statement fails", "fake");
    }
    if (sql.starts_with("CREATE OR REPLACE TABLE") || sql.starts_with("MERGE INTO")) {
      Commit(TargetOf(sql), sql.starts_with("MERGE") ? "MERGE" : "CREATE OR REPLACE TABLE");
    }
    return {};
  }
  Result<std::vector<engine::TableReference>> TablesIn(const std::string& sql) override {
    std::vector<engine::TableReference> references;
    size_t at = sql.find("reads ");
    at = at == std::string::npos ? sql.size() : at + 6;
    while (at < sql.size()) {
      const size_t end = std::min(sql.find(", ", at), sql.size());
      const size_t dot = sql.find('.', at);
      references.push_back({sql.substr(at, dot - at), sql.substr(dot + 1, end - dot - 1), at});
      at = end + 2;
    }
    return references;
  }
  Result<std::vector<Column>> Describe(const std::string&) override {
    return std::vector<Column>{{"id", "INTEGER", true}, {"text", "VARCHAR", false}};
  }
  Result<std::string> ReadOnlyAdded(const std::string& sql, const engine::TableReference& table,
                                    int64_t after, int64_t upto) override {
    return sql + " [" + table.name + " " + std::to_string(after) + ".." + std::to_string(upto) +
           "]";
  }
  void Annotate(engine::CommitAnnotation annotation) override {
    annotation_ = std::move(annotation);
  }
  std::vector<engine::CommitRecord> TakeCommits() override { return std::exchange(commits_, {}); }
  Result<void> Append(const catalog::TableName& table, const std::string& query,
                      const std::vector<std::string>&) override {
    const std::lock_guard<std::mutex> lock(state_.mutex);
    state_.statements.push_back("append " + table.ToString() + ": " + query);
    Commit(table.ToString(), "WRITE");
    return {};
  }
  Result<engine::ParquetFileInfo> WriteParquet(const std::string&, const std::string&) override {
    return engine::ParquetFileInfo{};
  }
  void Interrupt() override {}
  engine::QueryProgress Progress() override { return {}; }

 private:
  static std::string TargetOf(const std::string& sql) {
    std::string name;
    size_t at = 0;
    for (int part = 0; part < 2; ++part) {
      const size_t begin = sql.find('"', at) + 1;
      at = sql.find('"', begin) + 1;
      name += (part == 0 ? "" : ".") + sql.substr(begin, at - begin - 1);
    }
    return name;
  }
  void Commit(const std::string& table, const std::string& operation) {
    state_.Commit(table, annotation_.app_transactions);
    annotation_ = {};
    commits_.push_back({table, state_.tables[table].version, operation, {{"numOutputRows", "5"}}});
  }

  FakeState& state_;
  engine::CommitAnnotation annotation_;
  std::vector<engine::CommitRecord> commits_;
};

class FakeEngine final : public engine::Engine {
 public:
  explicit FakeEngine(FakeState& state) : state_(state) {}
  void Attach(std::shared_ptr<catalog::Catalog>) override {}
  Result<std::unique_ptr<engine::Session>> NewSession() override {
    return std::unique_ptr<engine::Session>(std::make_unique<FakeSession>(state_));
  }
  table::ParquetIo& parquet() override { return *parquet_; }

 private:
  FakeState& state_;
  table::ParquetIo* parquet_ = nullptr;
};

}  // namespace limno::pipeline
