// Times as statements give them: TIMESTAMP AS OF expression.
#pragma once

#include <string>

#include "engine/duck.h"
#include "limno/result.h"

namespace limno::engine {

/// Milliseconds since 1970 that a timestamp expression in SQL stands for; kUsage for NULL.
Result<int64_t> TimeOf(duckdb::Connection& connection, const std::string& expression);

}  // namespace limno::engine
