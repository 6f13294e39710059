// Schemas as statements define them: CREATE TABLE, and what writing adds to one.
#pragma once

#include "duckdb/parser/parsed_data/create_table_info.hpp"
#include "engine/duck.h"
#include "engine/table_state.h"
#include "limno/result.h"

namespace limno::engine {

/// The field of that name; kUsage "no column NAME PURPOSE", with the nearest right name, if there
/// is none.
Result<const table::Field*> FindColumn(const table::Schema& schema, const std::string& name,
                                       const std::string& purpose, const std::string& table_name);

/// Metadata of a new table: columns (with the table types that hold their SQL types), NOT NULL,
/// PARTITIONED BY (plain columns), SORTED BY (clustering columns), WITH ('property' = value), and
/// the clauses of create_clauses.
Result<table::Metadata> MetadataFromCreate(ClientContext& context,
                                           const duckdb::CreateTableInfo& info);

/// What becomes of a column whose wanted type does not fit the one it has.
enum class TypeClash {
  /// kRefused naming column, expected and found type.
  kRefuse,
  /// The column stays as it is; whoever writes the values casts them.
  kCast,
};

/// Adds to `schema` the columns that `wanted` has and it has not (nullable); structs gain fields.
/// Returns true if anything was added.
Result<bool> EvolveSchema(table::Schema& schema, const table::Schema& wanted,
                          const std::string& table_name, TypeClash clash);

}  // namespace limno::engine
