// Looks at a change before it is committed: does it contradict itself, the table or the store?
#pragma once

#include "limno/result.h"
#include "storage/object_store.h"
#include "table/change.h"
#include "table/delta/delta_snapshot.h"

namespace limno::table::delta {

/// Pure checks against the version that the change goes on top of (version -1: a new table).
/// kRefused with the file or column at fault: files added or removed twice, removed files that are
/// not there, partition values that do not fit, vectors without row counts, rows lost where none
/// should be, removal from an append-only table. kUnsupported: updates that a change data feed
/// would need.
Result<void> CheckChange(const Change& change, const DeltaSnapshot& before);

/// Asks the store for every file that the change brings: kRefused if one is missing or has another
/// size. Makes them durable.
Result<void> CheckAddedFiles(const Change& change, storage::ObjectStore& store);

}  // namespace limno::table::delta
