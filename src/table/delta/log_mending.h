// Puts right what a log says twice and once wrongly.
#pragma once

#include <vector>

#include "limno/result.h"
#include "table/delta/delta_snapshot.h"
#include "table/delta/delta_table.h"
#include "table/integrity.h"

namespace limno::table::delta {

/// Makes right what findings with Remedy::kRewriteLogFile name: deletes the files, and writes a
/// checkpoint of `newest` where one was among them. The commits are not touched.
Result<void> MendLogFiles(const Environment& environment, const DeltaSnapshot& newest,
                          const std::vector<Finding>& findings);

}  // namespace limno::table::delta
