// A finished Parquet file becomes a data file of a table as it is: no row is read or written.
#pragma once

#include <vector>

#include "engine/engine.h"
#include "engine/table_state.h"

namespace limno::engine {

/// Stages those of `files` that the table, as the transaction has changed it, can have as they are:
/// names, types and NULLs fit, the table has no partitions and no rules for rows, and the file is
/// not so small that it had better be written together with others. They become hard links; the
/// originals stay. Returns the files left over, whose rows have to be read.
std::vector<ParquetFileInfo> AdoptFiles(TableState& table,
                                        const std::vector<ParquetFileInfo>& files);

}  // namespace limno::engine
