// The files of a version against what lies in the table's folder.
#pragma once

#include <vector>

#include "limno/result.h"
#include "storage/object_store.h"
#include "table/delta/delta_snapshot.h"
#include "table/delta/mentioned_files.h"
#include "table/integrity.h"

namespace limno::table::delta {

/// missing_file, wrong_size, unreachable_file, missing_vector, damaged_vector, row_count_unknown,
/// malformed_statistics, duplicate_file, partition_value, orphan_file. `mentioned`: what any
/// version of the table names (LogAccount). Vectors are read, data files are not. Fails only with
/// the store.
Result<std::vector<Finding>> CheckFiles(storage::ObjectStore& store, const DeltaSnapshot& snapshot,
                                        const MentionedFiles& mentioned);

}  // namespace limno::table::delta
