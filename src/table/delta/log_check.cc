#include "table/delta/log_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "table/delta/action_json.h"
#include "table/delta/checkpoint_read.h"
#include "table/delta/log_listing.h"
#include "table/delta/log_path.h"
#include "table/delta/log_reader.h"
#include "table/delta/log_replay.h"
#include "table/delta/snapshot_difference.h"
#include "table/delta/version_checksum.h"

namespace limno::table::delta {
namespace {

/// The store's fault, not the log's: the examination ends.
bool IsFinal(ErrorKind kind) {
  return kind == ErrorKind::kUnavailable || kind == ErrorKind::kDenied ||
         kind == ErrorKind::kInterrupted || kind == ErrorKind::kInternal;
}

/// A compacted log that waits for the version it ends with.
struct Compaction {
  std::string key;
  int64_t end_version = 0;
  /// The version before it begins.
  DeltaSnapshotPtr before;
};

class LogCheck {
 public:
  explicit LogCheck(const Environment& environment)
      : environment_(environment),
        store_(*environment.store),
        reader_(store_, environment.parquet) {}

  Result<LogAccount> Run() {
    LIMNO_ASSIGN(listing_, ListLog(store_, 0));
    if (listing_.empty()) {
      return Fail(ErrorKind::kNotFound,
                  "there is no Delta table: its _delta_log folder has no version",
                  store_.Describe());
    }
    LIMNO_TRY(ListOtherFiles());
    FindHoles();
    LIMNO_TRY(ReadVersions());
    LIMNO_TRY(CheckHint());
    return std::move(account_);
  }

 private:
  void Report(std::string problem, Severity severity, std::string path, std::string detail,
              std::string advice, Remedy remedy = Remedy::kNone) {
    account_.findings.push_back({std::move(problem), severity, std::move(path), std::move(detail),
                                 std::move(advice), remedy});
  }

  Result<void> ListOtherFiles();
  void FindHoles();
  void OnlyOldVersions();
  Result<void> ReadVersions();
  Result<bool> ReadFrom(const LogSegment& segment);
  Result<bool> ReadCommits(const LogSegment& segment, DeltaSnapshotPtr snapshot,
                           int64_t started_at);
  Result<DeltaSnapshotPtr> ReadNext(const ListedCommit& listed, const DeltaSnapshot& before,
                                    LogReplay& beginning);
  Result<DeltaSnapshotPtr> ReadOneCheckpoint(const ListedCheckpoint& checkpoint);
  Result<void> CheckVersion(const DeltaSnapshotPtr& snapshot, int64_t started_at);
  Result<void> CheckCheckpoint(const ListedCheckpoint& checkpoint, const DeltaSnapshot& snapshot);
  Result<void> CheckChecksum(const DeltaSnapshot& snapshot);
  Result<void> CheckCompactions(const DeltaSnapshot& snapshot);
  void CheckTime(const DeltaSnapshot& before, const DeltaSnapshot& after,
                 const std::vector<Action>& actions);
  Result<void> CheckHint();

