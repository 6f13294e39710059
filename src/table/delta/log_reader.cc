#include "table/delta/log_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "table/delta/action_json.h"
#include "table/delta/checkpoint_read.h"
#include "table/delta/last_checkpoint.h"
#include "table/delta/log_path.h"
#include "table/delta/log_replay.h"
#include "table/delta/protocol.h"

namespace limno::table::delta {
namespace {

/// As far back a checkpoint is looked for before the log is listed further.
constexpr int64_t kNearVersions = 100;

/// The same answer would come from any other way through the log, or it is not the log's fault.
bool IsFinal(ErrorKind kind) {
  return kind == ErrorKind::kUnavailable || kind == ErrorKind::kDenied ||
         kind == ErrorKind::kInterrupted || kind == ErrorKind::kInternal;
}

tl::unexpected<Error> NoTable(storage::ObjectStore& store) {
  return Fail(ErrorKind::kNotFound, "there is no Delta table: its _delta_log folder has no version",
              store.Describe());
}

tl::unexpected<Error> Gap(const LogListing& listing, int64_t version) {
  const int64_t gap = listing.FirstGapBefore(version).value_or(version);
  return Fail(ErrorKind::kCorrupt,
              fmt::format("the log has a gap: version {} is missing, but {} is there", gap,
                          listing.NewestVersion()),
              CommitKey(gap), "restore the missing file from a backup");
}

/// When the version of the segment's checkpoint was committed; 0 if nothing tells. The checkpoint's
/// own time is later, maybe later than that of the commits after it.
base::UnixMillis CheckpointedTime(const LogListing& listing, const LogSegment& segment) {
  if (const ListedCommit* commit = listing.FindCommit(segment.checkpoint->version)) {
    return commit->modified_millis;
  }
  return segment.commits.empty() ? segment.checkpoint->modified_millis : 0;
}

/// No writer makes a commit of nothing; file systems that lose power do. To go on without what it
/// said would be to read, and then to build upon, a table that never was.
Result<std::vector<Action>> ParseCommit(std::string_view text, const std::string& key) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return Fail(ErrorKind::kCorrupt, "this part of the log is empty", key,
                "restore it from a backup");
  }
  return ParseActions(text, key);
}

}  // namespace

Result<std::optional<ReadCommit>> LogReader::ReadVersion(int64_t version, bool with_time) {
  const std::string key = CommitKey(version);
  Result<std::string> text = store_.Read(key);
  if (!text) {
    if (text.error().kind == ErrorKind::kNotFound) {
      return std::nullopt;
    }
    return Fail(std::move(text).error());
  }
  ReadCommit commit;
  commit.version = version;
  LIMNO_ASSIGN(commit.actions, ParseCommit(*text, key));
  if (with_time) {
    const Result<storage::ObjectInfo> info = store_.Head(key);
    if (!info && info.error().kind == ErrorKind::kNotFound) {
      // Cleaned up this very moment.
      return std::nullopt;
    }
    LIMNO_TRY(info);
    commit.modified_millis = info->modified_millis;
  }
  return commit;
}

std::optional<VersionChecksum> LogReader::ReadChecksum(int64_t version) {
  const std::string key = ChecksumKey(version);
  const Result<std::string> text = store_.Read(key);
  Result<VersionChecksum> checksum =
      text ? ParseChecksum(*text, key) : Result<VersionChecksum>(Fail(text.error()));
  return checksum ? std::optional(*std::move(checksum)) : std::nullopt;
}

Result<void> LogReader::ReplayCheckpoint(const LogListing& listing, const LogSegment& segment,
                                         LogReplay& replay) {
  const ListedCheckpoint& checkpoint = *segment.checkpoint;
  const base::UnixMillis time = CheckpointedTime(listing, segment);
  return ReadCheckpoint(store_, parquet_, checkpoint, [&](std::vector<Action> actions) {
    return replay.ApplyCheckpoint(checkpoint.version, time, std::move(actions),
                                  checkpoint.keys.front());
  });
}

