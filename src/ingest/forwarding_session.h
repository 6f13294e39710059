// A session that hands every call on. Derive from it to take part in some of them.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.h"

namespace limno::ingest {

class ForwardingSession : public engine::Session {
 public:
  explicit ForwardingSession(std::unique_ptr<engine::Session> session)
      : session_(std::move(session)) {}

  Result<std::unique_ptr<Rows>> ExecuteAll(const std::string& sql, CellFormat format,
                                           const RowsVisitor& earlier) override {
    return session_->ExecuteAll(sql, format, earlier);
  }
  Result<void> Run(const std::string& sql) override { return session_->Run(sql); }
  Result<std::vector<engine::TableReference>> TablesIn(const std::string& sql) override {
    return session_->TablesIn(sql);
  }
  Result<std::vector<Column>> Describe(const std::string& sql) override {
    return session_->Describe(sql);
  }
  Result<std::string> ReadOnlyAdded(const std::string& sql, const engine::TableReference& table,
                                    int64_t after, int64_t upto) override {
    return session_->ReadOnlyAdded(sql, table, after, upto);
  }
  void Annotate(engine::CommitAnnotation annotation) override {
    session_->Annotate(std::move(annotation));
  }
  std::vector<engine::CommitRecord> TakeCommits() override { return session_->TakeCommits(); }
  Result<void> Append(const catalog::TableName& table, const engine::Addition& addition,
                      const std::vector<std::string>& partition_by) override {
    return session_->Append(table, addition, partition_by);
  }
  Result<engine::ParquetFileInfo> WriteParquet(const std::string& query,
                                               const std::string& path) override {
    return session_->WriteParquet(query, path);
  }
  void Interrupt() override { session_->Interrupt(); }
  engine::QueryProgress Progress() override { return session_->Progress(); }

 protected:
  engine::Session& session() { return *session_; }

 private:
  std::unique_ptr<engine::Session> session_;
};

}  // namespace limno::ingest
