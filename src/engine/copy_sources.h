// The files that a COPY INTO names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/copy_statement.h"
#include "limno/result.h"
#include "table/data_file.h"

namespace limno::engine {

struct SourceFile {
  /// Absolute, links resolved.
  std::string path;
  uint64_t bytes = 0;
  /// Nanoseconds since 1970.
  int64_t modified_nanos = 0;
  /// What folders named `column=value` between source and file say, outermost first.
  table::PartitionValues folder_values;
};

/// What a COPY INTO offers, by path. Folders are gone through to their depth; files and folders
/// whose names begin with '_' or '.' are left out, and so are files of no bytes. kNotFound for what
/// is not there, kUnsupported for what is not local.
Result<std::vector<SourceFile>> FindSourceFiles(const CopyInto& copy);

}  // namespace limno::engine
