#include "table/delta/vacuum.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>

#include "table/delta/checkpoint_write.h"
#include "table/delta/column_mapping.h"
#include "table/delta/deletion_vector_codec.h"
#include "table/delta/protocol.h"
#include "table/percent_coding.h"

namespace limno::table::delta {
namespace {

constexpr int64_t kMillisPerHour = 3600 * 1000;
constexpr int64_t kShortestRetentionMillis = 7 * 24 * kMillisPerHour;
constexpr size_t kDeleteBatch = 1000;
constexpr std::string_view kNestedLog = "/_delta_log/";

/// Names under which a table's files must stay.
class NeededFiles {
 public:
  NeededFiles(const DeltaSnapshot& snapshot, base::UnixMillis tombstones_from) {
    snapshot.files.ForEach([&](const DataFilePtr& file) {
      Add(file->path, file->deletion_vector);
      return true;
    });
    snapshot.tombstones.ForEach(
        [&](const std::string&, const std::shared_ptr<const Remove>& remove) {
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

  void Add(const std::string& path, const std::optional<DeletionVector>& vector) {
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

/// Which of the names below a table's root are none of VACUUM's business.
class HiddenNames {
 public:
  explicit HiddenNames(const Metadata& metadata)
      : partition_columns_(PhysicalPartitionColumns(metadata)),
        has_iceberg_metadata_(std::any_of(
            metadata.properties.begin(), metadata.properties.end(), [](const auto& property) {
              return property.first.rfind("delta.enableIcebergCompat", 0) == 0 ||
                     property.first.rfind("delta.universalFormat.", 0) == 0;
            })) {}

  bool IsHidden(std::string_view key) const {
    if (key.substr(0, OwnVectorFolder().size()) == OwnVectorFolder()) {
      return key.find("deletion_vector_") != OwnVectorFolder().size();
    }
    if (has_iceberg_metadata_ && key.substr(0, 9) == "metadata/") {
      return true;
    }
    while (!key.empty()) {
      const size_t slash = std::min(key.find('/'), key.size());
      if (IsHiddenSegment(key.substr(0, slash))) {
        return true;
      }
      key.remove_prefix(std::min(slash + 1, key.size()));
    }
    return false;
  }

 private:
  bool IsHiddenSegment(std::string_view segment) const {
    if (segment.empty() || (segment.front() != '_' && segment.front() != '.')) {
      return false;
    }
    if (segment == "_change_data" || segment == "_delta_index") {
      return false;
    }
    const size_t equals = segment.find('=');
    if (equals == std::string_view::npos) {
      return true;
    }
    const std::string column = PercentDecode(segment.substr(0, equals)).value_or("");
    return std::find(partition_columns_.begin(), partition_columns_.end(), column) ==
           partition_columns_.end();
  }

  const std::vector<std::string> partition_columns_;
  const bool has_iceberg_metadata_;
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

/// Whether `key` lies in another table below this one; `nested_roots` is sorted.
bool IsBelow(const std::vector<std::string>& nested_roots, const std::string& key) {
  return std::any_of(nested_roots.begin(), nested_roots.end(), [&](const std::string& root) {
    return key.compare(0, root.size(), root) == 0;
  });
}

/// Lists the whole table; candidates are unneeded, visible and older than `cutoff`.
Result<std::vector<storage::ObjectInfo>> FindCandidates(storage::ObjectStore& store,
                                                        const NeededFiles& needed,
                                                        const HiddenNames& hidden,
                                                        base::UnixMillis cutoff) {
  std::vector<storage::ObjectInfo> candidates;
  std::vector<std::string> nested_roots;
  storage::ListOptions options;
  while (true) {
    LIMNO_ASSIGN(const storage::ListPage page, store.List("", options));
    for (const storage::ObjectInfo& object : page.objects) {
      if (const size_t log = object.key.find(kNestedLog);
          log != std::string::npos && !hidden.IsHidden(object.key.substr(0, log))) {
        nested_roots.push_back(object.key.substr(0, log + 1));
      }
      if (object.modified_millis < cutoff && !hidden.IsHidden(object.key) &&
          !needed.Contains(object.key)) {
        candidates.push_back(object);
      }
    }
    if (!page.truncated || page.objects.empty()) {
      break;
    }
    options.start_after = page.objects.back().key;
  }
  std::sort(nested_roots.begin(), nested_roots.end());
  nested_roots.erase(std::unique(nested_roots.begin(), nested_roots.end()), nested_roots.end());
  candidates.erase(std::remove_if(candidates.begin(), candidates.end(),
                                  [&](const storage::ObjectInfo& object) {
                                    return IsBelow(nested_roots, object.key);
                                  }),
                   candidates.end());
  return candidates;
}

Result<void> DeleteAll(storage::ObjectStore& store, const std::vector<std::string>& keys) {
  Result<void> first_failure;
  for (size_t begin = 0; begin < keys.size(); begin += kDeleteBatch) {
    const size_t end = std::min(begin + kDeleteBatch, keys.size());
    const std::vector<std::string> batch(keys.begin() + static_cast<std::ptrdiff_t>(begin),
                                         keys.begin() + static_cast<std::ptrdiff_t>(end));
    Result<void> deleted = store.DeleteBatch(batch);
    if (!deleted && first_failure) {
      first_failure = std::move(deleted);
    }
  }
  return first_failure;
}

}  // namespace

Result<VacuumReport> VacuumTable(const Environment& environment, const DeltaSnapshot& snapshot,
                                 const VacuumOptions& options) {
  storage::ObjectStore& store = *environment.store;
  LIMNO_TRY(CheckWritable(snapshot.protocol, snapshot.metadata, store.Describe()));
  LIMNO_ASSIGN(const int64_t retention, RetentionOf(options, snapshot.metadata));
  const base::UnixMillis cutoff = environment.clock->Now() - retention;
  const NeededFiles needed(snapshot, cutoff);
  const HiddenNames hidden(snapshot.metadata);
  LIMNO_ASSIGN(const std::vector<storage::ObjectInfo> candidates,
               FindCandidates(store, needed, hidden, cutoff));
  VacuumReport report;
  for (const storage::ObjectInfo& object : candidates) {
    report.keys.push_back(object.key);
    report.bytes += object.size_bytes;
  }
  if (!options.dry_run) {
    LIMNO_TRY(DeleteAll(store, report.keys));
  }
  return report;
}

}  // namespace limno::table::delta
