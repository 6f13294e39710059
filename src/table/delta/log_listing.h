// What lies in a table's _delta_log folder, and which of it makes up a version. Values; one
// function does the listing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "limno/result.h"
#include "storage/object_store.h"

namespace limno::table::delta {

struct ListedCommit {
  int64_t version = 0;
  base::UnixMillis modified_millis = 0;
  uint64_t size_bytes = 0;
};

/// A checkpoint all of whose parts are there.
struct ListedCheckpoint {
  int64_t version = 0;
  /// One key, or all parts in order.
  std::vector<std::string> keys;
  bool is_json = false;
  base::UnixMillis modified_millis = 0;
};

/// Several commits in one file, both ends included.
struct ListedCompaction {
  int64_t first = 0;
  int64_t last = 0;
};

/// The files that a snapshot is replayed from.
struct LogSegment {
  int64_t version = -1;
  std::optional<ListedCheckpoint> checkpoint;
  /// Contiguous, from the checkpoint's version + 1 (without one: from 0) to `version`.
  std::vector<ListedCommit> commits;
  /// What may be read instead of those of `commits` that it covers; ascending, none overlaps
  /// another.
  std::vector<ListedCompaction> compactions;
};

struct LogListing {
  /// Nothing before this version was looked for.
  int64_t first_listed_version = 0;
  /// Ascending by version.
  std::vector<ListedCommit> commits;
  /// Ascending by version; several of one version are possible.
  std::vector<ListedCheckpoint> checkpoints;
  /// Ascending by first, then by last version.
  std::vector<ListedCompaction> compactions;
  /// Versions that have a checksum file; ascending.
  std::vector<int64_t> checksums;

  bool empty() const { return commits.empty() && checkpoints.empty(); }
  /// The newest version of which there is a commit or a checkpoint; -1 if there is none.
  int64_t NewestVersion() const;
  const ListedCommit* FindCommit(int64_t version) const;
  /// The oldest version that can still be read; nullopt if not even the newest can.
  std::optional<int64_t> OldestReadableVersion() const;
  bool HasChecksum(int64_t version) const;
  /// Ways to read `version`, best (newest checkpoint, and compacted files) first; empty if commits
  /// are missing.
  std::vector<LogSegment> SegmentsFor(int64_t version) const;
  /// First version that is missing in front of `version`: why SegmentsFor was empty. nullopt if
  /// nothing is.
  std::optional<int64_t> FirstGapBefore(int64_t version) const;
};

/// Lists from `first_version` on. An empty listing is no failure.
Result<LogListing> ListLog(storage::ObjectStore& store, int64_t first_version);

}  // namespace limno::table::delta
