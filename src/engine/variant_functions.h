// What SQL does with variants that DuckDB would do otherwise.
#pragma once

#include "engine/duck.h"

namespace limno::engine {

/// Casts of VARIANT to JSON give the text of variant_json.h.
void RegisterVariantFunctions(duckdb::DatabaseInstance& database);

}  // namespace limno::engine
