// Reading the change feed (PROTOCOL.md, "Change Data Files").
#pragma once

#include <vector>

#include "table/change_feed.h"
#include "table/delta/delta_snapshot.h"
#include "table/delta/log_reader.h"

namespace limno::table::delta {

/// delta.enableChangeDataFeed.
bool FeedIsOn(const Metadata& metadata);

/// What versions [from.version, upto.version] changed, in their order. kRefused where the feed was
/// not on all the time, or where a column was renamed or dropped in between, naming version and
/// column; kNotFound where the log no longer holds a version.
Result<std::vector<ChangedRows>> ReadChangeFeed(storage::ObjectStore& store, LogReader& reader,
                                                const DeltaSnapshot& from,
                                                const DeltaSnapshot& upto);

}  // namespace limno::table::delta
