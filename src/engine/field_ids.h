// Columns of files found by their field ids (PROTOCOL.md, "Column Mapping", mode id): what a file
// calls them does not matter.
#pragma once

#include <string>

#include "engine/duck.h"
#include "limno/result.h"
#include "table/table.h"

namespace limno::engine {

/// Whether files of the table name their columns as they like.
bool MapsColumnsById(const table::Metadata& metadata);

/// Gives each of `columns`, which are those of `schema` in that order, the name that the file has
/// for its id, within structs, lists and maps as well. What the file lacks gets a name that no
/// column has; what has no id keeps its own. kCorrupt if nothing in the file has an id.
Result<void> NameByFieldIds(duckdb::vector<duckdb::MultiFileColumnDefinition>& columns,
                            const table::Schema& schema,
                            const duckdb::vector<duckdb::MultiFileColumnDefinition>& found_columns,
                            const std::string& file);

}  // namespace limno::engine
