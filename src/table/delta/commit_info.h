// Reading only the commitInfo of commits, however many files they add.
#pragma once

#include <cstdint>
#include <optional>

#include "limno/result.h"
#include "storage/object_store.h"
#include "table/delta/actions.h"

namespace limno::table::delta {

/// An empty CommitInfo if the commit has none. kNotFound, kCorrupt as ParseActions.
Result<CommitInfo> ReadCommitInfo(storage::ObjectStore& store, int64_t version);

}  // namespace limno::table::delta
