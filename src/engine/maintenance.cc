#include "engine/maintenance.h"

#include <fmt/format.h>

#include "duckdb/common/types/timestamp.hpp"
#include "duckdb/main/valid_checker.hpp"
#include "duckdb/transaction/meta_transaction.hpp"
#include "engine/column_alteration.h"
#include "engine/compaction.h"
#include "engine/constraints.h"
#include "engine/conversion.h"
#include "engine/copy_into.h"
#include "engine/errors.h"
#include "engine/evolving_merge.h"
#include "engine/feature_removal.h"
#include "engine/fsck.h"
#include "engine/insertion.h"
#include "engine/lake_catalog.h"
#include "engine/lake_transaction.h"
#include "engine/statement_run.h"
#include "engine/table_clone.h"
#include "engine/time_expression.h"
#include "table/manifest_writer.h"

namespace limno::engine {
namespace {

constexpr int64_t kMillisPerHour = 3'600'000;

std::string TimestampText(int64_t millis) {
  return duckdb::Timestamp::ToString(duckdb::Timestamp::FromEpochMs(millis));
}

/// The objects below the table's root among those that a query over an inventory gives. Columns are
/// Spark's: full path, length, isDir and modificationTime (milliseconds since 1970).
Result<std::vector<storage::ObjectInfo>> ReadInventory(duckdb::Connection& connection,
                                                       const TableState& state,
                                                       const std::string& source) {
  auto result = connection.Query(
      "SELECT path::VARCHAR, length::UBIGINT, modificationTime::BIGINT FROM " + source +
      " WHERE NOT isDir AND path IS NOT NULL AND length IS NOT NULL AND "
      "modificationTime IS NOT NULL");
  if (result->HasError()) {
    Error error = FromDuck(result->GetErrorObject());
    error.message = "the inventory cannot be read: " + error.message;
    error.hint =
        "it needs the columns path (VARCHAR), length (BIGINT), isDir (BOOLEAN) and "
        "modificationTime (BIGINT, milliseconds since 1970)";
    return Fail(std::move(error));
  }
  std::vector<storage::ObjectInfo> objects;
  for (const auto& row : result->Collection().Rows()) {
    std::string path = row.GetValue(0).GetValue<std::string>();
    for (const char* scheme : {"file://", "file:"}) {
      if (path.starts_with(scheme)) {
        path.erase(0, std::string_view(scheme).size());
      }
    }
    if (path.starts_with(state.root())) {
      objects.push_back({path.substr(state.root().size()), row.GetValue(1).GetValue<uint64_t>(),
                         row.GetValue(2).GetValue<int64_t>()});
    }
  }
  return objects;
}

Result<TextTable> RunVacuum(duckdb::Connection& connection, TableState& state,
                            const Vacuum& statement) {
  table::VacuumOptions options;
  if (statement.lite) {
    options.kind = table::VacuumKind::kLite;
  }
  if (!statement.inventory.empty()) {
    LIMNO_ASSIGN(options.inventory, ReadInventory(connection, state, statement.inventory));
  }
  if (statement.retain_hours) {
    options.retention_millis =
        static_cast<int64_t>(*statement.retain_hours * static_cast<double>(kMillisPerHour));
  }
  options.dry_run = statement.dry_run;
  const auto& properties = state.metadata().properties;
  const auto check = properties.find("limno.retentionDurationCheck.enabled");
  options.allow_short_retention = check != properties.end() && check->second == "false";
  LIMNO_ASSIGN(const table::VacuumReport report, state.table().Vacuum(options));
  TextTable result;
  result.columns = {{"path", "VARCHAR", false}};
  for (const std::string& key : report.keys) {
    result.rows.push_back({{state.root() + key, false}});
  }
  return result;
}

/// What a table once was, but for what its log goes on with: the times and numbers in it never go
/// back.
table::Metadata Restored(const table::Metadata& now, const table::Metadata& then) {
  constexpr std::string_view kOfTheLog[] = {
      "delta.columnMapping.maxColumnId", "delta.enableInCommitTimestamps",
      "delta.inCommitTimestampEnablementTimestamp", "delta.inCommitTimestampEnablementVersion",
      "delta.requireCheckpointProtectionBeforeVersion"};
  table::Metadata restored = now;
  restored.schema = then.schema;
  restored.partition_columns = then.partition_columns;
  restored.clustering_columns = then.clustering_columns;
  restored.properties = then.properties;
  for (const std::string_view name : kOfTheLog) {
    const std::string property(name);
    restored.properties.erase(property);
    if (const auto kept = now.properties.find(property); kept != now.properties.end()) {
      restored.properties.insert(*kept);
    }
  }
  for (const auto& [property, value] : now.properties) {
    if (property.starts_with("delta.rowTracking.") || property == "delta.enableRowTracking") {
      restored.properties[property] = value;
    }
  }
  return restored;
}

/// Stages the difference between now and then: files that were there come back, later ones go.
TextTable StageRestore(TableState& state, const table::Snapshot& target, const Restore& statement) {
  const table::Snapshot& now = *state.base();
  std::vector<table::DataFilePtr> read;
  size_t removed = 0;
  size_t restored = 0;
  now.files.ForEach([&](const table::DataFilePtr& file) {
    read.push_back(file);
    if (target.files.Find(file->Key()) == nullptr) {
      state.StageRemove(file);
      ++removed;
    }
    return true;
  });
  target.files.ForEach([&](const table::DataFilePtr& file) {
    if (now.files.Find(file->Key()) == nullptr) {
      state.StageReturn(file);
      ++restored;
    }
    return true;
  });
  table::Metadata metadata = Restored(now.metadata, target.metadata);
  if (!(now.metadata.schema == metadata.schema) ||
      now.metadata.partition_columns != metadata.partition_columns ||
      now.metadata.clustering_columns != metadata.clustering_columns ||
      now.metadata.properties != metadata.properties) {
    state.StageMetadata(std::move(metadata));
  }
  state.RecordRead([](const table::DataFile&) { return true; }, std::move(read),
                   TableState::ReadScope::kFiles);
  table::Operation operation;
  operation.name = "RESTORE";
  operation.parameters["version"] = std::to_string(target.version);
  if (!statement.version) {
    operation.parameters["timestamp"] = TimestampText(target.timestamp_millis);
  }
  operation.metrics = {{"numRemovedFiles", std::to_string(removed)},
                       {"numRestoredFiles", std::to_string(restored)},
                       {"numOfFilesAfterRestore", std::to_string(target.files.size())}};
  state.OverrideOperation(std::move(operation));
  TextTable result;
  result.columns = {{"version", "BIGINT", true},
                    {"num_removed_files", "BIGINT", true},
                    {"num_restored_files", "BIGINT", true},
                    {"num_files", "BIGINT", true}};
  result.rows.push_back({{std::to_string(target.version), false},
                         {std::to_string(removed), false},
                         {std::to_string(restored), false},
                         {std::to_string(target.files.size()), false}});
  return result;
}

/// A file that RESTORE brings back must still be there.
Result<void> CheckFilesExist(TableState& state, const table::Snapshot& target) {
  std::optional<Error> missing;
  target.files.ForEach([&](const table::DataFilePtr& file) {
    const bool outside =
        file->path.empty() || file->path[0] == '/' || file->path.find(':') != std::string::npos;
    if (outside || state.base()->files.Find(file->Key()) != nullptr) {
      return true;
    }
    if (const auto found = state.table().store().Head(file->path); !found) {
      missing = Error{ErrorKind::kNotFound,
                      fmt::format("version {} cannot be restored: its file {} is gone",
                                  target.version, file->path),
                      state.name(), "VACUUM removes files that only old versions need"};
    }
    return !missing.has_value();
  });
  return missing ? Result<void>(Fail(*missing)) : Result<void>();
}

Result<TextTable> RunRestore(duckdb::Connection& connection,
                             const std::shared_ptr<TableState>& state, const Restore& statement) {
  table::SnapshotPtr target;
  if (statement.version) {
    LIMNO_ASSIGN(target, state->table().AtVersion(*statement.version));
  } else {
    LIMNO_ASSIGN(const int64_t millis, TimeOf(connection, statement.timestamp));
    LIMNO_ASSIGN(target, state->table().AtTimestamp(millis));
  }
  LIMNO_TRY(CheckFilesExist(*state, *target));
  return StageRestore(*state, *target, statement);
}

Result<TextTable> WriteSymlinkManifest(table::Table& table) {
  auto* manifests = dynamic_cast<table::ManifestWriter*>(&table);
  if (manifests == nullptr) {
    return Fail(ErrorKind::kUnsupported, "tables of this format have no manifests");
  }
  LIMNO_TRY(manifests->WriteSymlinkManifest());
  return TextTable{};
}

/// Stages what a statement does, by its kind.
class Staging {
 public:
  explicit Staging(duckdb::Connection& connection) : connection_(connection) {}

