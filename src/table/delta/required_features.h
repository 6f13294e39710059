// Which table features a change needs, so that they are switched on in the same commit. No I/O.
// PROTOCOL.md, "Table Features".
#pragma once

#include <set>
#include <string>
#include <vector>

#include "limno/result.h"
#include "table/change.h"
#include "table/delta/delta_snapshot.h"

namespace limno::table::delta {

/// What the table must be for a change, beside what the change itself says.
struct Requirements {
  /// Features that the protocol lacks; sorted.
  std::vector<std::string> features;
  /// The metadata to commit; nullopt if it stays. The change's own, without directives
  /// ("delta.feature.x" = "supported") and with properties that new features want.
  std::optional<Metadata> metadata;
};

/// `before` has version -1 for a new table. kRefused if deletion vectors are added to a table that
/// is set not to have them.
Result<Requirements> RequirementsOf(const Change& change, const DeltaSnapshot& before);

/// Features that properties and columns make use of, whether or not the protocol has them;
/// directives do not count.
std::set<std::string> FeaturesUsedBy(const Metadata& metadata);

/// The protocol of a table without any feature, to which features are added.
Protocol NewTableProtocol();

}  // namespace limno::table::delta
