// A Session over one DuckDB connection.
#pragma once

#include <memory>

#include "engine/conflict_retry.h"
#include "engine/duck.h"
#include "engine/engine.h"

namespace limno::engine {

/// `database` outlives the session.
Result<std::unique_ptr<Session>> MakeSession(duckdb::DuckDB& database, Pacing pacing);

}  // namespace limno::engine
