#include "table/delta/vacuum.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "table/delta/checkpoint_write.h"
#include "table/delta/column_mapping.h"
#include "table/delta/deletion_vector_codec.h"
#include "table/delta/log_reader.h"
#include "table/delta/protocol.h"
#include "table/delta/table_folder.h"
#include "table/delta/time_travel.h"
#include "table/delta/vacuum_lite.h"
#include "table/percent_coding.h"

namespace limno::table::delta {
namespace {

constexpr int64_t kMillisPerHour = 3600 * 1000;
constexpr int64_t kShortestRetentionMillis = 7 * 24 * kMillisPerHour;
constexpr size_t kDeleteBatch = 1000;

/// Names under which a table's files must stay.
class NeededFiles {
 public:
  NeededFiles(const DeltaSnapshot& snapshot, base::UnixMillis tombstones_from) {
    snapshot.files.ForEach([&](const DataFilePtr& file) {
      Add(file->path, file->deletion_vector);
      return true;
    });
    snapshot.tombstones.ForEach([&](const std::shared_ptr<const Remove>& remove) {
      if (remove->deletion_millis.value_or(0) >= tombstones_from) {
        Add(remove->path, remove->deletion_vector);
      }
      return true;
    });
  }

  bool Contains(const std::string& key) const {
    return keys_.count(key) > 0 || absolute_names_.count(NameOf(key)) > 0;
  }

 private:
  static std::string NameOf(std::string_view path) {
    return std::string(path.substr(path.rfind('/') + 1));
  }

  void Add(const std::string& path, const Boxed<DeletionVector>& vector) {
    AddPath(path);
    if (!vector) {
      return;
    }
    if (const Result<std::string> key = VectorFileKey(*vector)) {
      keys_.insert(*key);
    } else if (vector->storage_type == 'p') {
      AddPath(vector->path_or_inline);
    }
  }

  void AddPath(const std::string& path) {
    if (storage::CheckKey(path)) {
      keys_.insert(path);
    }
    // An absolute path may lead into this very folder, by whatever spelling: its name is kept.
    if (path.front() == '/' || path.find(":/") != std::string::npos) {
      const std::string name = NameOf(path);
      absolute_names_.insert(name);
      absolute_names_.insert(PercentDecode(name).value_or(name));
    }
  }

  std::unordered_set<std::string> keys_;
  std::unordered_set<std::string> absolute_names_;
};

Result<int64_t> RetentionOf(const VacuumOptions& options, const Metadata& metadata) {
  const int64_t of_table = TombstoneRetentionMillis(metadata);
  if (!options.retention_millis) {
    return of_table;
  }
  const int64_t retention = *options.retention_millis;
  if (retention < 0) {
    return Fail(ErrorKind::kUsage, "a retention cannot be negative");
  }
  const int64_t shortest = std::max(of_table, kShortestRetentionMillis);
  if (retention < shortest && !options.allow_short_retention) {
    return Fail(ErrorKind::kRefused,
                fmt::format("a retention of {} hours is shorter than {}: it would break running "
                            "queries and writers, and time travel",
                            retention / kMillisPerHour, shortest / kMillisPerHour),
                {}, "retain longer, or allow a short retention if nothing uses the table");
  }
  return retention;
}

std::vector<storage::ObjectInfo> CandidatesByInventory(std::vector<storage::ObjectInfo> inventory,
                                                       FolderFilter filter) {
  const auto by_key = [](const auto& left, const auto& right) { return left.key < right.key; };
  std::sort(inventory.begin(), inventory.end(), by_key);
  std::string last;
  for (const storage::ObjectInfo& object : inventory) {
    // Whoever made it may have looked into other folders as well.
    if (object.key != last && storage::CheckKey(object.key)) {
      filter.Look(object);
    }
    last = object.key;
  }
  return filter.Take();
}

/// Deletes the keys batch by batch, and looks before each at what was committed meanwhile: a
/// RESTORE may have brought back what nothing needed.
class Deletion {
 public:
  Deletion(const Environment& environment, DeltaSnapshotPtr snapshot, base::UnixMillis cutoff)
      : store_(*environment.store),
        reader_(*environment.store, environment.parquet),
        snapshot_(std::move(snapshot)),
        cutoff_(cutoff) {}

