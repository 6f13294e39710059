// Which files of a table hold what the table has no more.
#pragma once

#include <vector>

#include "engine/duck.h"
#include "engine/table_state.h"
#include "limno/result.h"

namespace limno::engine {

/// Those of `files` with deleted rows, or, where columns can be dropped without writing files anew,
/// with columns that the schema does not have (their footers are read).
Result<std::vector<ScanFile>> FilesToPurge(ClientContext& context, const TableState& table,
                                           const std::vector<ScanFile>& files);

}  // namespace limno::engine