  Result<TextTable> operator()(const Optimize& statement) const {
    return StageOptimize(connection_, Open(statement.table), statement);
  }
  Result<TextTable> operator()(const Vacuum& statement) const {
    return RunVacuum(connection_, *Open(statement.table), statement);
  }
  Result<TextTable> operator()(const Restore& statement) const {
    return RunRestore(connection_, Open(statement.table), statement);
  }
  Result<TextTable> operator()(const AddConstraint& statement) const {
    LIMNO_TRY(StageConstraint(connection_, *Open(statement.table), statement));
    return TextTable{};
  }
  Result<TextTable> operator()(const DropConstraint& statement) const {
    LIMNO_TRY(StageNoConstraint(*Open(statement.table), statement));
    return TextTable{};
  }
  Result<TextTable> operator()(const AlterColumns& statement) const {
    const auto state = Open(statement.table);
    for (const ColumnChange& change : statement.changes) {
      LIMNO_TRY(StageColumnChange(*connection_.context, *state, change));
    }
    return TextTable{};
  }
  Result<TextTable> operator()(const DropFeature& /*statement*/) const {
    return Fail(ErrorKind::kInternal, "DROP FEATURE is more than one transaction");
  }
  Result<TextTable> operator()(const Fsck& /*statement*/) const {
    return Fail(ErrorKind::kInternal, "FSCK begins its transactions itself");
  }
  Result<TextTable> operator()(const Convert& /*statement*/) const {
    return Fail(ErrorKind::kInternal, "CONVERT commits by itself");
  }
  Result<TextTable> operator()(const Clone& /*statement*/) const {
    return Fail(ErrorKind::kInternal, "CLONE commits by itself");
  }
  Result<TextTable> operator()(const Reorg& statement) const {
    return StageReorg(connection_, Open(statement.table), statement);
  }
  Result<TextTable> operator()(const GenerateManifest& statement) const {
    return WriteSymlinkManifest(Open(statement.table)->table());
  }
  Result<TextTable> operator()(const Insert& statement) const {
    return StageInsert(connection_, Open(statement.table), statement);
  }
  Result<TextTable> operator()(const CopyInto& statement) const {
    return StageCopyInto(connection_, Open(statement.table), statement);
  }
  Result<TextTable> operator()(const EvolvingMerge& statement) const {
    return StageEvolvingMerge(connection_, Open(statement.table), statement);
  }