  Result<std::vector<storage::ObjectInfo>> Run(const std::vector<storage::ObjectInfo>& candidates) {
    std::vector<storage::ObjectInfo> done;
    for (size_t begin = 0; begin < candidates.size(); begin += kDeleteBatch) {
      LIMNO_TRY(Refresh());
      std::vector<std::string> batch;
      for (size_t index = begin; index < std::min(begin + kDeleteBatch, candidates.size());
           ++index) {
        if (!needed_ || !needed_->Contains(candidates[index].key)) {
          batch.push_back(candidates[index].key);
          done.push_back(candidates[index]);
        }
      }
      Result<void> deleted = store_.DeleteBatch(batch);
      if (!deleted && first_failure_) {
        first_failure_ = std::move(deleted);
      }
    }
    LIMNO_TRY(first_failure_);
    return done;
  }

 private:
  Result<void> Refresh() {
    LIMNO_ASSIGN(DeltaSnapshotPtr newest, reader_.Advance(snapshot_));
    if (newest != snapshot_) {
      snapshot_ = std::move(newest);
      needed_.emplace(*snapshot_, cutoff_);
    }
    return {};
  }

  storage::ObjectStore& store_;
  LogReader reader_;
  DeltaSnapshotPtr snapshot_;
  const base::UnixMillis cutoff_;
  /// Set once there is a newer version than the one that the candidates are from.
  std::optional<NeededFiles> needed_;
  Result<void> first_failure_;
};

/// The newest version committed before `cutoff`: files removed until then are expired. nullopt if
/// there is none.
Result<std::optional<int64_t>> LastExpired(storage::ObjectStore& store, const LogListing& listing,
                                           const Metadata& metadata, base::UnixMillis cutoff) {
  const Result<int64_t> version = VersionAtTime(store, listing, metadata, cutoff - 1);
  if (version) {
    return *version;
  }
  if (version.error().kind == ErrorKind::kNotFound) {
    return std::nullopt;
  }
  return Fail(version.error());
}

/// Sets `last` to the last version whose files were found.
Result<std::vector<storage::ObjectInfo>> CandidatesByLog(const Environment& environment,
                                                         const NeededFiles& needed,
                                                         const LogListing& listing,
                                                         base::UnixMillis cutoff,
                                                         std::optional<int64_t>& last) {
  LIMNO_ASSIGN(const int64_t first, FirstUnvacuumed(*environment.store, listing));
  if (!last || *last < first) {
    return std::vector<storage::ObjectInfo>();
  }
  LogReader reader(*environment.store, environment.parquet);
  LIMNO_ASSIGN(RemovedFiles removed, FindRemovedFiles(reader, first, *last, cutoff));
  last = removed.last;
  std::erase_if(removed.files,
                [&](const storage::ObjectInfo& object) { return needed.Contains(object.key); });
  return std::move(removed.files);
}

}  // namespace

Result<VacuumReport> VacuumTable(const Environment& environment, const DeltaSnapshotPtr& snapshot,
                                 const VacuumOptions& options) {
  storage::ObjectStore& store = *environment.store;
  LIMNO_TRY(CheckWritable(snapshot->protocol, store.Describe()));
  LIMNO_ASSIGN(const int64_t retention, RetentionOf(options, snapshot->metadata));
  const base::UnixMillis cutoff = environment.clock->Now() - retention;
  const NeededFiles needed(*snapshot, cutoff);
  const HiddenNames hidden(snapshot->metadata);
  LIMNO_ASSIGN(const LogListing listing, ListLog(store, 0));
  LIMNO_ASSIGN(std::optional<int64_t> last_expired,
               LastExpired(store, listing, snapshot->metadata, cutoff));
  FolderFilter unneeded(hidden, [&](const storage::ObjectInfo& object) {
    return object.modified_millis < cutoff && !hidden.IsHidden(object.key) &&
           !needed.Contains(object.key);
  });
  std::vector<storage::ObjectInfo> files;
  if (options.kind == VacuumKind::kLite) {
    LIMNO_ASSIGN(files, CandidatesByLog(environment, needed, listing, cutoff, last_expired));
  } else if (options.inventory) {
    files = CandidatesByInventory(*options.inventory, std::move(unneeded));
  } else {
    LIMNO_ASSIGN(files, ListTableFolder(store, std::move(unneeded)));
  }
  if (!options.dry_run) {
    LIMNO_ASSIGN(files, Deletion(environment, snapshot, cutoff).Run(files));
    // An inventory may miss what is there; then the log is gone through again next time.
    if (last_expired && *last_expired >= 0 && !options.inventory) {
      (void)WriteLastVacuum(store, *last_expired);
    }
  }
  VacuumReport report;
  for (const storage::ObjectInfo& object : files) {
    report.keys.push_back(object.key);
    report.bytes += object.size_bytes;
  }
  return report;
}

}  // namespace limno::table::delta
