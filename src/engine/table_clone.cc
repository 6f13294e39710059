#include "engine/table_clone.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "base/name_match.h"
#include "engine/clone_definition.h"
#include "engine/errors.h"
#include "engine/file_link.h"
#include "engine/file_list.h"
#include "engine/lake_catalog.h"
#include "engine/lake_transaction.h"
#include "engine/time_expression.h"
#include "table/clone_source.h"

namespace limno::engine {
namespace {

std::string NameOf(const TableTarget& target) {
  return target.path.empty() ? target.name_space + "." + target.name
                             : fmt::format("delta.`{}`", target.path);
}

struct CloneMetrics {
  int64_t source_bytes = 0;
  int64_t source_files = 0;
  int64_t removed_files = 0;
  int64_t copied_files = 0;
  int64_t removed_bytes = 0;
  int64_t copied_bytes = 0;

  std::map<std::string, std::string> ForCommit() const {
    return {{"sourceTableSize", std::to_string(source_bytes)},
            {"sourceNumOfFiles", std::to_string(source_files)},
            {"numRemovedFiles", std::to_string(removed_files)},
            {"numCopiedFiles", std::to_string(copied_files)},
            {"removedFilesSize", std::to_string(removed_bytes)},
            {"copiedFilesSize", std::to_string(copied_bytes)}};
  }

  TextTable ToTable() const {
    TextTable result;
    const std::pair<const char*, int64_t> columns[] = {
        {"source_table_size", source_bytes},   {"source_num_of_files", source_files},
        {"num_removed_files", removed_files},  {"num_copied_files", copied_files},
        {"removed_files_size", removed_bytes}, {"copied_files_size", copied_bytes}};
    result.rows.emplace_back();
    for (const auto& [name, value] : columns) {
      result.columns.push_back({name, "BIGINT", true});
      result.rows.back().push_back({std::to_string(value), false});
    }
    return result;
  }
};

/// The files of the clone, as a change of what the target has.
class CloneFiles {
 public:
  CloneFiles(TableState& source, table::Table& target, table::Change& change, CloneMetrics& metrics)
      : source_(source), target_(target), change_(change), metrics_(metrics) {}

  Result<void> Refer() {
    auto* shared = dynamic_cast<table::CloneSource*>(&source_.table());
    if (shared == nullptr) {
      return Fail(ErrorKind::kUnsupported, "tables of this format cannot be cloned");
    }
    return ForEachFile([&](const table::DataFilePtr& file) -> Result<void> {
      std::error_code error;
      const std::string path = PathOf(source_, file->path);
      if (!std::filesystem::exists(path, error)) {
        return Missing(path);
      }
      LIMNO_ASSIGN(table::DataFile entry, shared->EntryElsewhere(*file));
      Keep(std::move(entry));
      return {};
    });
  }

  Result<void> Copy() {
    FindOwn();
    LIMNO_TRY(ForEachFile([&](const table::DataFilePtr& file) { return CopyFile(*file); }));
    LIMNO_ASSIGN(std::vector<table::DataFile> entries, target_.WriteDeletionVectors(vectors_));
    for (table::DataFile& entry : entries) {
      change_.added.push_back(std::move(entry));
    }
    return {};
  }

  /// What the target has and the clone has not goes.
  void RemoveOthers() {
    if (change_.base == nullptr) {
      return;
    }
    change_.base->files.ForEach([&](const table::DataFilePtr& file) {
      const std::string key = file->Key();
      change_.reads.file_keys.push_back(key);
      if (kept_.count(key) == 0) {
        change_.removed.push_back(file);
        metrics_.removed_files += 1;
        metrics_.removed_bytes += file->size_bytes;
      }
      return true;
    });
    change_.reads.might_match = [](const table::DataFile&) { return true; };
  }

  /// After a failure.
  void Discard() { (void)target_.store().DeleteBatch(written_); }

 private:
  template <typename Visit>
  Result<void> ForEachFile(const Visit& visit) {
    Result<void> outcome;
    source_.base()->files.ForEach([&](const table::DataFilePtr& file) {
      metrics_.source_files += 1;
      metrics_.source_bytes += file->size_bytes;
      outcome = visit(file);
      return outcome.has_value();
    });
    return outcome;
  }

  tl::unexpected<Error> Missing(const std::string& path) const {
    return Fail(ErrorKind::kNotFound,
                fmt::format("version {} cannot be cloned: its file {} is gone",
                            source_.base()->version, path),
                source_.name(), "VACUUM removes files that only old versions need");
  }

