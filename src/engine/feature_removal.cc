#include "engine/feature_removal.h"

#include <fmt/format.h>

#include "engine/lake_scan.h"
#include "engine/lake_transaction.h"
#include "engine/maintenance.h"
#include "engine/registered_scan.h"
#include "table/timestamp_text.h"

namespace limno::engine {
namespace {

using Rewrite = table::FeatureRemoval::Rewrite;
using History = table::FeatureRemoval::History;

/// Rows of the files in new ones, under the metadata that are staged.
Result<void> RewriteFiles(duckdb::Connection& connection, const std::shared_ptr<TableState>& state,
                          const std::vector<ScanFile>& files) {
  const RegisteredScan source(connection, state, state->base()->metadata, files);
  state->SetDataChange(false);
  LIMNO_TRY(RunSql(connection, source.RearrangeSql("")));
  for (const ScanFile& scanned : files) {
    state->StageRemove(scanned.file);
  }
  return {};
}

std::vector<ScanFile> FilesToRewrite(const TableState& state, Rewrite rewrite) {
  std::vector<ScanFile> files = state.Files();
  if (rewrite == Rewrite::kFilesWithVectors) {
    files.erase(
        std::remove_if(files.begin(), files.end(),
                       [](const ScanFile& scanned) { return !scanned.file->deletion_vector; }),
        files.end());
  }
  return files;
}

void StageName(TableState& state, const char* name, const DropFeature& statement) {
  table::Operation operation;
  operation.name = name;
  operation.parameters = {{"featureName", statement.feature},
                          {"truncateHistory", statement.truncate_history ? "true" : "false"}};
  state.OverrideOperation(std::move(operation));
}

Result<void> StageUnused(duckdb::Connection& connection, const DropFeature& statement) {
  const auto state = OpenTarget(*connection.context, statement.table);
  LIMNO_ASSIGN(table::FeatureRemoval removal,
               state->table().PlanFeatureRemoval(*state->base(), statement.feature));
  if (!removal.metadata_changes && removal.rewrite == Rewrite::kNothing) {
    return {};
  }
  if (removal.metadata_changes) {
    state->StageMetadata(std::move(removal.metadata));
  }
  if (removal.rewrite != Rewrite::kNothing) {
    LIMNO_TRY(RewriteFiles(connection, state, FilesToRewrite(*state, removal.rewrite)));
  }
  StageName(*state, "DROP FEATURE PREPARATION", statement);
  return {};
}

Result<void> StageDropped(duckdb::Connection& connection, const DropFeature& statement) {
  const auto state = OpenTarget(*connection.context, statement.table);
  std::vector<table::DataFilePtr> read;
  for (const ScanFile& scanned : state->Files()) {
    read.push_back(scanned.file);
  }
  // A file that comes in between may have been written with the feature.
  state->RecordRead([](const table::DataFile&) { return true; }, std::move(read),
                    TableState::ReadScope::kFiles);
  state->StageDroppedFeature(statement.feature, statement.truncate_history);
  StageName(*state, "DROP FEATURE", statement);
  return {};
}

/// What has to become of older versions, if the statement may do that.
Result<History> HistoryToDo(duckdb::Connection& connection, const DropFeature& statement) {
  History history = History::kStays;
  LIMNO_TRY(InTransaction(connection, [&]() -> Result<void> {
    const auto state = OpenTarget(*connection.context, statement.table);
    LIMNO_ASSIGN(const table::FeatureRemoval removal,
                 state->table().PlanFeatureRemoval(*state->base(), statement.feature));
    history = removal.history;
    if (statement.truncate_history && history == History::kStays) {
      return Fail(
          ErrorKind::kRefused,
          fmt::format("older versions do no harm where the feature {} is gone", statement.feature),
          state->name(), "leave TRUNCATE HISTORY out");
    }
    if (!statement.truncate_history && history == History::kGoesFirst) {
      return Fail(
          ErrorKind::kRefused,
          fmt::format("the feature {} can only be dropped together with the versions that "
                      "it is about",
                      statement.feature),
          state->name(),
          fmt::format("ALTER TABLE ... DROP FEATURE {} TRUNCATE HISTORY", statement.feature));
    }
    return {};
  }));
  return history;
}

std::string TimeText(base::UnixMillis millis) {
  constexpr int64_t kMicrosPerMilli = 1000;
  return table::FormatTimestamp(millis * kMicrosPerMilli, ' ', 0).value_or("") + " UTC";
}

Result<void> Truncate(duckdb::Connection& connection, const DropFeature& statement) {
  std::shared_ptr<TableState> state;
  LIMNO_TRY(InTransaction(connection, [&]() -> Result<void> {
    state = OpenTarget(*connection.context, statement.table);
    return {};
  }));
  LIMNO_ASSIGN(const table::HistoryTruncation truncation,
               state->table().TruncateHistory(statement.feature));
  if (!truncation.possible_at) {
    return {};
  }
  return Fail(
      ErrorKind::kUnavailable,
      fmt::format("the feature {} stays until versions {} to {} may be removed, from {} on",
                  statement.feature, truncation.oldest_version, truncation.last_with_feature,
                  TimeText(*truncation.possible_at)),
      state->name(),
      "run the statement again then; nothing newer makes use of the feature, and "
      "delta.dropFeatureTruncateHistory.retentionDuration says how long older versions stay");
}

}  // namespace

Result<void> RunDropFeature(duckdb::Connection& connection, const DropFeature& statement) {
  LIMNO_ASSIGN(const History history, HistoryToDo(connection, statement));
  if (history == History::kGoesFirst) {
    LIMNO_TRY(Truncate(connection, statement));
  }
  LIMNO_TRY(InTransaction(connection, [&] { return StageUnused(connection, statement); }));
  if (statement.truncate_history && history == History::kProtectedOrGoes) {
    LIMNO_TRY(Truncate(connection, statement));
  }
  return InTransaction(connection, [&] { return StageDropped(connection, statement); });
}

}  // namespace limno::engine
