#include "engine/row_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "base/name_match.h"
#include "engine/engine.h"
#include "engine/errors.h"
#include "engine/file_list.h"
#include "engine/registered_scan.h"
#include "table/percent_coding.h"
#include "table/physical_name.h"

namespace limno::engine {
namespace {

constexpr std::string_view kLogFolder = "_delta_log/";
constexpr std::string_view kNestedLog = "/_delta_log/";
constexpr std::string_view kParquet = ".parquet";
constexpr std::string_view kNullFolder = "__HIVE_DEFAULT_PARTITION__";

using Files = std::vector<table::DataFilePtr>;

/// Counts rows of chosen files.
class RowCounter {
 public:
  RowCounter(duckdb::DatabaseInstance& database, std::shared_ptr<TableState> state,
             const std::string& condition)
      : connection_(database),
        state_(std::move(state)),
        condition_(fmt::format("({}\n)", condition)) {}

  /// Rows that only the first resp. only the second of two sets of files have, counting each as
  /// often as it is there. Files are read as of the newest version, or, where they do not fit it,
  /// as of `metadata`.
  Result<std::pair<int64_t, int64_t>> CountDifference(const Files& before, const Files& after,
                                                      const table::Metadata& metadata) {
    auto difference = DifferenceAs(state_->metadata(), before, after);
    if (!difference && !(metadata.schema == state_->metadata().schema)) {
      auto as_it_was = DifferenceAs(metadata, before, after);
      return as_it_was ? as_it_was : difference;
    }
    return difference;
  }

  /// Rows of each file, by the path that the engine opens; files without such rows may be missing.
  Result<std::unordered_map<std::string, int64_t>> CountByFile(const Files& files) {
    const RegisteredScan scan = Scan(state_->metadata(), files);
    LIMNO_ASSIGN(const auto result, Query("SELECT filename, count(*) FROM " + scan.sql() +
                                          " WHERE " + condition_ + " GROUP BY filename"));
    std::unordered_map<std::string, int64_t> counts;
    for (idx_t row = 0; row < result->RowCount(); ++row) {
      counts[result->GetValue(0, row).ToString()] = result->GetValue(1, row).GetValue<int64_t>();
    }
    return counts;
  }

  /// kUsage for a condition that says nothing about rows of the table.
  Result<void> CheckCondition() {
    const RegisteredScan scan = Scan(state_->metadata(), {});
    const auto prepared =
        connection_.Prepare("SELECT count(*) FROM " + scan.sql() + " WHERE " + condition_);
    if (prepared->HasError()) {
      Error error = FromDuck(prepared->error);
      error.kind = ErrorKind::kUsage;
      return Fail(std::move(error));
    }
    return {};
  }

 private:
  using ResultPtr = duckdb::unique_ptr<duckdb::MaterializedQueryResult>;

  RegisteredScan Scan(const table::Metadata& metadata, const Files& files) {
    std::vector<ScanFile> scan_files;
    scan_files.reserve(files.size());
    for (const table::DataFilePtr& file : files) {
      scan_files.push_back({file, nullptr});
    }
    return RegisteredScan(connection_, state_, metadata, std::move(scan_files));
  }

  Result<ResultPtr> Query(const std::string& sql) {
    auto result = connection_.Query(sql);
    if (result->HasError()) {
      return Fail(FromDuck(result->GetErrorObject()));
    }
    return result;
  }

  Result<std::pair<int64_t, int64_t>> DifferenceAs(const table::Metadata& metadata,
                                                   const Files& before, const Files& after) {
    const RegisteredScan old_scan = Scan(metadata, before);
    const RegisteredScan new_scan = Scan(metadata, after);
    const std::string count = "SELECT count(*) FROM ";
    const std::string old_rows = old_scan.sql() + " WHERE " + condition_;
    const std::string new_rows = new_scan.sql() + " WHERE " + condition_;
    std::string sql;
    if (before.empty() || after.empty()) {
      sql = "SELECT (" + count + old_rows + "), (" + count + new_rows + ")";
    } else {
      sql = "WITH b AS MATERIALIZED (FROM " + old_rows + "), a AS MATERIALIZED (FROM " + new_rows +
            ") SELECT (" + count + "(FROM b EXCEPT ALL FROM a)), (" + count +
            "(FROM a EXCEPT ALL FROM b))";
    }
    LIMNO_ASSIGN(const ResultPtr result, Query(sql));
    return std::pair(result->GetValue(0, 0).GetValue<int64_t>(),
                     result->GetValue(1, 0).GetValue<int64_t>());
  }

