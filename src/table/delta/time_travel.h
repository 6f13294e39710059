// When versions were committed, and which version a point in time means. PROTOCOL.md, "In-Commit
// Timestamps"; elsewhere the times of the commit files, made strictly increasing.
#pragma once

#include <cstdint>
#include <vector>

#include "limno/result.h"
#include "storage/object_store.h"
#include "table/delta/log_listing.h"
#include "table/snapshot.h"

namespace limno::table::delta {

/// File times of the listed commits, each at least a millisecond after the one before.
std::vector<base::UnixMillis> AdjustedTimes(const std::vector<ListedCommit>& commits);

/// The first version whose time is to be found in its commit, going by the newest metadata; nullopt
/// if there is none.
std::optional<int64_t> FirstVersionWithInCommitTime(const Metadata& newest);

/// The newest version committed at or before `timestamp`. `newest` is the table's newest metadata,
/// `listing` that of the whole log. kNotFound names the time of the oldest version that can be
/// read.
Result<int64_t> VersionAtTime(storage::ObjectStore& store, const LogListing& listing,
                              const Metadata& newest, base::UnixMillis timestamp);

}  // namespace limno::table::delta
