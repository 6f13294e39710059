#include "table/delta/commit_actions.h"

#include <algorithm>
#include <utility>

#include "table/delta/action_json.h"
#include "table/delta/clustering.h"
#include "table/delta/feature_removal.h"
#include "table/delta/iceberg_compat.h"
#include "table/delta/log_path.h"
#include "table/delta/log_replay.h"
#include "table/delta/protocol.h"
#include "table/delta/required_features.h"

namespace limno::table::delta {
namespace {

constexpr const char* kEnablementVersion = "delta.inCommitTimestampEnablementVersion";
constexpr const char* kEnablementTimestamp = "delta.inCommitTimestampEnablementTimestamp";

CommitInfo InfoOf(const Change& change, const CommitStamp& stamp) {
  CommitInfo info;
  info.timestamp_millis = stamp.now;
  info.operation = change.operation.name;
  info.operation_parameters = change.operation.parameters;
  info.operation_metrics = change.operation.metrics;
  if (change.base != nullptr) {
    info.read_version = change.base->version;
  }
  info.isolation_level = "Serializable";
  info.is_blind_append = change.IsBlindAppend();
  if (!change.operation.user_metadata.empty()) {
    info.user_metadata = change.operation.user_metadata;
  }
  info.engine_info = "Limno/" LIMNO_VERSION;
  info.txn_id = stamp.txn_id;
  return info;
}

Remove RemoveOf(const DataFile& file, bool data_change, base::UnixMillis now) {
  Remove remove;
  remove.path = file.path;
  remove.deletion_millis = now;
  remove.data_change = data_change;
  remove.extended_file_metadata = true;
  remove.partition_values = file.partition_values;
  remove.size_bytes = file.size_bytes;
  remove.deletion_vector = file.deletion_vector;
  remove.tags = file.tags;
  remove.base_row_id = file.base_row_id;
  remove.default_row_commit_version = file.default_row_commit_version;
  return remove;
}

/// Time travel by in-commit timestamps begins where they were switched on.
void RecordEnablement(const DeltaSnapshot& before, base::UnixMillis time, Metadata& metadata) {
  if (before.version >= 0 && !UsesInCommitTimestamps(before.metadata)) {
    metadata.properties[kEnablementVersion] = std::to_string(before.version + 1);
    metadata.properties[kEnablementTimestamp] = std::to_string(time);
  }
}

void CompleteNewTable(const DeltaSnapshot& before, const CommitStamp& stamp, Metadata& metadata) {
  if (before.version >= 0) {
    return;
  }
  if (metadata.id.empty()) {
    metadata.id = stamp.table_id;
  }
  if (!metadata.created_millis) {
    metadata.created_millis = stamp.now;
  }
}

/// The metaData action would say what it says already.
bool IsSame(const Metadata& left, const Metadata& right) {
  return left.id == right.id && left.name == right.name && left.description == right.description &&
         left.schema == right.schema && left.partition_columns == right.partition_columns &&
         left.properties == right.properties && left.created_millis == right.created_millis &&
         left.unknown_members == right.unknown_members;
}

void AppendFiles(const Change& change, base::UnixMillis now, std::vector<Action>& actions) {
  for (const DataFilePtr& file : change.removed) {
    actions.push_back(RemoveOf(*file, change.data_change, now));
  }
  for (const DataFile& file : change.added) {
    Add add{file};
    add.file.data_change = change.data_change;
    actions.push_back(std::move(add));
  }
  for (const DataFile& file : change.corrected) {
    Add add{file};
    add.file.data_change = false;
    actions.push_back(std::move(add));
  }
  for (const DataFile& file : change.recorded) {
    actions.push_back(ChangeFile{file.path, file.partition_values, file.size_bytes, {}});
  }
}

}  // namespace

Result<PlannedCommit> PlanCommit(const Change& change, const DeltaSnapshot& before,
                                 const CommitStamp& stamp) {
  LIMNO_ASSIGN(Requirements requirements, RequirementsOf(change, before));
  const bool is_new = before.version < 0;
  const Protocol current = is_new ? NewTableProtocol() : before.protocol;
  std::optional<Metadata>& metadata = requirements.metadata;
  Protocol protocol = WithFeatures(current, requirements.features);
  if (!change.dropped_features.empty()) {
    Metadata protecting = metadata ? *metadata : before.metadata;
    if (ProtectHistory(change, before.version + 1, protecting)) {
      metadata = std::move(protecting);
      protocol = WithFeatures(protocol, {"checkpointProtection"});
    }
    protocol = WithoutFeatures(protocol, change.dropped_features);
  }
  if (is_new && !metadata) {
    return Fail(ErrorKind::kUsage, "a table is created without a schema");
  }
  CommitInfo info = InfoOf(change, stamp);
  if (UsesInCommitTimestamps(metadata ? *metadata : before.metadata)) {
    info.in_commit_timestamp_millis =
        is_new ? stamp.now : std::max({stamp.now, before.timestamp_millis + 1, stamp.earliest});
  }
  if (metadata) {
    CompleteNewTable(before, stamp, *metadata);
    if (info.in_commit_timestamp_millis) {
      RecordEnablement(before, *info.in_commit_timestamp_millis, *metadata);
    }
  }
  const Metadata& after = metadata ? *metadata : before.metadata;
  LIMNO_TRY(CheckWritable(protocol, CommitKey(before.version + 1)));
  LIMNO_TRY(CheckIcebergCompat(change, before, protocol, after));

  PlannedCommit planned;
  planned.version = before.version + 1;
  planned.new_features = requirements.features;
  planned.actions.reserve(4 + change.removed.size() + change.added.size());
  planned.actions.emplace_back(std::move(info));
  if (is_new || protocol != before.protocol) {
    planned.actions.emplace_back(protocol);
  }
  std::optional<DomainMetadata> clustering;
  if (metadata) {
    clustering = ClusteringChange(before, *metadata);
  }
  if (metadata && !(clustering && IsSame(before.metadata, *metadata))) {
    planned.actions.emplace_back(MetadataAction{*std::move(metadata)});
  }
  if (clustering) {
    planned.actions.emplace_back(*std::move(clustering));
  }
  for (const auto& [app_id, version] : change.app_transactions) {
    planned.actions.emplace_back(Transaction{app_id, version, stamp.now});
  }
  for (const auto& [domain, configuration] : change.domains) {
    planned.actions.emplace_back(
        DomainMetadata{domain, configuration.value_or(""), !configuration.has_value()});
  }
  AppendFiles(change, stamp.now, planned.actions);
  return planned;
}

std::string FormatCommit(const std::vector<Action>& actions) {
  std::string text;
  for (const Action& action : actions) {
    text += FormatAction(action);
    text += '\n';
  }
  return text;
}

const CommitInfo* FindCommitInfo(const std::vector<Action>& actions) {
  for (const Action& action : actions) {
    if (const auto* info = std::get_if<CommitInfo>(&action)) {
      return info;
    }
  }
  return nullptr;
}

}  // namespace limno::table::delta
