// A Delta table at one version: the neutral snapshot and what only Delta needs.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "table/delta/actions.h"
#include "table/layered_map.h"
#include "table/snapshot.h"

namespace limno::table::delta {

struct DeltaSnapshot final : Snapshot {
  Protocol protocol;
  /// Removed files that the log still remembers, by Remove::Key().
  LayeredMap<Remove> tombstones;
  /// App id -> the whole action (Snapshot::app_transactions has the versions).
  std::map<std::string, Transaction> transactions;
  /// Version of the newest checkpoint that was read or written; -1 if none.
  int64_t checkpoint_version = -1;
};

using DeltaSnapshotPtr = std::shared_ptr<const DeltaSnapshot>;

}  // namespace limno::table::delta
