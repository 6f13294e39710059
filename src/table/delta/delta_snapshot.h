// A Delta table at one version: the neutral snapshot and what only Delta needs.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "table/delta/actions.h"
#include "table/delta/table_totals.h"
#include "table/layered_map.h"
#include "table/snapshot.h"

namespace limno::table::delta {

struct DeltaSnapshot final : Snapshot {
  Protocol protocol;
  /// Removed files that the log still remembers, by Remove::Key().
  LayeredMap<Remove> tombstones;
  /// App id -> the whole action (Snapshot::app_transactions has the versions).
  std::map<std::string, Transaction> transactions;
  /// The metadata's schema as the log spells it.
  std::shared_ptr<const std::string> schema_text = std::make_shared<const std::string>();
  /// False if the version comes from a checkpoint or a compacted file: its commitInfo is unknown.
  bool commit_was_read = false;
  /// Random id of the commit that made this version; nullopt if it has none or was not read.
  std::optional<std::string> txn_id;
  TableTotals totals;
  /// Version of the newest checkpoint that was read or written; -1 if none.
  int64_t checkpoint_version = -1;
};

using DeltaSnapshotPtr = std::shared_ptr<const DeltaSnapshot>;

}  // namespace limno::table::delta
