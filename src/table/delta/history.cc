#include "table/delta/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "table/delta/added_files.h"
#include "table/delta/commit_actions.h"
#include "table/delta/commit_info.h"
#include "table/delta/commit_times.h"
#include "table/delta/log_path.h"
#include "table/delta/log_replay.h"

namespace limno::table::delta {
namespace {

HistoryEntry EntryOf(CommitInfo info, int64_t version) {
  HistoryEntry entry;
  entry.version = version;
  entry.operation = std::move(info.operation);
  entry.parameters = std::move(info.operation_parameters);
  entry.metrics = std::move(info.operation_metrics);
  entry.user_metadata = std::move(info.user_metadata);
  entry.engine_info = std::move(info.engine_info);
  entry.read_version = info.read_version;
  entry.isolation_level = std::move(info.isolation_level);
  entry.is_blind_append = info.is_blind_append;
  entry.origin = std::move(info.origin);
  return entry;
}

VersionFiles WithVersion(VersionFiles files, const DeltaSnapshot& snapshot,
                         const CommitInfo& info) {
  files.version = snapshot.version;
  files.timestamp_millis = snapshot.timestamp_millis;
  files.operation = info.operation;
  files.metadata = snapshot.metadata;
  return files;
}

/// A file that is added as it is there already (with new statistics) is no change.
VersionFiles FilesOf(const DeltaSnapshot& before, const DeltaSnapshot& after,
                     const std::vector<std::string>& changed_keys) {
  VersionFiles files;
  for (const std::string& key : changed_keys) {
    DataFilePtr old = before.files.Find(key);
    DataFilePtr now = after.files.Find(key);
    if (old == nullptr && now != nullptr) {
      files.added.push_back(std::move(now));
    } else if (old != nullptr && now == nullptr) {
      files.removed.push_back(std::move(old));
    }
  }
  return files;
}

std::vector<std::string> ChangedKeys(const std::vector<Action>& actions) {
  std::vector<std::string> keys;
  for (const Action& action : actions) {
    if (const auto* add = std::get_if<Add>(&action)) {
      keys.push_back(add->file.Key());
    } else if (const auto* remove = std::get_if<Remove>(&action)) {
      keys.push_back(remove->Key());
    }
  }
  return keys;
}

}  // namespace

Result<std::vector<HistoryEntry>> ReadHistory(storage::ObjectStore& store, const Snapshot& newest,
                                              std::optional<int64_t> limit) {
  LIMNO_ASSIGN(const LogListing listing, ListLog(store, 0));
  const CommitTimes times(listing, newest.metadata);
  std::vector<HistoryEntry> entries;
  for (size_t index = listing.commits.size(); index-- > 0;) {
    const int64_t version = listing.commits[index].version;
    if (version > newest.version) {
      continue;
    }
    if (limit && static_cast<int64_t>(entries.size()) >= *limit) {
      break;
    }
    if (!entries.empty() && entries.back().version != version + 1) {
      // Log cleanup has begun and left off here; what lies before it is as good as gone.
      break;
    }
    Result<CommitInfo> info = ReadCommitInfo(store, version);
    if (!info && info.error().kind == ErrorKind::kNotFound && !entries.empty()) {
      // Cleaned up since it was listed, and so is what lies before it.
      break;
    }
    LIMNO_TRY(info);
    const base::UnixMillis time = times.Of(version, &*info);
    entries.push_back(EntryOf(*std::move(info), version));
    entries.back().timestamp_millis = time;
  }
  return entries;
}

Result<std::vector<DataFilePtr>> ReadFilesAdded(LogReader& reader, int64_t after, int64_t upto) {
  AddedFiles files;
  for (int64_t version = after + 1; version <= upto; ++version) {
    LIMNO_ASSIGN(const std::optional<ReadCommit> commit, reader.ReadVersion(version, false));
    if (!commit) {
      return Fail(
          ErrorKind::kNotFound,
          fmt::format("what versions {} to {} added cannot be told: the log no longer holds "
                      "version {}",
                      after + 1, upto, version),
          CommitKey(version), "process the table as a whole again");
    }
    files.Apply(commit->actions);
  }
  return files.Take();
}

Result<void> VisitVersions(storage::ObjectStore& store, LogReader& reader,
                           const std::function<Result<void>(const VersionFiles&)>& visit) {
  LIMNO_ASSIGN(const LogListing listing, ListLog(store, 0));
  std::optional<int64_t> oldest = listing.OldestReadableVersion();
  if (!oldest) {
    return Fail(ErrorKind::kCorrupt, "no version of the log can be read", store.Describe(),
                "FSCK TABLE says why");
  }
  Result<DeltaSnapshotPtr> loaded = reader.LoadVersion(*oldest);
  // The first versions of some tables do not have everything that a table needs.
  while (!loaded && loaded.error().kind == ErrorKind::kCorrupt &&
         *oldest < listing.NewestVersion()) {
    loaded = reader.LoadVersion(++*oldest);
  }
  LIMNO_ASSIGN(DeltaSnapshotPtr snapshot, std::move(loaded));
  VersionFiles first;
  first.added = snapshot->files.ToVector();
  LIMNO_ASSIGN(const CommitInfo oldest_info, listing.FindCommit(*oldest) == nullptr
                                                 ? Result<CommitInfo>(CommitInfo())
                                                 : ReadCommitInfo(store, *oldest));
  LIMNO_TRY(visit(WithVersion(std::move(first), *snapshot, oldest_info)));
  for (int64_t version = *oldest + 1;; ++version) {
    const ListedCommit* listed = listing.FindCommit(version);
    LIMNO_ASSIGN(std::optional<ReadCommit> commit, reader.ReadVersion(version, listed == nullptr));
    if (!commit) {
      return {};
    }
    const std::vector<std::string> keys = ChangedKeys(commit->actions);
    const CommitInfo* info = FindCommitInfo(commit->actions);
    const CommitInfo told = info == nullptr ? CommitInfo() : *info;
    const DeltaSnapshotPtr before = snapshot;
    LIMNO_ASSIGN(snapshot,
                 ApplyCommit(*before, version,
                             listed == nullptr ? commit->modified_millis : listed->modified_millis,
                             std::move(commit->actions), CommitKey(version)));
    VersionFiles files = FilesOf(*before, *snapshot, keys);
    LIMNO_TRY(visit(WithVersion(std::move(files), *snapshot, told)));
  }
}

}  // namespace limno::table::delta
