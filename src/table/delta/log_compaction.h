// Several commits in one file, so that opening a table reads fewer of them. PROTOCOL.md, "Log
// Compaction Files".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limno/result.h"
#include "table/delta/delta_snapshot.h"
#include "table/delta/log_listing.h"
#include "table/delta/log_reader.h"

namespace limno::table::delta {

/// Commits in one compacted file.
inline constexpr int64_t kCompactedCommits = 10;

/// The commits that a compacted file should hold once `snapshot` is the newest version: the last
/// ten of every ten. nullopt in between, and where checkpoints come at least every twenty versions:
/// there a checkpoint makes such a file useless before it has saved more reading than it cost.
std::optional<ListedCompaction> CompactionDue(const DeltaSnapshot& snapshot);

/// Puts the compacted file unless it is there. kNotFound: one of the commits is not there;
/// kUnsupported: one of them has an action whose meaning is not known.
Result<void> WriteCompaction(storage::ObjectStore& store, LogReader& reader,
                             const ListedCompaction& range);

/// What is left of actions once those that later ones cancel are gone, in the order of kinds;
/// tombstones stay, commit information goes (PROTOCOL.md, "Action Reconciliation").
class Reconciliation {
 public:
  /// Actions of the next version. kUnsupported for an action of an unknown kind.
  Result<void> Apply(std::vector<Action> actions, std::string_view name);
  std::vector<Action> Take();

 private:
  std::optional<Protocol> protocol_;
  std::optional<MetadataAction> metadata_;
  std::map<std::string, Transaction> transactions_;
  std::map<std::string, DomainMetadata> domains_;
  /// Add or Remove by the key of the logical file.
  std::map<std::string, Action> files_;
};

}  // namespace limno::table::delta
