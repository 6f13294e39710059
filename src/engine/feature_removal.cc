#include "engine/feature_removal.h"

#include <fmt/format.h>

#include "engine/lake_scan.h"
#include "engine/lake_transaction.h"
#include "engine/maintenance.h"
#include "engine/registered_scan.h"

namespace limno::engine {
namespace {

using Rewrite = table::FeatureRemoval::Rewrite;

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

void StageName(TableState& state, const char* name, const std::string& feature) {
  table::Operation operation;
  operation.name = name;
  operation.parameters = {{"featureName", feature}};
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
  StageName(*state, "DROP FEATURE PREPARATION", statement.feature);
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
  state->StageDroppedFeature(statement.feature);
  StageName(*state, "DROP FEATURE", statement.feature);
  return {};
}

}  // namespace

Result<void> RunDropFeature(duckdb::Connection& connection, const DropFeature& statement) {
  LIMNO_TRY(InTransaction(connection, [&] { return StageUnused(connection, statement); }));
  return InTransaction(connection, [&] { return StageDropped(connection, statement); });
}

}  // namespace limno::engine
