#include "engine/table_state.h"

#include <algorithm>

namespace limno::engine {
namespace {

std::string RootOf(table::Table& table) {
  static constexpr char kProbe[] = "_";
  const auto path = table.store().LocalPath(kProbe);
  if (!path || !*path) {
    return {};
  }
  return (*path)->substr(0, (*path)->size() - 1);
}

}  // namespace

TableState::TableState(std::string name, std::shared_ptr<table::Table> table,
                       table::SnapshotPtr base)
    : name_(std::move(name)),
      table_(std::move(table)),
      base_(std::move(base)),
      root_(RootOf(*table_)) {
  if (base_ != nullptr) {
    metadata_ = base_->metadata;
  }
}

bool TableState::HasChanges() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return metadata_changed_ || !domains_.empty() || !app_versions_.empty() || !added_.empty() ||
         !removed_.empty() || !deletes_.empty() || !dropped_features_.empty();
}

std::vector<ScanFile> TableState::Files() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<ScanFile> files;
  const auto append = [&](const table::DataFilePtr& file, const std::string& key) {
    const auto deletes = deletes_.find(key);
    files.push_back({file, deletes == deletes_.end() ? nullptr : deletes->second});
  };
  if (base_ != nullptr) {
    files.reserve(base_->files.size() + added_.size());
    const bool untouched = removed_.empty() && deletes_.empty();
    base_->files.ForEach([&](const table::DataFilePtr& file) {
      if (untouched) {
        files.push_back({file, nullptr});
      } else if (const std::string key = file->Key(); removed_.count(key) == 0) {
        append(file, key);
      }
      return true;
    });
  }
  for (const auto& [key, file] : added_) {
    append(file, key);
  }
  return files;
}

std::optional<int64_t> TableState::LiveRows(const ScanFile& file) const {
  const std::optional<int64_t> rows = table_->RowCount(*file.file);
  if (!rows) {
    return std::nullopt;
  }
  const int64_t deleted = file.file->deletion_vector ? file.file->deletion_vector->cardinality : 0;
  const int64_t staged =
      file.staged_deletes ? static_cast<int64_t>(file.staged_deletes->Cardinality()) : 0;
  return *rows - deleted - staged;
}

int64_t TableState::FileId(const table::DataFilePtr& file) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto [found, inserted] =
      file_ids_.try_emplace(file->Key(), static_cast<int64_t>(files_by_id_.size()));
  if (inserted) {
    files_by_id_.push_back(file);
  }
  return found->second;
}

table::DataFilePtr TableState::FileById(int64_t id) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return files_by_id_.at(static_cast<size_t>(id));
}

void TableState::StageMetadata(table::Metadata metadata) {
  const std::lock_guard<std::mutex> lock(mutex_);
  metadata_ = table_->Complete(std::move(metadata), base_ == nullptr ? nullptr : &base_->metadata);
  metadata_changed_ = true;
}

void TableState::StageAdd(table::DataFile file) {
  const std::lock_guard<std::mutex> lock(mutex_);
  auto shared = std::make_shared<const table::DataFile>(std::move(file));
  written_paths_.insert(shared->path);
  std::string key = shared->Key();
  added_[std::move(key)] = std::move(shared);
}

void TableState::StageReturn(const table::DataFilePtr& file) {
  const std::lock_guard<std::mutex> lock(mutex_);
  added_[file->Key()] = file;
}

void TableState::StageRemove(const table::DataFilePtr& file) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::string key = file->Key();
  deletes_.erase(key);
  deleted_from_.erase(key);
  if (added_.erase(key) == 0) {
    removed_[key] = file;
  }
}

std::vector<table::DataFilePtr> TableState::TakeAdded(const std::set<std::string>& others) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<table::DataFilePtr> taken;
  for (auto file = added_.begin(); file != added_.end();) {
    if (others.count(file->first) > 0) {
      ++file;
      continue;
    }
    taken.push_back(file->second);
    file = added_.erase(file);
  }
  return taken;
}

void TableState::StageDeletes(const table::DataFilePtr& file, const table::RowSet& rows) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::string key = file->Key();
  const auto found = deletes_.find(key);
  // Scans may still hold the old set: never change it in place.
  auto united = found == deletes_.end() ? std::make_shared<table::RowSet>()
                                        : std::make_shared<table::RowSet>(*found->second);
  united->UnionWith(rows);
  deletes_[key] = std::move(united);
  deleted_from_[key] = file;
}

void TableState::StageRowChanges(RowChanges changes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  row_changes_.push_back(std::move(changes));
}

void TableState::StageDomain(const std::string& domain, std::optional<std::string> configuration) {
  const std::lock_guard<std::mutex> lock(mutex_);
  domains_[domain] = std::move(configuration);
}

