// A finished Parquet file becomes a data file of a table as it is: no row is read or written.
#pragma once

#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/table_state.h"

namespace limno::engine {

/// A file of somebody else, and what is known of it.
struct AdoptableFile {
  ParquetFileInfo parquet;
  /// Of all its rows: what they do not say themselves. Columns as the table has them.
  table::PartitionValues folder_values;
};

struct AdoptionOptions {
  /// Smaller files had better be written together with others, unless there is only one.
  uint64_t smallest_bytes = 0;
  /// Without it bytes are copied.
  bool may_link = true;
  /// Where the file system can neither link nor clone.
  bool may_copy = false;
};

struct LeftOverFile {
  /// Among the files that were offered.
  size_t index = 0;
  /// What the table has otherwise: "column a is INTEGER in the file and BIGINT in the table".
  std::string reason;
};

/// Stages those of `files` that the table, as the transaction has changed it, can have as they are:
/// names, types and NULLs fit, folders name the partition, and the table demands nothing of rows
/// that their footers do not show. They become clones where the file system has such, else hard
/// links, else copies; the originals stay. Returns the files left over, whose rows have to be read.
std::vector<LeftOverFile> AdoptFiles(TableState& table, const std::vector<AdoptableFile>& files,
                                     const AdoptionOptions& options);

}  // namespace limno::engine
