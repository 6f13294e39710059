// What VACUUM LITE goes by: the files that the log says were removed, and up to where the last
// VACUUM has seen to them (`_last_vacuum_info`, which Spark reads and writes, too).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limno/result.h"
#include "storage/object_store.h"
#include "table/delta/delta_snapshot.h"
#include "table/delta/log_listing.h"
#include "table/delta/log_reader.h"

namespace limno::table::delta {

struct RemovedFiles {
  /// Ascending, each once; some may be needed still, or again. The sizes are those that the log
  /// states, 0 for deletion vectors.
  std::vector<storage::ObjectInfo> files;
  /// Last version that was gone through.
  int64_t last = 0;
};

/// Files and deletion vectors that versions [first, last] removed, and their change files. Ends
/// before a version that removed one at `cutoff` or later.
Result<RemovedFiles> FindRemovedFiles(LogReader& reader, int64_t first, int64_t last,
                                      base::UnixMillis cutoff);

/// First version that VACUUM LITE has to look at. kRefused if commits since the last VACUUM are no
/// longer in the log, so that some files would never be found.
Result<int64_t> FirstUnvacuumed(storage::ObjectStore& store, const LogListing& listing);

/// The version that `_last_vacuum_info` names; nullopt if there is none or it makes no sense.
std::optional<int64_t> ParseLastVacuum(std::string_view text);

/// Records that files removed up to `version` are gone; never goes back.
Result<void> WriteLastVacuum(storage::ObjectStore& store, int64_t version);

}  // namespace limno::table::delta
