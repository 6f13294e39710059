// ALTER TABLE ... DROP FEATURE.
#pragma once

#include "engine/duck.h"
#include "engine/lake_statement.h"
#include "limno/result.h"

namespace limno::engine {

/// Two commits: files and metadata without the feature, then the protocol. The first is left out
/// where nothing makes use of it. A table that fails between them is whole, and the statement can
/// be run again.
///
/// With TRUNCATE HISTORY the versions that have the feature are removed in between, and the table
/// needs no checkpointProtection. Until they are old enough for that it ends after the first
/// commit: kUnavailable, with the time from which it will go on.
Result<void> RunDropFeature(duckdb::Connection& connection, const DropFeature& statement);

}  // namespace limno::engine
