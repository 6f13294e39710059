// What of a snapshot goes into a checkpoint, whatever files it is spread over.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "table/delta/delta_snapshot.h"

namespace limno::table::delta {

/// The snapshot must outlive it.
struct CheckpointContent {
  const DeltaSnapshot& snapshot;
  std::vector<DataFilePtr> files;
  std::vector<std::shared_ptr<const Remove>> tombstones;

  size_t file_actions() const { return files.size() + tombstones.size(); }
};

/// Tombstones of files deleted before `tombstones_from` are left out.
CheckpointContent ContentOf(const DeltaSnapshot& snapshot, base::UnixMillis tombstones_from);

/// Protocol, metadata, transactions and domains: what is not about files.
std::vector<Action> TableActions(const DeltaSnapshot& snapshot);

}  // namespace limno::table::delta
