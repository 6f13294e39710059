// Checkpoints (PROTOCOL.md, "Checkpoints") -> actions.
#pragma once

#include <functional>
#include <vector>

#include "limno/result.h"
#include "storage/object_store.h"
#include "table/delta/actions.h"
#include "table/delta/log_listing.h"
#include "table/ports.h"

namespace limno::table::delta {

/// Called with some of the actions; the table's own (protocol, metadata, ...) come before its
/// files.
using ActionVisitor = std::function<Result<void>(std::vector<Action>)>;

/// Reads single-file, multi-part and V2 checkpoints (Parquet or JSON, with or without sidecars).
/// Statistics that are only there as columns come as JSON text. kNotFound: a file is missing;
/// kCorrupt: a file is damaged or lacks what is required; kUnsupported: there is no Parquet reader.
Result<void> ReadCheckpoint(storage::ObjectStore& store, ParquetIo* parquet,
                            const ListedCheckpoint& checkpoint, const ActionVisitor& visit);

/// The sidecars that a checkpoint names, without reading them. Fails as ReadCheckpoint().
Result<std::vector<Sidecar>> ReadSidecars(storage::ObjectStore& store, ParquetIo* parquet,
                                          const ListedCheckpoint& checkpoint);
std::string SidecarKey(const Sidecar& sidecar);

/// The actions in one batch of a checkpoint's rows. Exposed for tests.
Result<std::vector<Action>> ActionsOfBatch(const ArrowSchema& schema, const ArrowArray& array);

}  // namespace limno::table::delta