Result<void> LogReader::ReplayCommits(const LogSegment& segment, LogReplay& replay) {
  auto compaction = segment.compactions.begin();
  for (auto listed = segment.commits.begin(); listed != segment.commits.end();) {
    if (compaction != segment.compactions.end() && compaction->first == listed->version) {
      const std::string key = CompactedKey(compaction->first, compaction->last);
      LIMNO_ASSIGN(const std::string text, store_.Read(key));
      LIMNO_ASSIGN(std::vector<Action> actions, ParseCommit(text, key));
      std::vector<base::UnixMillis> timestamps;
      for (; listed != segment.commits.end() && listed->version <= compaction->last; ++listed) {
        timestamps.push_back(listed->modified_millis);
      }
      LIMNO_TRY(replay.ApplyCompacted(compaction->last, timestamps, std::move(actions), key));
      ++compaction;
      continue;
    }
    LIMNO_ASSIGN(std::optional<ReadCommit> commit, ReadVersion(listed->version, false));
    if (!commit) {
      return Fail(ErrorKind::kUnavailable, "the log changed while it was read: a commit went away",
                  CommitKey(listed->version), "try again");
    }
    LIMNO_TRY(replay.ApplyCommit(listed->version, listed->modified_millis,
                                 std::move(commit->actions), CommitKey(listed->version)));
    ++listed;
  }
  return {};
}

Result<DeltaSnapshotPtr> LogReader::Replay(const LogListing& listing, const LogSegment& segment,
                                           const std::optional<VersionChecksum>& checksum) {
  LogReplay replay{DeltaSnapshot()};
  if (checksum) {
    replay.Expect(checksum->files);
  }
  if (segment.checkpoint) {
    LIMNO_TRY(ReplayCheckpoint(listing, segment, replay));
  }
  LIMNO_TRY(ReplayCommits(segment, replay));
  LIMNO_ASSIGN(DeltaSnapshotPtr snapshot,
               replay.Finish(segment.commits.empty() ? segment.checkpoint->keys.front()
                                                     : CommitKey(segment.version)));
  // The commits are the table, whatever is said of them; all else only stands for them.
  const bool stands_for_commits = segment.checkpoint || !segment.compactions.empty();
  const std::vector<std::string> differences = checksum && stands_for_commits
                                                   ? Differences(*checksum, *snapshot)
                                                   : std::vector<std::string>();
  if (!differences.empty()) {
    return Fail(
        ErrorKind::kCorrupt,
        fmt::format("version {} is not what its checksum says: {}", segment.version,
                    fmt::join(differences, ", ")),
        ChecksumKey(segment.version),
        "the checkpoint, a compacted file or this file is damaged: restore it from a backup; "
        "if the table is known to be right, delete this file");
  }
  return snapshot;
}

Result<DeltaSnapshotPtr> LogReader::LoadCheckpoint(const ListedCheckpoint& checkpoint) {
  return Replay(LogListing(), {checkpoint.version, checkpoint, {}, {}},
                ReadChecksum(checkpoint.version));
}

Result<DeltaSnapshotPtr> LogReader::LoadFrom(const LogListing& listing, int64_t version) {
  const std::vector<LogSegment> segments = listing.SegmentsFor(version);
  if (segments.empty()) {
    return Gap(listing, version);
  }
  const std::optional<VersionChecksum> checksum =
      listing.HasChecksum(version) ? ReadChecksum(version) : std::nullopt;
  std::optional<Error> first_error;
  for (const LogSegment& segment : segments) {
    Result<DeltaSnapshotPtr> snapshot = Replay(listing, segment, checksum);
    if (snapshot) {
      LIMNO_TRY(CheckReadable((*snapshot)->protocol, store_.Describe()));
      return WithCommitTime(listing, *std::move(snapshot));
    }
    if (IsFinal(snapshot.error().kind)) {
      return snapshot;
    }
    if (!first_error) {
      first_error = std::move(snapshot).error();
    }
  }
  return Fail(*std::move(first_error));
}

