#include "simulation/reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "table/delta/log_path.h"

namespace limno::simulation {

Result<table::SnapshotPtr> Reading::Latest() {
  const int64_t known = lake_.ledger.acknowledged_version();
  Result<table::SnapshotPtr> latest = table_.Latest();
  lake_.auditor.CatchUp();
  if (lake_.verdict.ended()) {
    throw Crash{};
  }
  if (!latest) {
    CheckFailure("the newest version", lake_.ledger.newest_version(), latest.error());
    return latest;
  }
  lake_.schedule.Note(fmt::format("reads version {}", (*latest)->version));
  Compare(**latest, "the newest version");
  if ((*latest)->version < known && lake_.options.faults.stale_list == 0) {
    lake_.verdict.Fail(
        fmt::format("{} is shown version {} as the newest after version {} was "
                    "acknowledged",
                    lake_.schedule.current_name(), (*latest)->version, known));
  }
  return latest;
}

void Reading::Any(const table::Snapshot& latest, base::Random& random) {
  switch (random.Below(6)) {
    case 0: {
      const auto fresh = table::delta::OpenTable(environment_);
      lake_.counters.Count("version read by a fresh reader");
      return Version(*fresh,
                     static_cast<int64_t>(random.Below(static_cast<uint64_t>(latest.version) + 1)));
    }
    case 1:
      lake_.counters.Count("version read");
      return Version(table_,
                     static_cast<int64_t>(random.Below(static_cast<uint64_t>(latest.version) + 1)));
    case 2:
      return Time(latest, random);
    case 3:
      return History();
    case 4:
      return FilesAdded(latest, random);
    default:
      return CompareRows(table_, latest);
  }
}

bool Reading::HasCommit(int64_t version) {
  return lake_.bottom->Head(table::delta::CommitKey(version)).has_value();
}

void Reading::CheckFailure(const std::string& what, int64_t version, const Error& error) {
  lake_.schedule.Note(fmt::format("{}: {}", what, error.ToString()));
  // A listing that is behind the log looks like a log with gaps or without a table.
  const bool list_is_behind = lake_.options.faults.stale_list > 0;
  const bool may_fail = error.kind == ErrorKind::kUnavailable || list_is_behind || version < 0 ||
                        !lake_.auditor.IsReadable(version);
  lake_.counters.Count("read failed");
  if (!may_fail) {
    lake_.verdict.Fail(fmt::format("{}: {} (version {}) cannot be read: {}",
                                   lake_.schedule.current_name(), what, version, error.ToString()));
  }
}

void Reading::Version(table::Table& table, int64_t version) {
  const Result<table::SnapshotPtr> snapshot = table.AtVersion(version);
  if (!snapshot) {
    return CheckFailure("an earlier version", version, snapshot.error());
  }
  if ((*snapshot)->version != version) {
    return lake_.verdict.Fail(
        fmt::format("asked for version {}, shown {}", version, (*snapshot)->version));
  }
  Compare(**snapshot, "an earlier version");
  CompareRows(table, **snapshot);
}

void Reading::Time(const table::Snapshot& latest, base::Random& random) {
  const auto version =
      static_cast<int64_t>(random.Below(static_cast<uint64_t>(latest.version) + 1));
  const VersionState& state = lake_.ledger.version(version);
  const Result<table::SnapshotPtr> snapshot = table_.AtTimestamp(state.timestamp_millis);
  if (!snapshot) {
    // Commits tell the times; checkpoints do not.
    return HasCommit(version) ? CheckFailure("a version by time", version, snapshot.error())
                              : lake_.counters.Count("time cleaned up");
  }
  lake_.counters.Count("version read by time");
  Compare(**snapshot, "a version by time");
  // Times of commits are adjusted within what is left of the log.
  const bool is_exact = lake_.options.longest_skew_millis == 0 && !lake_.options.cleans_log &&
                        lake_.options.faults.stale_list == 0;
  if (is_exact && (*snapshot)->version != version) {
    lake_.verdict.Fail(fmt::format("as of the time of version {} version {} is shown", version,
                                   (*snapshot)->version));
  }
}

void Reading::History() {
  const int64_t known = lake_.ledger.acknowledged_version();
  const Result<std::vector<table::HistoryEntry>> history = table_.History(std::nullopt);
  if (!history) {
    return CheckFailure("the history", lake_.ledger.newest_version(), history.error());
  }
  lake_.counters.Count("history read");
  lake_.auditor.CatchUp();
  if (lake_.verdict.ended()) {
    return;
  }
  const bool is_exact = lake_.options.faults.stale_list == 0;
  if (is_exact && (history->empty() || history->front().version < known)) {
    return lake_.verdict.Fail(fmt::format("the history ends before version {}", known));
  }
  for (size_t index = 0; index < history->size(); ++index) {
    const table::HistoryEntry& entry = (*history)[index];
    const int attempt = Ledger::NumberOf(entry.user_metadata.value_or(""));
    if (attempt != lake_.ledger.version(entry.version).attempt) {
      lake_.verdict.Fail(
          fmt::format("the history has attempt {} as version {}", attempt, entry.version));
    }
    if (index > 0 && is_exact && !lake_.options.cleans_log &&
        (*history)[index - 1].version != entry.version + 1) {
      lake_.verdict.Fail(fmt::format("the history leaves out version {}", entry.version + 1));
    }
    if (index > 0 && is_exact && !lake_.options.cleans_log &&
        (*history)[index - 1].timestamp_millis <= entry.timestamp_millis) {
      lake_.verdict.Fail(fmt::format("in the history version {} is not later than the one before",
                                     (*history)[index - 1].version));
    }
  }
}

/// Rows that were nowhere before and are there at the end are in the files that came.
void Reading::FilesAdded(const table::Snapshot& latest, base::Random& random) {
  const auto after = static_cast<int64_t>(random.Below(static_cast<uint64_t>(latest.version) + 1));
  const int64_t upto =
      after + static_cast<int64_t>(random.Below(static_cast<uint64_t>(latest.version - after) + 1));
  const Result<std::vector<table::DataFilePtr>> files = table_.FilesAddedBetween(after, upto);
  if (!files) {
    for (int64_t version = after + 1; version <= upto; ++version) {
      if (!HasCommit(version)) {
        return lake_.counters.Count("files added cleaned up");
      }
    }
    return CheckFailure("the files of some versions", latest.version, files.error());
  }
  std::set<Row> found;
  // A copy: while this reads, others commit.
  const std::vector<Row> there = lake_.ledger.version(upto).rows;
  std::vector<Row> wrong;
  for (const table::DataFilePtr& file : *files) {
    const Result<std::vector<Row>> rows = RowsOf(table_, *file);
    if (!rows) {
      return;
    }
    std::copy_if(rows->begin(), rows->end(), std::back_inserter(wrong), [&](const Row row) {
      return !found.insert(row).second || !std::binary_search(there.begin(), there.end(), row);
    });
  }
  if (!wrong.empty()) {
    lake_.verdict.Fail(
        fmt::format("the files that versions {} to {} added hold rows {} twice or "
                    "though they are gone",
                    after + 1, upto, Text(wrong)));
  }
  std::set<Row> old;
  for (int64_t version = 0; version <= after; ++version) {
    const VersionState& state = lake_.ledger.version(version);
    old.insert(state.rows.begin(), state.rows.end());
  }
  lake_.counters.Count("files added read");
  std::vector<Row> lost;
  for (const Row row : there) {
    if (old.count(row) == 0 && found.count(row) == 0) {
      lost.push_back(row);
    }
  }
  if (!lost.empty()) {
    lake_.verdict.Fail(fmt::format("the files that versions {} to {} added lack rows {}", after + 1,
                                   upto, Text(lost)));
  }
}

void Reading::Compare(const table::Snapshot& snapshot, const std::string& what) {
  lake_.auditor.CatchUp();
  if (lake_.verdict.failed() || lake_.verdict.ended()) {
    return;
  }
  if (snapshot.version > lake_.ledger.newest_version()) {
    return lake_.verdict.Fail(
        fmt::format("{}: version {} is shown, and is not in the log", what, snapshot.version));
  }
  const VersionState& state = lake_.ledger.version(snapshot.version);
  std::vector<std::string> keys;
  for (const table::DataFilePtr& file : snapshot.files.ToVector()) {
    keys.push_back(file->Key());
  }
  std::sort(keys.begin(), keys.end());
  // Where a commit was cleaned up, or could not be looked at, its time is a guess.
  const bool has_time = lake_.options.longest_skew_millis == 0 &&
                        lake_.options.faults.error_before == 0 &&
                        lake_.options.faults.stale_list == 0 && HasCommit(snapshot.version);
  const char* difference = nullptr;
  if (keys != state.file_keys || keys.size() != snapshot.files.size()) {
    difference = "files";
  } else if (snapshot.app_transactions != state.batches) {
    difference = "application transactions";
  } else if (snapshot.metadata.properties != state.properties) {
    difference = "properties";
  } else if (has_time && snapshot.timestamp_millis != state.timestamp_millis) {
    difference = "time";
  }
  if (difference != nullptr) {
    lake_.verdict.Fail(fmt::format("{}: {} is shown version {} with wrong {}", what,
                                   lake_.schedule.current_name(), snapshot.version, difference));
  }
}

Result<std::vector<Row>> Reading::RowsOf(table::Table& table, const table::DataFile& file) {
  LIMNO_ASSIGN(const std::string bytes, lake_.bottom->Read(file.path));
  std::vector<Row> rows = ParseRows(bytes);
  if (!file.deletion_vector) {
    return rows;
  }
  LIMNO_ASSIGN(const table::RowSet deleted, table.ReadDeletionVector(*file.deletion_vector));
  std::vector<Row> visible;
  for (size_t index = 0; index < rows.size(); ++index) {
    if (!deleted.Contains(index)) {
      visible.push_back(rows[index]);
    }
  }
  return visible;
}

void Reading::CompareRows(table::Table& table, const table::Snapshot& snapshot) {
  std::vector<Row> rows;
  for (const table::DataFilePtr& file : snapshot.files.ToVector()) {
    const Result<std::vector<Row>> visible = RowsOf(table, *file);
    if (!visible) {
      if (visible.error().kind != ErrorKind::kUnavailable &&
          lake_.auditor.HasItsFiles(snapshot.version)) {
        lake_.verdict.Fail(fmt::format("a file of version {} cannot be read: {}", snapshot.version,
                                       visible.error().ToString()));
      }
      return;
    }
    rows.insert(rows.end(), visible->begin(), visible->end());
  }
  std::sort(rows.begin(), rows.end());
  lake_.counters.Count("rows read");
  if (rows != lake_.ledger.version(snapshot.version).rows) {
    lake_.verdict.Fail(fmt::format("the rows of version {} are read as {}, expected {}",
                                   snapshot.version, Text(rows),
                                   Text(lake_.ledger.version(snapshot.version).rows)));
  }
}

}  // namespace limno::simulation