void TableState::StageAppVersion(const std::string& app_id, int64_t version) {
  const std::lock_guard<std::mutex> lock(mutex_);
  app_versions_[app_id] = version;
}

void TableState::StageCompanion(const std::string& key) {
  const std::lock_guard<std::mutex> lock(mutex_);
  written_paths_.insert(key);
}

void TableState::StageOperation(const std::string& name,
                                const std::map<std::string, std::string>& parameters,
                                const std::map<std::string, int64_t>& metrics) {
  const std::lock_guard<std::mutex> lock(mutex_);
  // "CREATE TABLE" gives way to "CREATE TABLE AS SELECT".
  const bool refined = name.rfind(operation_.name, 0) == 0;
  if (refined || operation_.name == "WRITE") {
    operation_.name = name;
    operation_.parameters = parameters;
  }
  for (const auto& [metric, amount] : metrics) {
    metrics_[metric] += amount;
  }
}

void TableState::NameOperation(const std::string& name,
                               std::map<std::string, std::string> parameters) {
  const std::lock_guard<std::mutex> lock(mutex_);
  operation_.name = name;
  operation_.parameters = std::move(parameters);
}

void TableState::OverrideOperation(table::Operation operation) {
  const std::lock_guard<std::mutex> lock(mutex_);
  operation_ = std::move(operation);
  metrics_.clear();
}

void TableState::RecordRead(FilePredicate predicate, std::vector<table::DataFilePtr> files,
                            ReadScope scope) {
  const std::lock_guard<std::mutex> lock(mutex_);
  predicates_.push_back(std::move(predicate));
  auto& read = scope == ReadScope::kFiles ? read_files_ : target_files_;
  read.insert(read.end(), std::make_move_iterator(files.begin()),
              std::make_move_iterator(files.end()));
}

void TableState::StageMatched(const table::DataFilePtr& file, const table::RowSet& rows) {
  const std::lock_guard<std::mutex> lock(mutex_);
  matched_[file->Key()].UnionWith(rows);
}

bool TableState::DeletionVectorsAllowed() const {
  const auto is_set = [&](const char* name, const char* value) {
    const auto property = metadata_.properties.find(name);
    return property != metadata_.properties.end() && property->second == value;
  };
  // Readers of manifests and of old Iceberg tables know of no vectors.
  return !is_set("delta.enableDeletionVectors", "false") &&
         !is_set("delta.compatibility.symlinkFormatManifest.enabled", "true") &&
         !is_set("delta.enableIcebergCompatV1", "true") &&
         !is_set("delta.enableIcebergCompatV2", "true");
}

RowSetPtr TableState::AllBut(const table::DataFile& file, const table::RowSet& rows) const {
  const auto count = table_->RowCount(file);
  auto others = std::make_shared<table::RowSet>();
  others->AddRange(0, count ? static_cast<uint64_t>(*count) : std::numeric_limits<uint32_t>::max());
  others->Subtract(rows);
  return others;
}

Result<RowChanges> TableState::UnitedRowChanges() const {
  RowChanges united = row_changes_.front();
  const auto were_there = [&](const auto& rows_of_files) {
    return std::all_of(rows_of_files.begin(), rows_of_files.end(), [&](const auto& rows) {
      return added_.count(rows.first->Key()) == 0 && written_paths_.count(rows.first->path) == 0;
    });
  };
  for (size_t index = 1; index < row_changes_.size(); ++index) {
    const RowChanges& changes = row_changes_[index];
    // Rows that came and went, or changed twice, have no place in the record of one version.
    if (!were_there(changes.updated) || !were_there(changes.deleted)) {
      return Fail(ErrorKind::kUnsupported,
                  "the change feed cannot record a transaction whose statements change rows that "
                  "earlier ones wrote",
                  name_, "commit after each statement, or switch delta.enableChangeDataFeed off");
    }
    const auto append = [](auto& to, const auto& from) {
      to.insert(to.end(), from.begin(), from.end());
    };
    append(united.updated, changes.updated);
    append(united.deleted, changes.deleted);
    append(united.written_updates, changes.written_updates);
    append(united.written_inserts, changes.written_inserts);
  }
  return united;
}

