// CHECK constraints, column invariants and generated columns (PROTOCOL.md, sections of these
// names), and the lengths that Spark declares for CHAR and VARCHAR columns.
#pragma once

#include <vector>

#include "limno/result.h"
#include "table/row_rule.h"
#include "table/snapshot.h"

namespace limno::table::delta {

/// Constraints first, then generated columns in the order of the schema. kUnsupported for an
/// invariant below the top level or one that cannot be understood.
Result<std::vector<RowRule>> RowRulesOf(const Metadata& metadata);

}  // namespace limno::table::delta
