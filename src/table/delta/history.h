// What commits tell about themselves, and what they did to the set of files.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "limno/result.h"
#include "storage/object_store.h"
#include "table/delta/delta_snapshot.h"
#include "table/delta/log_reader.h"
#include "table/table.h"

namespace limno::table::delta {

/// Table::History for the commits that are still there, at most those up to `newest.version`, back
/// to the first that is missing.
/// Commits without a commitInfo show with their version and time only.
Result<std::vector<HistoryEntry>> ReadHistory(storage::ObjectStore& store, const Snapshot& newest,
                                              std::optional<int64_t> limit);

/// Table::FilesAddedBetween for 0 <= after <= upto. A file whose rows OPTIMIZE wrote together with
/// older ones is named as it was written, as long as they did not change since (see AddedFiles).
/// kNotFound if one of the commits is no longer there.
Result<std::vector<DataFilePtr>> ReadFilesAdded(LogReader& reader, int64_t after, int64_t upto);

/// Table::ForEachVersion.
Result<void> VisitVersions(storage::ObjectStore& store, LogReader& reader,
                           const std::function<Result<void>(const VersionFiles&)>& visit);

}  // namespace limno::table::delta