  const Environment& environment_;
  storage::ObjectStore& store_;
  LogReader reader_;
  LogListing listing_;
  std::map<int64_t, std::string> checksums_;
  /// By the first version in them.
  std::multimap<int64_t, Compaction> compactions_;
  /// Those whose first version was read.
  std::vector<Compaction> pending_;
  LogAccount account_;
};

Result<void> LogCheck::ListOtherFiles() {
  storage::ListOptions options;
  while (true) {
    LIMNO_ASSIGN(const storage::ListPage page, store_.List(kLogFolder, options));
    for (const storage::ObjectInfo& object : page.objects) {
      const std::string_view name = std::string_view(object.key).substr(kLogFolder.size());
      const std::optional<LogFileName> parsed = ParseLogKey(object.key);
      if (!parsed) {
        const size_t digits = name.find_first_not_of("0123456789");
        if (digits > 0 && digits != std::string_view::npos && name.substr(digits) == ".json") {
          Report("commit_name", Severity::kError, object.key,
                 "the name is that of a commit, but not of 20 digits: some engines take it for a "
                 "version, others do not",
                 "move the file out of the folder");
        }
      } else if (parsed->kind == LogFileKind::kChecksum) {
        checksums_[parsed->version] = object.key;
      } else if (parsed->kind == LogFileKind::kCompacted) {
        compactions_.emplace(parsed->version, Compaction{object.key, parsed->end_version, nullptr});
      }
    }
    if (!page.truncated || page.objects.empty()) {
      return {};
    }
    options.start_after = page.objects.back().key;
  }
}

void LogCheck::FindHoles() {
  for (size_t index = 1; index < listing_.commits.size(); ++index) {
    const int64_t first = listing_.commits[index - 1].version + 1;
    const int64_t next = listing_.commits[index].version;
    if (first < next) {
      Report("commit_missing", Severity::kWarning, CommitKey(first),
             next - first == 1
                 ? fmt::format("version {} is missing between others", first)
                 : fmt::format("versions {} to {} are missing between others", first, next - 1),
             "restore the files from a backup; until then these versions cannot be read");
    }
  }
  const int64_t newest = listing_.NewestVersion();
  if (listing_.FindCommit(newest) == nullptr) {
    Report("commit_missing", Severity::kNote, CommitKey(newest),
           "the newest version has a checkpoint but no commit: Spark does not open the table until "
           "another version follows",
           "any commit will do, by an engine that reads the table");
  }
}

/// From as far back as the log reaches; where that way ends, from the next checkpoint.
Result<void> LogCheck::ReadVersions() {
  std::vector<LogSegment> segments = listing_.SegmentsFor(listing_.NewestVersion());
  // What compacted files say is compared with the commits, not believed.
  std::erase_if(segments, [](const LogSegment& segment) { return !segment.compactions.empty(); });
  std::reverse(segments.begin(), segments.end());
  int64_t read_up_to = -1;
  for (const LogSegment& segment : segments) {
    const int64_t starts_at = segment.checkpoint ? segment.checkpoint->version : 0;
    if (account_.newest != nullptr && account_.newest->version >= starts_at) {
      continue;
    }
    LIMNO_ASSIGN(const bool arrived, ReadFrom(segment));
    if (arrived) {
      OnlyOldVersions();
      return {};
    }
    read_up_to = account_.newest == nullptr ? -1 : account_.newest->version;
  }
  if (segments.empty()) {
    const int64_t newest = listing_.NewestVersion();
    const int64_t gap = listing_.FirstGapBefore(newest).value_or(newest);
    Report("log_unreadable", Severity::kError, CommitKey(gap),
           fmt::format("version {} is missing, and no complete checkpoint follows", gap),
           "restore the file from a backup");
  } else {
    Report("log_unreadable", Severity::kError, CommitKey(read_up_to + 1),
           fmt::format("no way through the log leads to version {}", listing_.NewestVersion()),
           "restore the damaged files from a backup");
  }
  account_.newest = nullptr;
  return {};
}

/// What was met on the way to the newest version stands in the way of older ones only.
void LogCheck::OnlyOldVersions() {
  for (Finding& finding : account_.findings) {
    if (finding.problem == "commit_damaged" || finding.problem == "checkpoint_damaged") {
      finding.severity = Severity::kWarning;
    }
  }
}

/// True if the newest version was reached.
Result<bool> LogCheck::ReadFrom(const LogSegment& segment) {
  DeltaSnapshotPtr snapshot = std::make_shared<const DeltaSnapshot>();
  pending_.clear();
  int64_t started_at = -1;
  if (segment.checkpoint) {
    Result<DeltaSnapshotPtr> read = ReadOneCheckpoint(*segment.checkpoint);
    if (!read) {
      if (IsFinal(read.error().kind)) {
        return Fail(std::move(read).error());
      }
      Report("checkpoint_damaged", Severity::kError, segment.checkpoint->keys.front(),
             read.error().message, "restore the file from a backup: older commits are gone");
      return false;
    }
    snapshot = *std::move(read);
    started_at = snapshot->version;
    account_.mentioned.Add(*snapshot);
    account_.newest = snapshot;
    LIMNO_TRY(CheckVersion(snapshot, started_at));
  }
  return ReadCommits(segment, std::move(snapshot), started_at);
}

Result<bool> LogCheck::ReadCommits(const LogSegment& segment, DeltaSnapshotPtr snapshot,
                                   int64_t started_at) {
  LogReplay beginning{DeltaSnapshot()};
  for (const ListedCommit& listed : segment.commits) {
    for (auto [each, end] = compactions_.equal_range(listed.version); each != end; ++each) {
      pending_.push_back(each->second);
      pending_.back().before = snapshot;
    }
    Result<DeltaSnapshotPtr> next = ReadNext(listed, *snapshot, beginning);
    if (next && *next == nullptr && listed.version == segment.version) {
      next = beginning.Finish(CommitKey(listed.version));
    }
    if (!next) {
      Error error = std::move(next).error();
      if (IsFinal(error.kind)) {
        return Fail(std::move(error));
      }
      Report("commit_damaged", Severity::kError,
             error.where.empty() ? CommitKey(listed.version) : error.where, error.message,
             "restore the file from a backup");
      return false;
    }
    ++account_.versions_read;
    if (*next != nullptr) {
      snapshot = *std::move(next);
      account_.newest = snapshot;
      LIMNO_TRY(CheckVersion(snapshot, started_at));
    }
  }
  return true;
}

/// The version after `before`. A table begins once both its protocol and its metadata are there: up
/// to then versions gather in `beginning`, and nullptr is returned.
Result<DeltaSnapshotPtr> LogCheck::ReadNext(const ListedCommit& listed, const DeltaSnapshot& before,
                                            LogReplay& beginning) {
  const std::string key = CommitKey(listed.version);
  LIMNO_ASSIGN(std::optional<ReadCommit> commit, reader_.ReadVersion(listed.version, false));
  if (!commit) {
    return Fail(ErrorKind::kCorrupt, "the commit went away", key);
  }
  const std::vector<Action>& actions = commit->actions;
  DeltaSnapshotPtr next;
  if (before.version >= 0) {
    LIMNO_ASSIGN(next, ApplyCommit(before, listed.version, listed.modified_millis, actions, key));
    CheckTime(before, *next, actions);
  } else {
    LIMNO_TRY(beginning.ApplyCommit(listed.version, listed.modified_millis, actions, key));
    if (beginning.is_defined()) {
      LIMNO_ASSIGN(next, beginning.Finish(key));
      CheckTime(before, *next, actions);
    }
  }
  account_.mentioned.Add(actions);
  return next;
}

Result<DeltaSnapshotPtr> LogCheck::ReadOneCheckpoint(const ListedCheckpoint& checkpoint) {
  LogReplay replay{DeltaSnapshot()};
  LIMNO_TRY(
      ReadCheckpoint(store_, environment_.parquet, checkpoint, [&](std::vector<Action> actions) {
        return replay.ApplyCheckpoint(checkpoint.version, checkpoint.modified_millis,
                                      std::move(actions), checkpoint.keys.front());
      }));
  return replay.Finish(checkpoint.keys.front());
}

Result<void> LogCheck::CheckVersion(const DeltaSnapshotPtr& snapshot, int64_t started_at) {
  if (snapshot->version != started_at) {
    for (const ListedCheckpoint& checkpoint : listing_.checkpoints) {
      if (checkpoint.version == snapshot->version) {
        LIMNO_TRY(CheckCheckpoint(checkpoint, *snapshot));
      }
    }
    LIMNO_TRY(CheckCompactions(*snapshot));
  }
  return CheckChecksum(*snapshot);
}

Result<void> LogCheck::CheckCheckpoint(const ListedCheckpoint& checkpoint,
                                       const DeltaSnapshot& snapshot) {
  const Result<DeltaSnapshotPtr> copy = ReadOneCheckpoint(checkpoint);
  const std::string& key = checkpoint.keys.front();
  if (!copy) {
    if (IsFinal(copy.error().kind)) {
      return Fail(copy.error());
    }
    Report("checkpoint_damaged", Severity::kWarning, key,
           copy.error().message + "; the commits say the same, but not every engine asks them",
           "it is deleted, and a checkpoint of the newest version is written",
           Remedy::kRewriteLogFile);
    return {};
  }
  const std::vector<std::string> differences = Differences(snapshot, **copy);
  if (!differences.empty()) {
    Report("checkpoint_differs", Severity::kError, key,
           fmt::format("it does not say what the commits say: {}", fmt::join(differences, "; ")),
           "it is deleted, and a checkpoint of the newest version is written",
           Remedy::kRewriteLogFile);
  }
  return {};
}

Result<void> LogCheck::CheckChecksum(const DeltaSnapshot& snapshot) {
  const auto found = checksums_.find(snapshot.version);
  if (found == checksums_.end()) {
    return {};
  }
  const std::string& key = found->second;
  LIMNO_ASSIGN(const std::string text, store_.Read(key));
  const Result<VersionChecksum> checksum = ParseChecksum(text, key);
  const std::vector<std::string> differences =
      checksum ? ChecksumDifferences(snapshot, *checksum) : std::vector<std::string>();
  if (!checksum || !differences.empty()) {
    Report("checksum_differs", Severity::kWarning, key,
           checksum ? fmt::format("the checksum of version {} does not say what the log says: {}",
                                  snapshot.version, fmt::join(differences, "; "))
                    : "it cannot be read: " + checksum.error().message,
           "it is deleted: checksums are optional", Remedy::kRewriteLogFile);
  }
  return {};
}

Result<void> LogCheck::CheckCompactions(const DeltaSnapshot& snapshot) {
  for (const Compaction& compaction : pending_) {
    if (compaction.end_version != snapshot.version) {
      continue;
    }
    LIMNO_ASSIGN(const std::string text, store_.Read(compaction.key));
    Result<std::vector<Action>> actions = ParseActions(text, compaction.key);
    std::string detail;
    if (!actions) {
      detail = "it cannot be read: " + actions.error().message;
    } else {
      const Result<DeltaSnapshotPtr> copy =
          ApplyCommit(*compaction.before, compaction.before->version + 1, snapshot.timestamp_millis,
                      *std::move(actions), compaction.key);
      const std::vector<std::string> differences =
          copy ? Differences(snapshot, **copy) : std::vector<std::string>{copy.error().message};
      if (!differences.empty()) {
        detail =
            fmt::format("it does not say what its commits say: {}", fmt::join(differences, "; "));
      }
    }
    if (!detail.empty()) {
      Report("compacted_log_differs", Severity::kError, compaction.key, detail,
             "it is deleted: the commits are there", Remedy::kRewriteLogFile);
    }
  }
  return {};
}

void LogCheck::CheckTime(const DeltaSnapshot& before, const DeltaSnapshot& after,
                         const std::vector<Action>& actions) {
  if (!UsesInCommitTimestamps(after.metadata)) {
    return;
  }
  const bool first = !actions.empty() && std::holds_alternative<CommitInfo>(actions.front());
  const auto time = InCommitTimestamp(actions);
  if (!time || !first) {
    Report("commit_time", Severity::kError, CommitKey(after.version),
           time ? "its time is not in the first line"
                : "it does not say its time, as the table demands",
           "engines refuse to write on, or show a wrong history: restore the commit");
  } else if (before.version >= 0 && UsesInCommitTimestamps(before.metadata) &&
             *time <= before.timestamp_millis) {
    Report("commit_time", Severity::kWarning, CommitKey(after.version),
           "it says that it came before its predecessor", "travel by version instead of time");
  }
}

Result<void> LogCheck::CheckHint() {
  const Result<std::string> text = store_.Read(kLastCheckpointKey);
  if (!text) {
    return text.error().kind == ErrorKind::kNotFound ? Result<void>() : Fail(text.error());
  }
  const nlohmann::json hint = nlohmann::json::parse(*text, nullptr, false);
  const auto version = hint.is_object() ? hint.find("version") : hint.end();
  if (version == hint.end() || !version->is_number_integer()) {
    return {};  // Every engine does without.
  }
  const int64_t newest = listing_.checkpoints.empty() ? -1 : listing_.checkpoints.back().version;
  if (version->get<int64_t>() > newest) {
    Report(
        "last_checkpoint", Severity::kError, std::string(kLastCheckpointKey),
        fmt::format("it names a checkpoint of version {}, {}: some engines do not open the table",
                    version->get<int64_t>(),
                    newest < 0 ? "and there is none"
                               : fmt::format("and the newest is of version {}", newest)),
        "it is deleted: the next checkpoint writes it anew", Remedy::kRewriteLogFile);
    return {};
  }
  const auto parts = hint.find("parts");
  for (const ListedCheckpoint& checkpoint : listing_.checkpoints) {
    if (checkpoint.version == version->get<int64_t>() && parts != hint.end() &&
        parts->is_number_integer() &&
        parts->get<int64_t>() != static_cast<int64_t>(checkpoint.keys.size())) {
      Report("last_checkpoint", Severity::kWarning, std::string(kLastCheckpointKey),
             fmt::format("it says that the checkpoint has {} parts, and it has {}",
                         parts->get<int64_t>(), checkpoint.keys.size()),
             "it is deleted: the next checkpoint writes it anew", Remedy::kRewriteLogFile);
    }
  }
  return {};
}

}  // namespace

Result<LogAccount> CheckLog(const Environment& environment) { return LogCheck(environment).Run(); }

}  // namespace limno::table::delta
