// Pure replay: a snapshot plus the actions of later versions gives a later snapshot. No I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "limno/result.h"
#include "table/delta/delta_snapshot.h"

namespace limno::table::delta {

/// True if commits carry their own time in commitInfo (delta.enableInCommitTimestamps).
bool UsesInCommitTimestamps(const Metadata& metadata);

/// The time that a commit carries; nullopt if it carries none.
std::optional<base::UnixMillis> InCommitTimestamp(const std::vector<Action>& actions);

/// Gathers any number of versions and builds the snapshot once, so that opening a table costs what
/// its log holds. Not thread safe; of no use after an error or after Finish().
class LogReplay {
 public:
  /// The state before the first version: an empty DeltaSnapshot (version -1) for a new log.
  explicit LogReplay(const DeltaSnapshot& base);

  /// The actions of version `version`: the next one, or any if the state is empty. kCorrupt for
  /// what one version may not hold: two protocols, two metadata, one path added twice, one logical
  /// file both added and removed, one app id twice. `name` is the commit's file name, for messages.
  /// `timestamp` is the file's time: the snapshot gets the in-commit timestamp where the table has
  /// them enabled, else `timestamp` raised above that of the version before.
  Result<void> ApplyCommit(int64_t version, base::UnixMillis timestamp, std::vector<Action> actions,
                           std::string_view name);
  /// Actions of a checkpoint of `version`, in any order and number of calls. Nothing is verified
  /// but what a state cannot hold twice.
  Result<void> ApplyCheckpoint(int64_t version, base::UnixMillis timestamp,
                               std::vector<Action> actions, std::string_view name);

  /// Versions next_version .. `last` at once, from a compacted file; `timestamps` are those of
  /// their commit files, in order.
  Result<void> ApplyCompacted(int64_t last, const std::vector<base::UnixMillis>& timestamps,
                              std::vector<Action> actions, std::string_view name);

  /// Makes room for so many files; only a hint.
  void Expect(int64_t files);

  int64_t version() const { return next_.version; }
  const Metadata& metadata() const { return next_.metadata; }
  /// There was a protocol and there were metadata.
  bool is_defined() const { return has_protocol_ && has_metadata_; }
  /// kCorrupt if there was no protocol or no metadata; `name` as above.
  Result<DeltaSnapshotPtr> Finish(std::string_view name);

 private:
  Result<void> ApplyTableActions(std::vector<Action>& actions, std::string_view name,
                                 bool is_checkpoint);
  Result<void> ApplyFileAction(Action& action, std::string_view name, bool is_checkpoint);
  Result<void> ApplyAdd(DataFile file, std::string_view name, bool is_checkpoint);
  Result<void> ApplyRemove(Remove remove, std::string_view name, bool is_checkpoint);
  void OrderPartitionValues(PartitionValues& values) const;
  Result<void> ApplyActions(std::vector<Action> actions, std::string_view name);
  void SetMetadata(MetadataAction action);
  /// Sets what `key` stands for from here on; returns what it stood for. `clash` becomes true if
  /// the version at hand has changed it before.
  DataFilePtr Exchange(std::string_view key, DataFilePtr file, bool is_checkpoint, bool& clash);
  DataFilePtr Keep(DataFile file);
  void SetTimestamp(base::UnixMillis file_time, const std::vector<Action>& actions);

  DeltaSnapshot next_;
  bool has_protocol_;
  bool has_metadata_;
  /// As the log spells them (physical names).
  std::vector<std::string> partition_columns_;
  LayeredMap<DataFile>::Layer files_;
  LayeredMap<Remove>::Layer tombstones_;
  /// For each entry of files_ the number of the batch of actions that changed it last; 0: none.
  std::vector<uint32_t> changed_in_;
  /// Counts the versions that were applied.
  uint32_t batch_ = 0;
  /// Where the files go, many to one allocation, which lives as long as any of them.
  std::shared_ptr<std::vector<DataFile>> slab_;
  /// Paths that the version at hand added with a deletion vector.
  std::unordered_set<std::string> paths_with_vector_;
};

/// The snapshot after `version`, which must be base.version + 1 (or any, for an empty base: version
/// -1). kCorrupt as LogReplay::ApplyCommit and Finish.
Result<DeltaSnapshotPtr> ApplyCommit(const DeltaSnapshot& base, int64_t version,
                                     base::UnixMillis timestamp, std::vector<Action> actions,
                                     std::string_view name);

}  // namespace limno::table::delta
