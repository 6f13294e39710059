// Parquet files of others as data files of a table.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/copy_sources.h"
#include "engine/copy_statement.h"
#include "engine/duck.h"
#include "engine/engine.h"
#include "engine/table_state.h"

namespace limno::engine {

/// A file whose footer was read.
struct FootedFile {
  SourceFile source;
  ParquetFileInfo parquet;
  /// Shared by files of the same columns; nullptr where one has no place in a table as it is.
  std::shared_ptr<const std::vector<table::Field>> fields;
  /// Why `fields` is nullptr.
  std::string obstacle;
};

/// Fails for a file that is none, unless corrupt files are to be skipped: then it is left out.
Result<std::vector<FootedFile>> ReadFooters(ClientContext& context,
                                            const std::vector<SourceFile>& files,
                                            bool skip_corrupt);

struct ImportOutcome {
  int64_t rows = 0;
  int64_t files = 0;
  /// Those whose rows have to be read and written.
  std::vector<SourceFile> left_over;
  /// Why -> how many of them.
  std::map<std::string, size_t> reasons;
};

/// Stages the files that the table can have as they are.
ImportOutcome ImportFiles(TableState& state, const std::vector<FootedFile>& files, bool link);

}  // namespace limno::engine