/// A snapshot straight from a checkpoint or a compacted file does not know its in-commit time; the
/// commit does.
Result<DeltaSnapshotPtr> LogReader::WithCommitTime(const LogListing& listing,
                                                   DeltaSnapshotPtr snapshot) {
  const bool knows = snapshot->checkpoint_version != snapshot->version && snapshot->commit_was_read;
  if (knows || listing.FindCommit(snapshot->version) == nullptr ||
      !UsesInCommitTimestamps(snapshot->metadata)) {
    return snapshot;
  }
  LIMNO_ASSIGN(const std::optional<ReadCommit> read, ReadVersion(snapshot->version, false));
  auto dated = std::make_shared<DeltaSnapshot>(*snapshot);
  if (read) {
    dated->timestamp_millis = InCommitTimestamp(read->actions).value_or(dated->timestamp_millis);
  }
  return dated;
}

Result<DeltaSnapshotPtr> LogReader::Load() {
  LIMNO_ASSIGN(const std::optional<int64_t> hinted, ReadLastCheckpoint(store_));
  const int64_t hint = hinted.value_or(0);
  LIMNO_ASSIGN(LogListing listing, ListLog(store_, hint));
  if (!listing.checkpoints.empty()) {
    Result<DeltaSnapshotPtr> snapshot = LoadFrom(listing, listing.NewestVersion());
    if (snapshot || hint == 0 || IsFinal(snapshot.error().kind)) {
      return snapshot;
    }
  }
  // The hint was wrong or its checkpoint unreadable: an older one, or the commits alone, may do.
  if (hint > 0) {
    LIMNO_ASSIGN(listing, ListLog(store_, 0));
  }
  if (listing.empty()) {
    return NoTable(store_);
  }
  return LoadFrom(listing, listing.NewestVersion());
}

Result<DeltaSnapshotPtr> LogReader::LoadVersion(int64_t version) {
  // The last checkpoint before the version is mostly near, the beginning of the log is not.
  for (int64_t reach = kNearVersions; version > reach; reach *= kNearVersions) {
    LIMNO_ASSIGN(const LogListing near, ListLog(store_, version - reach));
    if (near.SegmentsFor(version).empty()) {
      continue;
    }
    Result<DeltaSnapshotPtr> snapshot = LoadFrom(near, version);
    if (snapshot || IsFinal(snapshot.error().kind)) {
      return snapshot;
    }
  }
  LIMNO_ASSIGN(const LogListing listing, ListLog(store_, 0));
  if (listing.empty()) {
    return NoTable(store_);
  }
  const int64_t newest = listing.NewestVersion();
  const std::optional<int64_t> oldest = listing.OldestReadableVersion();
  if (version > newest || version < oldest.value_or(0)) {
    const std::string range =
        oldest ? fmt::format("versions {} to {}", *oldest, newest) : std::string("no version");
    return Fail(ErrorKind::kNotFound,
                fmt::format("version {} cannot be read; the log still holds {}", version, range),
                store_.Describe());
  }
  return LoadFrom(listing, version);
}

Result<DeltaSnapshotPtr> LogReader::Advance(const DeltaSnapshotPtr& base) {
  std::optional<LogReplay> replay;
  bool in_commit_times = UsesInCommitTimestamps(base->metadata);
  for (int64_t version = base->version + 1;; ++version) {
    LIMNO_ASSIGN(std::optional<ReadCommit> commit, ReadVersion(version, !in_commit_times));
    if (!commit) {
      break;
    }
    if (!replay) {
      replay.emplace(*base);
    }
    LIMNO_TRY(replay->ApplyCommit(version, commit->modified_millis, std::move(commit->actions),
                                  CommitKey(version)));
    in_commit_times = UsesInCommitTimestamps(replay->metadata());
  }
  if (!replay) {
    return base;
  }
  LIMNO_ASSIGN(DeltaSnapshotPtr snapshot, replay->Finish(CommitKey(replay->version())));
  LIMNO_TRY(CheckReadable(snapshot->protocol, store_.Describe()));
  return snapshot;
}

}  // namespace limno::table::delta
