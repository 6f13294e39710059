#include "engine/lake_transaction.h"

#include "base/name_match.h"
#include "engine/errors.h"
#include "engine/file_rewrite.h"
#include "engine/lake_catalog.h"
#include "engine/lake_table.h"
#include "engine/missing_tables.h"

namespace limno::engine {
namespace {

std::string StateKey(const catalog::TableName& name) { return base::FoldCase(name.ToString()); }

std::string PathKey(const std::string& path) { return "path:" + path; }

bool IsPath(const catalog::TableName& name) { return name.name_space == kPathSchema; }

bool IsHidden(const std::string& key) { return key.starts_with('_') || key.starts_with('.'); }

/// A table that begins in a folder would take the files there for leftovers of its own.
Result<void> CheckIsEmpty(storage::ObjectStore& store) {
  storage::ListOptions options;
  while (true) {
    LIMNO_ASSIGN(const storage::ListPage page, store.List("", options));
    for (const storage::ObjectInfo& object : page.objects) {
      if (!IsHidden(object.key)) {
        return Fail(ErrorKind::kRefused,
                    "the folder is not empty, and no table: it has " + object.key, store.Describe(),
                    "create the table in a folder of its own");
      }
    }
    if (!page.truncated || page.objects.empty()) {
      return {};
    }
    options.start_after = page.objects.back().key;
  }
}

/// The caller decided what to write by looking at these ids; a snapshot that says otherwise is
/// newer than its decision.
Result<void> CheckExpectedVersions(const CommitAnnotation& annotation, const TableState& state) {
  for (const auto& [id, expected] : annotation.expected_app_versions) {
    std::optional<int64_t> seen;
    if (state.base() != nullptr) {
      const auto& versions = state.base()->app_transactions;
      if (const auto found = versions.find(id); found != versions.end()) {
        seen = found->second;
      }
    }
    if (seen != expected) {
      return Fail(ErrorKind::kConflict, "somebody else has just committed " + id, state.name(),
                  "look again and redo what is left");
    }
  }
  return {};
}

}  // namespace

duckdb::shared_ptr<SessionState> SessionState::Of(ClientContext& context) {
  return context.registered_state->GetOrCreate<SessionState>("limno_session");
}

LakeTransaction::LakeTransaction(duckdb::TransactionManager& manager, ClientContext& context,
                                 LakeCatalog& lake)
    : Transaction(manager, context), lake_(lake) {}

LakeTransaction::~LakeTransaction() = default;

LakeTransaction& LakeTransaction::Get(ClientContext& context, duckdb::Catalog& catalog) {
  return Transaction::Get(context, catalog).Cast<LakeTransaction>();
}

std::shared_ptr<TableState> LakeTransaction::FindTable(const catalog::TableName& name) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::string key = IsPath(name) ? PathKey(name.name) : StateKey(name);
  if (const auto found = states_.find(key); found != states_.end()) {
    return found->second;
  }
  auto table = IsPath(name) ? lake_.names().OpenPath(name.name) : lake_.names().OpenTable(name);
  if (!table) {
    if (table.error().kind == ErrorKind::kNotFound || table.error().kind == ErrorKind::kUsage) {
      return nullptr;
    }
    ThrowError(table.error());
  }
  auto snapshot = (*table)->Latest();
  if (!snapshot) {
    if (snapshot.error().kind == ErrorKind::kNotFound) {
      return nullptr;
    }
    ThrowError(snapshot.error());
  }
  const bool path = IsPath(name);
  auto state = std::make_shared<TableState>(path ? name.name : name.ToString(), *table, *snapshot);
  states_[key] = state;
  targets_[key] =
      path ? TableTarget{{}, {}, name.name} : TableTarget{name.name_space, name.name, {}};
  return state;
}

std::shared_ptr<TableState> LakeTransaction::OpenPath(const std::string& path) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::string key = PathKey(path);
  if (const auto found = states_.find(key); found != states_.end()) {
    return found->second;
  }
  const auto table = Unwrap(lake_.names().OpenPath(path));
  auto snapshot = table->Latest();
  if (!snapshot) {
    ThrowError(snapshot.error().kind == ErrorKind::kNotFound
                   ? AtWrongPath(lake_.names(), path, snapshot.error())
                   : snapshot.error());
  }
  auto state = std::make_shared<TableState>(path, table, *snapshot);
  states_[key] = state;
  targets_[key] = {{}, {}, path};
  return state;
}

std::shared_ptr<TableState> LakeTransaction::CreateTable(const catalog::TableName& name,
                                                         table::Metadata metadata) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (IsPath(name)) {
    const auto table = Unwrap(lake_.names().OpenPath(name.name));
    Unwrap(CheckIsEmpty(table->store()));
    auto state = std::make_shared<TableState>(name.name, table, nullptr);
    state->StageMetadata(std::move(metadata));
    states_[PathKey(name.name)] = state;
    targets_[PathKey(name.name)] = {{}, {}, name.name};
    return state;
  }
  const auto table = Unwrap(lake_.names().PrepareTable(name));
  auto state = std::make_shared<TableState>(name.ToString(), table, nullptr);
  state->StageMetadata(std::move(metadata));
  states_[StateKey(name)] = state;
  targets_[StateKey(name)] = {name.name_space, name.name, {}};
  return state;
}

void LakeTransaction::ReplaceTable(TableState& state, table::Metadata metadata) {
  if (state.base() != nullptr) {
    metadata.id = state.base()->metadata.id;
    metadata.created_millis = state.base()->metadata.created_millis;
  }
  std::vector<table::DataFilePtr> read;
  for (const ScanFile& scanned : state.Files()) {
    read.push_back(scanned.file);
    state.StageRemove(scanned.file);
  }
  state.StageMetadata(std::move(metadata));
  state.RecordRead([](const table::DataFile&) { return true; }, std::move(read),
                   TableState::ReadScope::kFiles);
}