  void Keep(table::DataFile entry) {
    const std::string key = entry.Key();
    if (change_.base != nullptr && change_.base->files.Find(key) != nullptr) {
      kept_.insert(key);
    } else {
      change_.added.push_back(std::move(entry));
    }
  }

  void FindOwn() {
    if (change_.base != nullptr) {
      change_.base->files.ForEach([&](const table::DataFilePtr& file) {
        own_.emplace(file->path, file);
        return true;
      });
    }
  }

  Result<void> CopyFile(const table::DataFile& file) {
    table::DataFile entry = file;
    entry.base_row_id.reset();
    entry.default_row_commit_version.reset();
    entry.deletion_vector.reset();
    table::RowSet deleted;
    if (file.deletion_vector) {
      LIMNO_ASSIGN(deleted, source_.table().ReadDeletionVector(*file.deletion_vector));
    }
    // Data files never change, so the same name and size is the same file.
    const auto own = own_.find(file.path);
    if (own != own_.end() && own->second->size_bytes == file.size_bytes) {
      LIMNO_ASSIGN(const bool same, HasDeleted(*own->second, deleted));
      if (same) {
        kept_.insert(own->second->Key());
        return {};
      }
    } else {
      LIMNO_TRY(CopyBytes(entry));
    }
    if (deleted.empty()) {
      change_.added.push_back(std::move(entry));
    } else {
      vectors_.emplace_back(std::make_shared<const table::DataFile>(std::move(entry)),
                            std::move(deleted));
    }
    return {};
  }

  Result<bool> HasDeleted(const table::DataFile& own, const table::RowSet& rows) {
    if (!own.deletion_vector) {
      return rows.empty();
    }
    LIMNO_ASSIGN(const table::RowSet deleted, target_.ReadDeletionVector(*own.deletion_vector));
    return deleted == rows;
  }

  Result<void> CopyBytes(table::DataFile& entry) {
    const std::string from = PathOf(source_, entry.path);
    storage::ObjectStore& store = target_.store();
    // Under the same name if that is free: so it is recognised when the clone is made again.
    if (!storage::CheckKey(entry.path) || store.Head(entry.path)) {
      entry.path = target_.NewDataFileKey(entry.partition_values);
    }
    LIMNO_ASSIGN(const auto to, store.LocalPath(entry.path));
    if (!to) {
      return Fail(ErrorKind::kUnsupported, "only tables on a local disk can be cloned",
                  store.Describe());
    }
    const auto copied = LinkFile(from, static_cast<uint64_t>(entry.size_bytes), *to, {});
    if (!copied) {
      return copied.error().kind == ErrorKind::kNotFound ? Missing(from) : Fail(copied.error());
    }
    written_.push_back(entry.path);
    metrics_.copied_files += 1;
    metrics_.copied_bytes += entry.size_bytes;
    return {};
  }

  TableState& source_;
  table::Table& target_;
  table::Change& change_;
  CloneMetrics& metrics_;
  std::map<std::string, table::DataFilePtr> own_;
  /// Keys of the target's files that stay.
  std::set<std::string> kept_;
  std::vector<std::string> written_;
  std::vector<std::pair<table::DataFilePtr, table::RowSet>> vectors_;
};

class Cloning {
 public:
  Cloning(duckdb::Connection& connection, const Clone& statement)
      : connection_(connection), statement_(statement) {}

  Result<TextTable> Run() {
    LIMNO_TRY(Open());
    if (target_ != nullptr && statement_.if_not_exists) {
      return TextTable{};
    }
    if (target_ != nullptr && !statement_.replace) {
      return Fail(ErrorKind::kAlreadyExists,
                  fmt::format("there is a table {} already", NameOf(statement_.table)),
                  target_table_->store().Describe(),
                  "CREATE OR REPLACE TABLE ... CLONE brings it up to the source");
    }
    LIMNO_TRY(Define());
    CloneFiles files(*source_, *target_table_, change_, metrics_);
    Result<void> done = statement_.deep ? files.Copy() : files.Refer();
    if (done) {
      files.RemoveOthers();
      change_.operation.metrics = metrics_.ForCommit();
      done = Commit();
    }
    // A commit whose outcome is unknown may have landed: its files must stay.
    if (!done && done.error().kind != ErrorKind::kUnavailable) {
      files.Discard();
    }
    LIMNO_TRY(done);
    return metrics_.ToTable();
  }

