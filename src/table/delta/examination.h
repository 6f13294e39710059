// The examination of a Delta table as a whole.
#pragma once

#include "limno/result.h"
#include "table/delta/delta_table.h"
#include "table/integrity.h"

namespace limno::table::delta {

/// Table::Examine().
Result<IntegrityReport> ExamineTable(const Environment& environment);

}  // namespace limno::table::delta
