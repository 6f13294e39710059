// One DuckDB transaction over the lake: which tables it has seen, at which versions, and what it
// will commit. At most one table is written per transaction.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "engine/auto_compaction.h"
#include "engine/duck.h"
#include "engine/engine.h"
#include "engine/statement_parser.h"
#include "engine/table_state.h"

namespace limno::engine {

class LakeCatalog;
class LakeSchema;
class LakeTable;

/// What a session hands to its transactions and gets back from them. Lives in the ClientContext.
class SessionState final : public duckdb::ClientContextState {
 public:
  CommitAnnotation annotation;
  std::vector<CommitRecord> commits;
  /// Why the last commit failed, complete; DuckDB keeps only the text.
  std::optional<Error> commit_error;

  static duckdb::shared_ptr<SessionState> Of(ClientContext& context);
};

class LakeTransaction final : public duckdb::Transaction {
 public:
  LakeTransaction(duckdb::TransactionManager& manager, ClientContext& context, LakeCatalog& lake);
  ~LakeTransaction() override;

  static LakeTransaction& Get(ClientContext& context, duckdb::Catalog& catalog);

  /// The state of a lake table, pinned to its newest version at first use; nullptr if there is
  /// none.
  std::shared_ptr<TableState> FindTable(const catalog::TableName& name);
  /// The state of a table outside the lake.
  std::shared_ptr<TableState> OpenPath(const std::string& path);
  /// A table that this transaction creates.
  std::shared_ptr<TableState> CreateTable(const catalog::TableName& name, table::Metadata metadata);
  /// CREATE OR REPLACE: stages new metadata and the removal of every file.
  void ReplaceTable(TableState& state, table::Metadata metadata);
  void Forget(const catalog::TableName& name);

  /// Catalog entries live as long as the transaction, DuckDB keeps plain references to them.
  LakeTable& KeepEntry(std::unique_ptr<LakeTable> entry);
  duckdb::CatalogEntry& KeepView(std::unique_ptr<duckdb::CatalogEntry> entry);

  Result<void> Commit(ClientContext& context);
  /// After Commit: what the table's properties want to follow.
  const std::optional<AutomaticCompaction>& compaction() const { return compaction_; }
  void Rollback();

 private:
  Result<void> CommitTable(ClientContext& context, const std::string& key,
                           const std::shared_ptr<TableState>& state);

  LakeCatalog& lake_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<TableState>> states_;
  /// How statements name the table of a state, by the same key.
  std::map<std::string, TableTarget> targets_;
  std::optional<AutomaticCompaction> compaction_;
  std::vector<std::unique_ptr<LakeTable>> entries_;
  std::vector<std::unique_ptr<duckdb::CatalogEntry>> views_;
};

/// The table that a statement names, in the transaction that `context` is in. Throws if there is
/// none.
std::shared_ptr<TableState> OpenTarget(ClientContext& context, const TableTarget& target);
/// The same by the text of a name or path; throws kNotFound for a table that has no version yet.
std::shared_ptr<TableState> OpenCommitted(ClientContext& context, const std::string& text);

class LakeTransactionManager final : public duckdb::TransactionManager {
 public:
  LakeTransactionManager(duckdb::AttachedDatabase& db, LakeCatalog& lake)
      : TransactionManager(db), lake_(lake) {}

  duckdb::Transaction& StartTransaction(ClientContext& context) override;
  duckdb::ErrorData CommitTransaction(ClientContext& context,
                                      duckdb::Transaction& transaction) override;
  void RollbackTransaction(duckdb::Transaction& transaction) override;
  void Checkpoint(ClientContext& context, bool force) override;

 private:
  LakeCatalog& lake_;
  std::mutex mutex_;
  std::map<duckdb::Transaction*, std::unique_ptr<LakeTransaction>> transactions_;
};

}  // namespace limno::engine
