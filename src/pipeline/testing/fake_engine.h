// An engine for tests of the runner: SQL is a list of what it reads ("reads bronze.a, bronze.b")
// and does nothing but make commits to a FakeState.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "pipeline/testing/fake_lake.h"

namespace limno::pipeline {

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

  Result<std::unique_ptr<Rows>> ExecuteAll(const std::string& sql, CellFormat,
                                           const RowsVisitor&) override {
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
  Result<void> Append(const catalog::TableName& table, const engine::Addition& addition,
                      const std::vector<std::string>&) override {
    const std::lock_guard<std::mutex> lock(state_.mutex);
    state_.statements.push_back("append " + table.ToString() + ": " + addition.query);
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
