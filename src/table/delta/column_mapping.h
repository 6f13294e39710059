// Column mapping (PROTOCOL.md, "Column Mapping"): files and log entries may know a column by
// another name than users do.
#pragma once

#include <string>
#include <vector>

#include "base/random.h"
#include "limno/result.h"
#include "table/physical_name.h"
#include "table/snapshot.h"

namespace limno::table::delta {

/// True if the table's files and log entries use physical names.
bool UsesColumnMapping(const Metadata& metadata);

/// The partition columns as `partitionValues` spells them, in order.
std::vector<std::string> PhysicalPartitionColumns(const Metadata& metadata);

/// Gives an id and a physical name to every field that has none, if the table maps its columns.
/// What `before` (nullptr: a new table) had without a mapping keeps its name in files; everything
/// else gets a fresh one. Ids are never used twice. Elements, keys and values get ids, too, where
/// icebergCompatV2 or V3 is switched on.
void MapColumns(Metadata& metadata, const Metadata* before, base::Random& random);

/// kRefused for a mapping that files of the table (`keeps_files`) would contradict, for ids or
/// physical names given twice or changed, and for a highest id that goes back.
Result<void> CheckMapping(const Metadata& before, const Metadata& after, bool keeps_files);

}  // namespace limno::table::delta
