// Columns of a table beside those of one of its files.
#pragma once

#include <string>

#include "engine/duck.h"
#include "table/data_type.h"

namespace limno::engine {

/// The definition of a column as the mapper wants it: what it is called in files, at every level.
duckdb::MultiFileColumnDefinition ColumnDefinition(const table::Field& field,
                                                   const LogicalType& type,
                                                   const std::string& physical_name);

/// Adapts a column's definition to one file. Where the types agree the column is taken as it is;
/// elements of lists are matched by position, whatever the file's writer called them.
void AlignColumn(duckdb::MultiFileColumnDefinition& wanted,
                 const duckdb::MultiFileColumnDefinition& found);

}  // namespace limno::engine
