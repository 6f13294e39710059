// Parquet columns that say that they are variants, as the groups of binary fields that they are.
#pragma once

#include "engine/duck.h"

namespace limno::engine {

/// `reader`, a Parquet reader that has not begun to scan, will give variants of its file as STRUCTs
/// with the fields that the file has, typed values included. DuckDB's own VARIANTs of a file are
/// not what the file holds: a variant null is NULL in them, and names that differ in case are one.
void ReadVariantsAsGroups(duckdb::BaseFileReader& reader);

}  // namespace limno::engine