 private:
  std::shared_ptr<TableState> Open(const TableTarget& target) const {
    return OpenTarget(*connection_.context, target);
  }

  duckdb::Connection& connection_;
};

}  // namespace

Result<void> RunSql(duckdb::Connection& connection, const std::string& sql) {
  const auto result = RunText(connection, sql);
  return result->HasError() ? Result<void>(Fail(FromDuck(result->GetErrorObject())))
                            : Result<void>();
}

Result<void> InTransaction(duckdb::Connection& connection,
                           const std::function<Result<void>()>& body) {
  LIMNO_TRY(RunSql(connection, "BEGIN TRANSACTION"));
  const Result<void> done = Fenced(body);
  if (!done) {
    (void)RunSql(connection, "ROLLBACK");
    return done;
  }
  const auto session = SessionState::Of(*connection.context);
  session->commit_error.reset();
  const Result<void> committed = RunSql(connection, "COMMIT");
  if (!committed && session->commit_error) {
    return Fail(*session->commit_error);
  }
  return committed;
}

namespace {

/// A part of a statement that failed must not be committed with the rest of the transaction.
Result<TextTable> RunInside(duckdb::Connection& connection, const LakeStatement& statement) {
  auto staged = Fenced([&] { return std::visit(Staging(connection), statement); });
  if (!staged) {
    duckdb::ValidChecker::Invalidate(connection.context->ActiveTransaction(),
                                     staged.error().ToString());
  }
  return staged;
}

}  // namespace

Result<TextTable> RunLakeStatement(duckdb::Connection& connection, const LakeStatement& statement) {
  if (!connection.IsAutoCommit()) {
    return OnlyStages(statement)
               ? RunInside(connection, statement)
               : Fail(ErrorKind::kUsage,
                      "this statement is a transaction of its own and cannot run between BEGIN and "
                      "COMMIT");
  }
  if (const auto* drop = std::get_if<DropFeature>(&statement)) {
    LIMNO_TRY(RunDropFeature(connection, *drop));
    return TextTable{};
  }
  // A damaged table may have no state that a transaction could begin with.
  if (const auto* fsck = std::get_if<Fsck>(&statement)) {
    return RunFsck(connection, *fsck);
  }
  if (const auto* convert = std::get_if<Convert>(&statement)) {
    return RunConvert(connection, *convert);
  }
  if (const auto* clone = std::get_if<Clone>(&statement)) {
    return RunClone(connection, *clone);
  }
  TextTable result;
  LIMNO_TRY(InTransaction(connection, [&]() -> Result<void> {
    LIMNO_ASSIGN(result, std::visit(Staging(connection), statement));
    return {};
  }));
  return result;
}

}  // namespace limno::engine
