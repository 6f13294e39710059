// Puts the facts about engines to use on one table. No I/O.
#pragma once

#include "table/compatibility.h"
#include "table/delta/delta_snapshot.h"

namespace limno::table::delta {

/// Every engine that facts are known of; steps for every obstacle that can be taken away.
Compatibility CompatibilityOf(const DeltaSnapshot& snapshot);

}  // namespace limno::table::delta