/// Adds and removes tell of inserted and deleted rows; of updated ones, and where files were
/// rewritten, they would tell too much.
Result<void> TableState::AddRecorded(table::Change& change, const CopyFiles& copy) {
  const bool updates =
      std::any_of(row_changes_.begin(), row_changes_.end(),
                  [](const RowChanges& changes) { return !changes.updated.empty(); });
  if (row_changes_.empty() || !(updates || rewrote_) || !data_change_) {
    return {};
  }
  LIMNO_ASSIGN(const RowChanges changes, UnitedRowChanges());
  const auto record = [&](std::vector<ScanFile> files, const char* type) -> Result<void> {
    if (files.empty()) {
      return {};
    }
    LIMNO_ASSIGN(auto written, copy(std::move(files), type));
    for (table::DataFile& file : written) {
      written_paths_.insert(file.path);
      change.recorded.push_back(std::move(file));
    }
    return {};
  };
  const auto some = [&](const auto& rows_of_files) {
    std::vector<ScanFile> files;
    for (const auto& [file, rows] : rows_of_files) {
      files.push_back({file, AllBut(*file, rows)});
    }
    return files;
  };
  const auto whole = [](const std::vector<table::DataFilePtr>& written) {
    std::vector<ScanFile> files;
    for (const table::DataFilePtr& file : written) {
      files.push_back({file, nullptr});
    }
    return files;
  };
  LIMNO_TRY(record(some(changes.updated), "update_preimage"));
  LIMNO_TRY(record(whole(changes.written_updates), "update_postimage"));
  LIMNO_TRY(record(some(changes.deleted), "delete"));
  return record(whole(changes.written_inserts), "insert");
}

Result<void> TableState::AddDeletes(table::Change& change, const CopyFiles& copy) {
  std::vector<std::pair<table::DataFilePtr, table::RowSet>> vectors;
  for (const auto& [key, rows] : deletes_) {
    const table::DataFilePtr& file = deleted_from_.at(key);
    const int64_t already = file->deletion_vector ? file->deletion_vector->cardinality : 0;
    const std::optional<int64_t> row_count = table_->RowCount(*file);
    const bool in_base = added_.count(key) == 0;
    const auto gone = static_cast<int64_t>(rows->Cardinality()) + already;
    if (in_base) {
      change.removed.push_back(file);
    }
    if (row_count == gone) {
      if (in_base) {
        change.deleted_rows.emplace(key, *rows);
      }
      added_.erase(key);
      continue;
    }
    // A vector needs the file's row count beside it; and Polars does not see vectors of files whose
    // path holds an escape (docs/decisions/004).
    const bool escaped = file->path.find('%') != std::string::npos;
    if (DeletionVectorsAllowed() && row_count && !escaped) {
      vectors.emplace_back(file, *rows);
      if (in_base) {
        change.deleted_rows.emplace(key, *rows);
      }
    } else {
      LIMNO_ASSIGN(auto rewritten, copy({{file, rows}}, ""));
      rewrote_ = true;
      for (table::DataFile& entry : rewritten) {
        change.added.push_back(std::move(entry));
      }
    }
    added_.erase(key);
  }
  if (!vectors.empty()) {
    LIMNO_ASSIGN(auto entries, table_->WriteDeletionVectors(vectors));
    for (table::DataFile& entry : entries) {
      change.added.push_back(std::move(entry));
    }
  }
  return {};
}

void TableState::AddReads(table::Change& change) const {
  if (predicates_.empty()) {
    return;
  }
  change.reads.might_match = [predicates = predicates_](const table::DataFile& file) {
    return std::any_of(predicates.begin(), predicates.end(),
                       [&](const FilePredicate& predicate) { return predicate(file); });
  };
  std::set<std::string> keys;
  for (const table::DataFilePtr& file : read_files_) {
    keys.insert(file->Key());
  }
  change.reads.file_keys.assign(keys.begin(), keys.end());
  for (const table::DataFilePtr& file : target_files_) {
    const std::string key = file->Key();
    const auto matched = matched_.find(key);
    change.reads.rows[key] = matched == matched_.end() ? table::RowSet() : matched->second;
  }
}

Result<table::Change> TableState::BuildChange(const CopyFiles& copy) {
  const std::lock_guard<std::mutex> lock(mutex_);
  table::Change change;
  change.base = base_;
  if (metadata_changed_) {
    change.metadata = metadata_;
  }
  change.domains = domains_;
  change.app_transactions = app_versions_;
  change.dropped_features = dropped_features_;
  change.history_is_truncated = history_is_truncated_;
  LIMNO_TRY(AddDeletes(change, copy));
  LIMNO_TRY(AddRecorded(change, copy));
  for (const auto& [key, file] : removed_) {
    change.removed.push_back(file);
  }
  for (const auto& [key, file] : added_) {
    change.added.push_back(*file);
  }
  for (table::DataFile& file : change.added) {
    file.data_change = data_change_;
  }
  change.operation = operation_;
  for (const auto& [metric, amount] : metrics_) {
    change.operation.metrics[metric] = std::to_string(amount);
  }
  change.data_change = data_change_;
  AddReads(change);
  return change;
}

void TableState::DiscardStaged() {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const std::string& path : written_paths_) {
    // Best effort: what stays behind is unreferenced and VACUUM's business.
    (void)table_->store().Delete(path);
  }
  written_paths_.clear();
  added_.clear();
}

}  // namespace limno::engine
