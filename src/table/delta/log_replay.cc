#include "table/delta/log_replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "table/delta/action_json.h"
#include "table/delta/clustering.h"
#include "table/delta/column_mapping.h"
#include "table/delta/table_properties.h"

namespace limno::table::delta {
namespace {

tl::unexpected<Error> Contradiction(std::string message, std::string_view name) {
  return Fail(ErrorKind::kCorrupt, std::move(message), std::string(name),
              "the log is damaged or its writer is faulty: restore this file from a backup");
}

}  // namespace

bool UsesInCommitTimestamps(const Metadata& metadata) {
  return PropertyIsTrue(metadata, "delta.enableInCommitTimestamps");
}

std::optional<base::UnixMillis> InCommitTimestamp(const std::vector<Action>& actions) {
  for (const Action& action : actions) {
    const auto* info = std::get_if<CommitInfo>(&action);
    if (info != nullptr && info->in_commit_timestamp_millis) {
      return info->in_commit_timestamp_millis;
    }
  }
  return std::nullopt;
}

std::string Remove::Key() const { return FileKey(path, deletion_vector); }

bool HasKey(const Remove& remove, std::string_view key) {
  const bool is_path = !remove.deletion_vector && !remove.path.starts_with("file:");
  return is_path ? remove.path == key : remove.Key() == key;
}

LogReplay::LogReplay(const DeltaSnapshot& base)
    : next_(base),
      has_protocol_(base.version >= 0),
      has_metadata_(base.version >= 0),
      partition_columns_(PhysicalPartitionColumns(base.metadata)) {}

void LogReplay::SetMetadata(MetadataAction action) {
  next_.schema_text = std::make_shared<const std::string>(action.schema_text.empty()
                                                              ? FormatSchema(action.metadata.schema)
                                                              : std::move(action.schema_text));
  next_.metadata = std::move(action.metadata);
  partition_columns_ = PhysicalPartitionColumns(next_.metadata);
  has_metadata_ = true;
}

void LogReplay::SetTimestamp(base::UnixMillis file_time, const std::vector<Action>& actions) {
  if (UsesInCommitTimestamps(next_.metadata)) {
    if (const std::optional<base::UnixMillis> time = InCommitTimestamp(actions)) {
      next_.timestamp_millis = *time;
      return;
    }
  }
  const bool first = next_.version == 0 || next_.timestamp_millis == 0;
  next_.timestamp_millis = first ? file_time : std::max(file_time, next_.timestamp_millis + 1);
}

Result<void> LogReplay::ApplyTableActions(std::vector<Action>& actions, std::string_view name,
                                          bool is_checkpoint) {
  int protocols = 0;
  int metadata_count = 0;
  std::unordered_set<std::string> app_ids;
  for (Action& action : actions) {
    if (auto* protocol = std::get_if<Protocol>(&action)) {
      next_.protocol = std::move(*protocol);
      has_protocol_ = true;
      ++protocols;
    } else if (auto* metadata = std::get_if<MetadataAction>(&action)) {
      SetMetadata(std::move(*metadata));
      ++metadata_count;
    } else if (auto* transaction = std::get_if<Transaction>(&action)) {
      if (!app_ids.insert(transaction->app_id).second && !is_checkpoint) {
        return Contradiction(
            fmt::format("one version has two 'txn' actions for appId '{}'", transaction->app_id),
            name);
      }
      next_.app_transactions[transaction->app_id] = transaction->version;
      next_.transactions[transaction->app_id] = std::move(*transaction);
    } else if (auto* info = std::get_if<CommitInfo>(&action)) {
      next_.txn_id = std::move(info->txn_id);
    } else if (auto* domain = std::get_if<DomainMetadata>(&action)) {
      if (domain->removed) {
        next_.domains.erase(domain->domain);
      } else {
        next_.domains[domain->domain] = std::move(domain->configuration);
      }
    }
  }
  if (protocols > 1 || metadata_count > 1) {
    return Contradiction(
        fmt::format("one version has two '{}' actions", protocols > 1 ? "protocol" : "metaData"),
        name);
  }
  return {};
}

void LogReplay::OrderPartitionValues(PartitionValues& values) const {
  const size_t count = partition_columns_.size();
  bool ordered = values.size() >= count;
  for (size_t index = 0; ordered && index < count; ++index) {
    ordered = values[index].first == partition_columns_[index];
  }
  if (ordered) {
    return;
  }
  PartitionValues sorted;
  for (const std::string& column : partition_columns_) {
    const auto found = std::find_if(values.begin(), values.end(),
                                    [&](const auto& entry) { return entry.first == column; });
    sorted.emplace_back(column, std::nullopt);
    if (found != values.end()) {
      sorted.back().second = std::move(found->second);
      values.erase(found);
    }
  }
  std::move(values.begin(), values.end(), std::back_inserter(sorted));
  values = std::move(sorted);
}

DataFilePtr LogReplay::Keep(DataFile file) {
  constexpr size_t kMostInSlab = 1024;
  if (slab_ == nullptr || slab_->size() == slab_->capacity()) {
    const size_t next = slab_ == nullptr ? 1 : std::min(slab_->capacity() * 2, kMostInSlab);
    slab_ = std::make_shared<std::vector<DataFile>>();
    slab_->reserve(next);
  }
  slab_->push_back(std::move(file));
  return {slab_, &slab_->back()};
}

DataFilePtr LogReplay::Exchange(std::string_view key, DataFilePtr file, bool is_checkpoint,
                                bool& clash) {
  DataFilePtr before;
  const std::optional<size_t> found = files_.Find(key);
  if (found) {
    before = files_.at(*found);
    files_.SetAt(*found, key, std::move(file));
  } else {
    before = next_.files.size() == 0 ? nullptr : next_.files.Find(std::string(key));
    files_.Set(key, std::move(file));
  }
  if (!is_checkpoint) {
    changed_in_.resize(files_.size(), 0);
    uint32_t& changed = changed_in_[found.value_or(files_.size() - 1)];
    clash = changed == batch_;
    changed = batch_;
  }
  return before;
}

Result<void> LogReplay::ApplyAdd(DataFile file, std::string_view name, bool is_checkpoint) {
  OrderPartitionValues(file.partition_values);
  const std::string key = file.Key();
  if (!is_checkpoint) {
    bool twice = !paths_with_vector_.empty() && paths_with_vector_.count(file.path) > 0;
    if (file.deletion_vector) {
      const auto plain = files_.Find(FileKey(file.path, std::nullopt));
      twice = twice || (plain && files_.at(*plain) != nullptr && *plain < changed_in_.size() &&
                        changed_in_[*plain] == batch_);
      paths_with_vector_.insert(file.path);
    }
    if (twice) {
      return Contradiction(fmt::format("one version adds '{}' twice", file.path), name);
    }
  }
  if (!tombstones_.empty() || next_.tombstones.size() > 0) {
    tombstones_.Set(key, nullptr);
  }
  const DataFilePtr kept = Keep(std::move(file));
  bool clash = false;
  const DataFilePtr before = Exchange(key, kept, is_checkpoint, clash);
  if (clash) {
    return Contradiction(
        fmt::format("one version {} '{}'",
                    before != nullptr ? "adds twice" : "both removes and adds", kept->path),
        name);
  }
  if (before != nullptr) {
    next_.totals.Remove(*before);
  }
  next_.totals.Add(*kept);
  return {};
}

Result<void> LogReplay::ApplyRemove(Remove remove, std::string_view name, bool is_checkpoint) {
  const std::string key = remove.Key();
  if (!is_checkpoint) {
    bool clash = false;
    const DataFilePtr before = Exchange(key, nullptr, is_checkpoint, clash);
    if (clash && before != nullptr) {
      return Contradiction(fmt::format("one version both adds and removes '{}'", remove.path),
                           name);
    }
    if (before != nullptr) {
      next_.totals.Remove(*before);
    }
  }
  tombstones_.Set(key, std::make_shared<const Remove>(std::move(remove)));
  return {};
}

Result<void> LogReplay::ApplyFileAction(Action& action, std::string_view name, bool is_checkpoint) {
  if (auto* add = std::get_if<Add>(&action)) {
    return ApplyAdd(std::move(add->file), name, is_checkpoint);
  }
  if (auto* remove = std::get_if<Remove>(&action)) {
    return ApplyRemove(std::move(*remove), name, is_checkpoint);
  }
  return {};
}

Result<void> LogReplay::ApplyCommit(int64_t version, base::UnixMillis timestamp,
                                    std::vector<Action> actions, std::string_view name) {
  if (next_.version >= 0 && version != next_.version + 1) {
    return Fail(ErrorKind::kInternal,
                fmt::format("version {} applied after {}", version, next_.version),
                std::string(name));
  }
  next_.version = version;
  next_.txn_id.reset();
  next_.commit_was_read = true;
  LIMNO_TRY(ApplyTableActions(actions, name, false));
  SetTimestamp(timestamp, actions);
  return ApplyActions(std::move(actions), name);
}

Result<void> LogReplay::ApplyActions(std::vector<Action> actions, std::string_view name) {
  paths_with_vector_.clear();
  ++batch_;
  for (Action& action : actions) {
    LIMNO_TRY(ApplyFileAction(action, name, false));
  }
  return {};
}

Result<void> LogReplay::ApplyCompacted(int64_t last,
                                       const std::vector<base::UnixMillis>& timestamps,
                                       std::vector<Action> actions, std::string_view name) {
  next_.txn_id.reset();
  next_.commit_was_read = false;
  next_.version = last - static_cast<int64_t>(timestamps.size());
  for (const base::UnixMillis timestamp : timestamps) {
    ++next_.version;
    SetTimestamp(timestamp, {});
  }
  LIMNO_TRY(ApplyTableActions(actions, name, false));
  return ApplyActions(std::move(actions), name);
}

void LogReplay::Expect(int64_t files) {
  constexpr int64_t kMaxReserved = 10'000'000;
  files_.Reserve(static_cast<size_t>(std::clamp<int64_t>(files, 0, kMaxReserved)));
}

Result<void> LogReplay::ApplyCheckpoint(int64_t version, base::UnixMillis timestamp,
                                        std::vector<Action> actions, std::string_view name) {
  next_.version = version;
  next_.timestamp_millis = timestamp;
  next_.checkpoint_version = version;
  LIMNO_TRY(ApplyTableActions(actions, name, true));
  for (Action& action : actions) {
    LIMNO_TRY(ApplyFileAction(action, name, true));
  }
  return {};
}

Result<DeltaSnapshotPtr> LogReplay::Finish(std::string_view name) {
  if (!has_protocol_ || !has_metadata_) {
    return Contradiction(fmt::format("the log up to version {} has no '{}' action", next_.version,
                                     has_protocol_ ? "metaData" : "protocol"),
                         name);
  }
  if (!next_.domains.empty()) {
    LIMNO_ASSIGN(next_.metadata.clustering_columns,
                 ClusteringColumns(next_.domains, next_.metadata.schema));
  }
  next_.files = next_.files.With(std::move(files_));
  next_.tombstones = next_.tombstones.With(std::move(tombstones_));
  return std::make_shared<const DeltaSnapshot>(std::move(next_));
}

Result<DeltaSnapshotPtr> ApplyCommit(const DeltaSnapshot& base, int64_t version,
                                     base::UnixMillis timestamp, std::vector<Action> actions,
                                     std::string_view name) {
  LogReplay replay(base);
  LIMNO_TRY(replay.ApplyCommit(version, timestamp, std::move(actions), name));
  return replay.Finish(name);
}

}  // namespace limno::table::delta