  duckdb::Connection connection_;
  const std::shared_ptr<TableState> state_;
  const std::string condition_;
};

/// Adds and removes that leave every row as it is.
bool OnlyRearranges(const table::VersionFiles& version) {
  return !version.added.empty() &&
         std::none_of(version.added.begin(), version.added.end(),
                      [](const table::DataFilePtr& file) { return file->data_change; });
}

/// A file that is looked at for what its bytes hold.
struct Candidate {
  RetainedFile retained;
  /// Without its vector: deleted rows are there, too. nullptr if nothing is known of the file.
  table::DataFilePtr entry;
};

/// By FileKey of the path.
using Candidates = std::map<std::string, Candidate>;

table::DataFilePtr WithoutVector(const table::DataFile& file) {
  auto bare = std::make_shared<table::DataFile>(file);
  if (bare->deletion_vector) {
    bare->deletion_vector.reset();
    // They may leave deleted rows out of account.
    bare->statistics.clear();
  }
  return bare;
}

/// The files that versions name. Rows of old versions count as long as the file is kept.
Result<Candidates> FilesOfVersions(table::Table& table) {
  Candidates candidates;
  LIMNO_TRY(table.ForEachVersion([&](const table::VersionFiles& version) -> Result<void> {
    for (const table::DataFilePtr& file : version.removed) {
      Candidate& candidate = candidates[table::FileKey(file->path, std::nullopt)];
      candidate.retained.last_version = version.version - 1;
    }
    for (const table::DataFilePtr& file : version.added) {
      Candidate& candidate = candidates[table::FileKey(file->path, std::nullopt)];
      candidate.retained.path = file->path;
      if (!candidate.retained.first_version) {
        candidate.retained.first_version = version.version;
      }
      candidate.retained.last_version = std::nullopt;
      const bool masked = file->deletion_vector.has_value() ||
                          (candidate.entry != nullptr && candidate.entry->statistics.empty());
      auto entry = std::make_shared<table::DataFile>(*WithoutVector(*file));
      if (masked) {
        entry->statistics.clear();
      }
      candidate.entry = std::move(entry);
    }
    return {};
  }));
  return candidates;
}

/// An entry for a file that no version names, with partition values from its folders; nullptr if
/// those are not all there.
table::DataFilePtr EntryFromPath(const std::string& key, const table::Metadata& metadata) {
  auto entry = std::make_shared<table::DataFile>();
  entry->path = key;
  for (const std::string& column : metadata.partition_columns) {
    const table::Field* field = metadata.schema.Find(column);
    bool found = false;
    for (size_t begin = 0; begin < key.size();) {
      const size_t end = std::min(key.find('/', begin), key.size());
      const std::string_view segment = std::string_view(key).substr(begin, end - begin);
      const size_t equals = segment.find('=');
      if (equals != std::string_view::npos && segment.substr(0, equals) == column) {
        const std::string value =
            table::PercentDecode(segment.substr(equals + 1)).value_or(std::string());
        entry->partition_values.emplace_back(
            field == nullptr ? column : table::PhysicalName(*field),
            value == kNullFolder ? std::nullopt : std::optional(value));
        found = true;
        break;
      }
      begin = end + 1;
    }
    if (!found) {
      return nullptr;
    }
  }
  return entry;
}

/// Every Parquet file in the folder; keeps of `candidates` those that are there.
Result<Candidates> OnlyRetained(TableState& state, Candidates candidates) {
  Candidates retained;
  std::vector<std::string> keys;
  std::vector<std::string> nested_roots;
  storage::ListOptions options;
  while (true) {
    LIMNO_ASSIGN(const storage::ListPage page, state.table().store().List("", options));
    for (const storage::ObjectInfo& object : page.objects) {
      const size_t log = object.key.find(kNestedLog);
      if (log != std::string::npos) {
        nested_roots.push_back(object.key.substr(0, log + 1));
      } else if (object.key.ends_with(kParquet) && !object.key.starts_with(kLogFolder)) {
        keys.push_back(object.key);
      }
    }
    if (!page.truncated || page.objects.empty()) {
      break;
    }
    options.start_after = page.objects.back().key;
  }
  nested_roots.erase(std::unique(nested_roots.begin(), nested_roots.end()), nested_roots.end());
  for (const std::string& key : keys) {
    if (std::any_of(nested_roots.begin(), nested_roots.end(),
                    [&](const std::string& root) { return key.starts_with(root); })) {
      continue;
    }
    // Absolute paths may lead here.
    auto named = candidates.find(key);
    if (named == candidates.end()) {
      named = candidates.find(state.root() + key);
    }
    if (named != candidates.end()) {
      retained.emplace(key, std::move(named->second));
      candidates.erase(named);
    } else {
      Candidate unnamed;
      unnamed.retained.path = key;
      unnamed.entry = EntryFromPath(key, state.metadata());
      retained.emplace(key, std::move(unnamed));
    }
  }
  // Elsewhere: what the newest version has must be there.
  for (auto& [key, candidate] : candidates) {
    const bool is_current = candidate.retained.first_version && !candidate.retained.last_version;
    if (is_current && !storage::CheckKey(candidate.retained.path)) {
      retained.emplace(key, std::move(candidate));
    }
  }
  return retained;
}

/// Counts all at once, and each for itself if one of them cannot be read.
Result<void> CountRows(RowCounter& counter, const TableState& state, Candidates& candidates) {
  Files files;
  for (const auto& [key, candidate] : candidates) {
    // What no version names may not be a file of the table at all.
    if (candidate.entry != nullptr && candidate.retained.first_version) {
      files.push_back(candidate.entry);
    }
  }
  const auto all = counter.CountByFile(files);
  if (!all && all.error().kind == ErrorKind::kInterrupted) {
    return Fail(all.error());
  }
  for (auto& [key, candidate] : candidates) {
    if (candidate.entry == nullptr) {
      continue;
    }
    const std::string path = PathOf(state, candidate.entry->path);
    const auto count = [&](const std::unordered_map<std::string, int64_t>& counts) {
      const auto found = counts.find(path);
      candidate.retained.rows = found == counts.end() ? 0 : found->second;
    };
    if (all && candidate.retained.first_version) {
      count(*all);
    } else if (const auto alone = counter.CountByFile({candidate.entry})) {
      count(*alone);
    }
  }
  return {};
}

}  // namespace

Result<std::vector<RowEvent>> ReadRowHistory(duckdb::DatabaseInstance& database,
                                             const std::shared_ptr<TableState>& state,
                                             const std::string& condition) {
  return Fenced([&]() -> Result<std::vector<RowEvent>> {
    RowCounter counter(database, state, condition);
    LIMNO_TRY(counter.CheckCondition());
    std::vector<RowEvent> events;
    LIMNO_TRY(
        state->table().ForEachVersion([&](const table::VersionFiles& version) -> Result<void> {
          if (version.added.size() + version.removed.size() == 0 || OnlyRearranges(version)) {
            return {};
          }
          LIMNO_ASSIGN(const auto counts,
                       counter.CountDifference(version.removed, version.added, version.metadata));
          const int64_t changed = std::min(counts.first, counts.second);
          if (counts.first + counts.second > 0) {
            events.push_back({version.version, version.timestamp_millis, version.operation,
                              counts.second - changed, changed, counts.first - changed});
          }
          return {};
        }));
    return events;
  });
}

Result<std::vector<RetainedFile>> FindRetainedRows(duckdb::DatabaseInstance& database,
                                                   const std::shared_ptr<TableState>& state,
                                                   const std::string& condition) {
  return Fenced([&]() -> Result<std::vector<RetainedFile>> {
    RowCounter counter(database, state, condition);
    LIMNO_TRY(counter.CheckCondition());
    LIMNO_ASSIGN(Candidates named, FilesOfVersions(state->table()));
    LIMNO_ASSIGN(Candidates candidates, OnlyRetained(*state, std::move(named)));
    LIMNO_TRY(CountRows(counter, *state, candidates));
    LIMNO_ASSIGN(const auto current, counter.CountByFile(state->base()->files.ToVector()));
    std::vector<RetainedFile> files;
    for (auto& [key, candidate] : candidates) {
      const auto found = current.find(PathOf(*state, candidate.retained.path));
      candidate.retained.current_rows = found == current.end() ? 0 : found->second;
      files.push_back(std::move(candidate.retained));
    }
    return files;
  });
}

}  // namespace limno::engine
