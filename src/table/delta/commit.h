// Makes a change visible as the next version of a Delta log.
#pragma once

#include "limno/result.h"
#include "table/change.h"
#include "table/delta/delta_table.h"

namespace limno::table::delta {

/// Table::Commit. Checks the change against itself and the store, puts the next version if it is
/// absent, and on losing the race applies the conflict rules, rebases and tries again. Its own
/// commit is recognised by a random id, so a lost acknowledgement neither doubles nor loses it.
/// Afterwards writes the version's checksum, and a checkpoint or compacted commits where they are
/// due; what of this fails does not fail the commit.
///
/// change.base must be a DeltaSnapshot. kAlreadyExists: a table was created meanwhile (base
/// nullptr). kConflict, kRefused (self-check, append-only table), kUnsupported (a feature needed to
/// write). kUnavailable: the store does not answer; the message says whether the version may exist.
Result<CommitOutcome> CommitChange(const Environment& environment, const Change& change);

}  // namespace limno::table::delta
