// Data files against what the log says of them: footers first, rows where footers leave a doubt.
#pragma once

#include <memory>
#include <vector>

#include "engine/duck.h"
#include "engine/table_state.h"
#include "table/integrity.h"

namespace limno::engine {

struct FooterCheckOptions {
  /// Reads the rows of every file: finds values outside of bounds that footers do not tell of, such
  /// as NaN.
  bool read_rows = false;
};

/// Opens every file of `files`. damaged_file, wrong_row_count, wrong_statistics, wrong_type,
/// missing_column, vector_beyond_end. Fails only where nothing can be said.
Result<std::vector<table::Finding>> CheckFooters(duckdb::DatabaseInstance& database,
                                                 const std::shared_ptr<TableState>& state,
                                                 const std::vector<table::DataFilePtr>& files,
                                                 const FooterCheckOptions& options);

}  // namespace limno::engine