 private:
  Result<void> Open() {
    LIMNO_TRY(Fenced([&]() -> Result<void> {
      connection_.context->RunFunctionInTransaction([&] {
        auto& names = duckdb::Catalog::GetCatalog(*connection_.context, kLakeName)
                          .Cast<LakeCatalog>()
                          .names();
        const TableTarget& source = statement_.source;
        source_table_ =
            Unwrap(source.path.empty() ? names.OpenTable({source.name_space, source.name})
                                       : names.OpenPath(source.path));
        Unwrap(CheckNamespace(names));
        const TableTarget& target = statement_.table;
        target_table_ =
            Unwrap(target.path.empty() ? names.PrepareTable({target.name_space, target.name})
                                       : names.OpenPath(target.path));
      });
      return {};
    }));
    LIMNO_ASSIGN(const table::SnapshotPtr snapshot, SourceSnapshot());
    source_ = std::make_shared<TableState>(NameOf(statement_.source), source_table_, snapshot);
    if (source_table_->store().Describe() == target_table_->store().Describe()) {
      return Fail(ErrorKind::kUsage, "a table cannot be a clone of itself",
                  target_table_->store().Describe(), "RESTORE brings back an old version");
    }
    Result<table::SnapshotPtr> target = target_table_->Latest();
    if (!target && target.error().kind != ErrorKind::kNotFound) {
      return Fail(std::move(target).error());
    }
    target_ = target ? *std::move(target) : nullptr;
    return {};
  }

  Result<void> CheckNamespace(catalog::Catalog& names) const {
    const std::string& wanted = statement_.table.name_space;
    if (!statement_.table.path.empty() || wanted == kDefaultSchema) {
      return {};
    }
    LIMNO_ASSIGN(const std::vector<std::string> there, names.Namespaces());
    const bool found = std::any_of(there.begin(), there.end(), [&](const std::string& name) {
      return base::FoldCase(name) == base::FoldCase(wanted);
    });
    return found ? Result<void>()
                 : Result<void>(Fail(ErrorKind::kNotFound,
                                     fmt::format("there is no namespace '{}'", wanted),
                                     names.Location(), "CREATE SCHEMA makes one"));
  }

  Result<table::SnapshotPtr> SourceSnapshot() {
    if (statement_.version) {
      return source_table_->AtVersion(*statement_.version);
    }
    if (statement_.timestamp.empty()) {
      return source_table_->Latest();
    }
    LIMNO_ASSIGN(const int64_t millis, TimeOf(connection_, statement_.timestamp));
    return source_table_->AtTimestamp(millis);
  }

  Result<void> Define() {
    LIMNO_ASSIGN(table::Metadata metadata, DefineClone(*source_table_, *source_->base(),
                                                       target_.get(), statement_.properties));
    change_.base = target_;
    change_.metadata = target_table_->Complete(std::move(metadata),
                                               target_ == nullptr ? nullptr : &target_->metadata);
    const auto is_own = [](const std::string& domain) { return domain.starts_with("delta."); };
    if (target_ != nullptr) {
      for (const auto& [domain, configuration] : target_->domains) {
        if (!is_own(domain)) {
          change_.domains[domain] = std::nullopt;
        }
      }
    }
    for (const auto& [domain, configuration] : source_->base()->domains) {
      if (!is_own(domain)) {
        change_.domains[domain] = configuration;
      }
    }
    change_.operation.name = "CLONE";
    change_.operation.parameters = {{"source", NameOf(statement_.source)},
                                    {"sourceVersion", std::to_string(source_->base()->version)},
                                    {"isShallow", statement_.deep ? "false" : "true"}};
    return {};
  }

  Result<void> Commit() {
    LIMNO_ASSIGN(const table::CommitOutcome outcome, target_table_->Commit(change_));
    const TableTarget& target = statement_.table;
    SessionState::Of(*connection_.context)
        ->commits.push_back({target.path.empty() ? NameOf(target) : target.path, outcome.version,
                             change_.operation.name, change_.operation.metrics});
    return {};
  }

  duckdb::Connection& connection_;
  const Clone& statement_;
  std::shared_ptr<table::Table> source_table_;
  std::shared_ptr<table::Table> target_table_;
  std::shared_ptr<TableState> source_;
  /// nullptr: there is no such table yet.
  table::SnapshotPtr target_;
  table::Change change_;
  CloneMetrics metrics_;
};

}  // namespace

Result<TextTable> RunClone(duckdb::Connection& connection, const Clone& statement) {
  return Fenced([&] { return Cloning(connection, statement).Run(); });
}

}  // namespace limno::engine
