// FSCK: what is wrong with a table, and what can be put right.
#pragma once

#include "engine/duck.h"
#include "engine/lake_statement.h"
#include "engine/maintenance.h"

namespace limno::engine {

/// One row for each finding: problem, severity ("error", "warning", "note"), path, detail, repair.
/// With REPAIR the log is mended first and one commit "FSCK" follows; `repair` then says what was
/// done ("repaired: ..."), would be ("would repair: ...") or was not ("not repaired: ...").
Result<TextTable> RunFsck(duckdb::Connection& connection, const Fsck& statement);

}  // namespace limno::engine
