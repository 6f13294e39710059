// Reads a Delta log: from listing and checkpoint the first time, afterwards commit by commit.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "limno/result.h"
#include "storage/object_store.h"
#include "table/delta/delta_snapshot.h"
#include "table/delta/log_listing.h"
#include "table/delta/log_replay.h"
#include "table/delta/version_checksum.h"
#include "table/ports.h"

namespace limno::table::delta {

struct ReadCommit {
  int64_t version = -1;
  base::UnixMillis modified_millis = 0;
  std::vector<Action> actions;
};

/// What a checkpoint or a compacted file gives must agree with the version's checksum if there is
/// one: a way through the log that does not is passed over, down to the commits alone, which are
/// believed. kCorrupt if those do not reach back to the beginning.
///
/// Keeps no state but references; thread safe if they are. Every function can fail with
/// kUnavailable and kDenied of the store besides what it names.
class LogReader {
 public:
  /// `parquet` may be nullptr: checkpoints then count as unreadable.
  LogReader(storage::ObjectStore& store, ParquetIo* parquet) : store_(store), parquet_(parquet) {}

  /// The newest version. kNotFound: there is no table. kCorrupt names file and line. kUnsupported:
  /// features that are needed to read it, all named.
  Result<DeltaSnapshotPtr> Load();
  /// kNotFound names the range of versions that can be read.
  Result<DeltaSnapshotPtr> LoadVersion(int64_t version);
  /// `base` and the commits after it, found by asking for the next name until it is not there;
  /// returns `base` itself if there is none. No listing. Fails as Load().
  Result<DeltaSnapshotPtr> Advance(const DeltaSnapshotPtr& base);
  /// One commit; nullopt if there is none of that version. `with_time`: also asks for the file's
  /// time, which costs one more request.
  Result<std::optional<ReadCommit>> ReadVersion(int64_t version, bool with_time);
  /// The version of a checkpoint from that checkpoint alone. kCorrupt, kNotFound.
  Result<DeltaSnapshotPtr> LoadCheckpoint(const ListedCheckpoint& checkpoint);
  /// The checksum of a version; nullopt if there is none that can be made sense of.
  std::optional<VersionChecksum> ReadChecksum(int64_t version);

 private:
  Result<DeltaSnapshotPtr> LoadFrom(const LogListing& listing, int64_t version);
  Result<DeltaSnapshotPtr> Replay(const LogListing& listing, const LogSegment& segment,
                                  const std::optional<VersionChecksum>& checksum);
  Result<void> ReplayCheckpoint(const LogListing& listing, const LogSegment& segment,
                                LogReplay& replay);
  Result<void> ReplayCommits(const LogSegment& segment, LogReplay& replay);
  Result<DeltaSnapshotPtr> WithCommitTime(const LogListing& listing, DeltaSnapshotPtr snapshot);

  storage::ObjectStore& store_;
  ParquetIo* parquet_;
};

}  // namespace limno::table::delta
