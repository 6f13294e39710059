// Reading and writing deletion vectors in a store.
#pragma once

#include <utility>
#include <vector>

#include "limno/result.h"
#include "table/delta/delta_table.h"
#include "table/row_set.h"
#include "table/table.h"

namespace limno::table::delta {

/// The rows deleted by `vector`. Absolute paths ('p') are followed within the table's own folder
/// and, where the table lies on a local disk, anywhere on it. kCorrupt for a vector that is
/// missing, damaged, or not of the stated size and cardinality.
Result<RowSet> ReadDeletionVector(storage::ObjectStore& store, const DeletionVector& vector);

/// The rows that a file holds, deleted ones included: reads one of its columns through
/// environment.parquet.
Result<int64_t> CountRows(const Environment& environment, const Metadata& metadata,
                          const DataFile& file);

/// Table::WriteDeletionVectors: one file for all of them. Files without a row count in their
/// statistics are counted through environment.parquet, since the protocol demands the count beside
/// a vector. kUsage for a row beyond the end of its file.
Result<std::vector<DataFile>> WriteDeletionVectors(
    const Environment& environment, const Metadata& metadata,
    const std::vector<std::pair<DataFilePtr, RowSet>>& deletes);

}  // namespace limno::table::delta
