// The names in a table's _delta_log folder. The only place that builds or parses them (PROTOCOL.md,
// "File Types").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace limno::table::delta {

inline constexpr std::string_view kLogFolder = "_delta_log/";
inline constexpr std::string_view kSidecarFolder = "_delta_log/_sidecars/";
inline constexpr std::string_view kLastVacuumKey = "_delta_log/_last_vacuum_info";
inline constexpr std::string_view kLastCheckpointKey = "_delta_log/_last_checkpoint";

/// "_delta_log/00000000000000000007.json".
std::string CommitKey(int64_t version);
/// "_delta_log/00000000000000000007.checkpoint.parquet".
std::string CheckpointKey(int64_t version);
/// "_delta_log/00000000000000000007.checkpoint.0000000001.0000000002.parquet"; parts count from 1.
std::string CheckpointPartKey(int64_t version, int part, int parts);
/// "_delta_log/00000000000000000007.checkpoint.<uuid>.parquet".
std::string UuidCheckpointKey(int64_t version, std::string_view uuid);
/// What the keys of all checkpoints of a version begin with.
std::string CheckpointPrefix(int64_t version);
/// "_delta_log/00000000000000000004.00000000000000000006.compacted.json".
std::string CompactedKey(int64_t first, int64_t last);
/// "_delta_log/00000000000000000007.crc".
std::string ChecksumKey(int64_t version);
/// A key below which, as bytes, lies every file of an earlier version and none of this one or
/// later.
std::string KeyBeforeVersion(int64_t version);

enum class LogFileKind {
  kCommit,
  /// Classic name or one with a UUID; Parquet.
  kCheckpoint,
  /// With a UUID; JSON lines.
  kJsonCheckpoint,
  kCheckpointPart,
  /// Several commits in one file; `version` is the first of them.
  kCompacted,
  kChecksum,
};

struct LogFileName {
  LogFileKind kind = LogFileKind::kCommit;
  int64_t version = 0;
  /// Checkpoint parts only; from 1 to parts.
  int part = 0;
  int parts = 0;
  /// Compacted only: the last version in it.
  int64_t end_version = 0;
};

/// nullopt for anything else that may lie in the folder or below it.
std::optional<LogFileName> ParseLogKey(std::string_view key);

}  // namespace limno::table::delta
