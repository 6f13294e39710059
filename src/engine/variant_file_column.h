// Columns with variants of one file, whatever form its writer gave them, as the table has them.
#pragma once

#include "engine/duck.h"

namespace limno::engine {

/// From a file's column, which `column` yields, to that of the table. `wanted` describes the
/// latter; fields of structs are found by their identifiers, and those that the file lacks are
/// NULL. `file` is for errors.
duckdb::unique_ptr<duckdb::Expression> ReadVariantColumn(
    duckdb::unique_ptr<duckdb::Expression> column, const duckdb::MultiFileColumnDefinition& wanted,
    const std::string& file);

}  // namespace limno::engine