void LakeTransaction::Forget(const catalog::TableName& name) {
  const std::lock_guard<std::mutex> lock(mutex_);
  states_.erase(StateKey(name));
}

LakeTable& LakeTransaction::KeepEntry(std::unique_ptr<LakeTable> entry) {
  const std::lock_guard<std::mutex> lock(mutex_);
  entries_.push_back(std::move(entry));
  return *entries_.back();
}

duckdb::CatalogEntry& LakeTransaction::KeepView(std::unique_ptr<duckdb::CatalogEntry> entry) {
  const std::lock_guard<std::mutex> lock(mutex_);
  views_.push_back(std::move(entry));
  return *views_.back();
}

Result<void> LakeTransaction::CommitTable(ClientContext& context, const std::string& key,
                                          const std::shared_ptr<TableState>& state) {
  const auto session = SessionState::Of(context);
  const auto copy = [&](std::vector<ScanFile> files, const std::string& change_type) {
    return CopyRows(*context.db, state, std::move(files), change_type);
  };
  LIMNO_TRY(CheckExpectedVersions(session->annotation, *state));
  LIMNO_ASSIGN(table::Change change, state->BuildChange(copy));
  for (const auto& [id, version] : session->annotation.expected_app_versions) {
    change.reads.app_ids.push_back(id);
  }
  for (const auto& [id, version] : session->annotation.app_transactions) {
    change.app_transactions[id] = version;
  }
  for (const auto& [name, value] : session->annotation.parameters) {
    change.operation.parameters[name] = value;
  }
  LIMNO_ASSIGN(const table::CommitOutcome outcome, state->table().Commit(change));
  session->annotation = {};
  session->commits.push_back({state->name(), outcome.version, change.operation.name,
                              change.operation.metrics, outcome.rebases});
  // A setting that cannot be understood is no reason to call a commit failed.
  if (const auto settings = LayoutSettings::Of(context)) {
    compaction_ = CompactionAfter(targets_[key], *state, change, *outcome.snapshot, *settings);
  }
  return {};
}

Result<void> LakeTransaction::Commit(ClientContext& context) {
  std::shared_ptr<TableState> changed;
  std::string changed_key;
  for (const auto& [key, state] : states_) {
    if (!state->HasChanges()) {
      continue;
    }
    if (changed != nullptr) {
      return Fail(ErrorKind::kUnsupported,
                  "one transaction can write only one table, this one wrote " + changed->name() +
                      " and " + state->name(),
                  {}, "commit between the two");
    }
    changed = state;
    changed_key = key;
  }
  return changed == nullptr ? Result<void>() : CommitTable(context, changed_key, changed);
}

void LakeTransaction::Rollback() {
  for (const auto& [key, state] : states_) {
    state->DiscardStaged();
  }
}

std::shared_ptr<TableState> OpenTarget(ClientContext& context, const TableTarget& target) {
  auto& lake = duckdb::Catalog::GetCatalog(context, kLakeName);
  auto& transaction = LakeTransaction::Get(context, lake);
  if (!target.path.empty()) {
    return transaction.OpenPath(target.path);
  }
  const catalog::TableName name{target.name_space, target.name};
  auto state = transaction.FindTable(name);
  if (state == nullptr) {
    // Asked again for the message that names what is nearest.
    ThrowError(lake.Cast<LakeCatalog>().names().OpenTable(name).error());
  }
  return state;
}

std::shared_ptr<TableState> OpenCommitted(ClientContext& context, const std::string& text) {
  auto state = OpenTarget(context, ParseTableTarget(text));
  if (state->base() == nullptr) {
    ThrowError({ErrorKind::kNotFound, "the table has no version before it is committed",
                state->name(), ""});
  }
  return state;
}

duckdb::Transaction& LakeTransactionManager::StartTransaction(ClientContext& context) {
  auto transaction = std::make_unique<LakeTransaction>(*this, context, lake_);
  auto& result = *transaction;
  const std::lock_guard<std::mutex> lock(mutex_);
  transactions_[&result] = std::move(transaction);
  return result;
}

duckdb::ErrorData LakeTransactionManager::CommitTransaction(ClientContext& context,
                                                            duckdb::Transaction& transaction) {
  auto& lake_transaction = transaction.Cast<LakeTransaction>();
  const auto outcome = Fenced([&] { return lake_transaction.Commit(context); });
  duckdb::ErrorData error;
  if (!outcome) {
    SessionState::Of(context)->commit_error = outcome.error();
    error = duckdb::ErrorData(duckdb::ExceptionType::TRANSACTION, outcome.error().ToString());
    // A commit whose outcome is unknown may have landed: its files must stay.
    if (outcome.error().kind != ErrorKind::kUnavailable) {
      lake_transaction.Rollback();
    }
  }
  const auto compaction = lake_transaction.compaction();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    transactions_.erase(&transaction);
  }
  if (compaction) {
    CompactAfterCommit(*context.db, *compaction);
  }
  return error;
}

void LakeTransactionManager::RollbackTransaction(duckdb::Transaction& transaction) {
  transaction.Cast<LakeTransaction>().Rollback();
  const std::lock_guard<std::mutex> lock(mutex_);
  transactions_.erase(&transaction);
}

void LakeTransactionManager::Checkpoint(ClientContext& /*context*/, bool /*force*/) {
  // Tables checkpoint themselves when they commit; there is nothing else to flush.
}

}  // namespace limno::engine
