// Table functions whose rows are known when they start.
#pragma once

#include "engine/duck.h"

namespace limno::engine {

using KnownRow = duckdb::vector<Value>;

struct KnownRows final : duckdb::GlobalTableFunctionState {
  std::vector<KnownRow> rows;
  size_t position = 0;
};

/// The function of such a table function: hands out KnownRows.
void NextKnownRows(ClientContext& context, duckdb::TableFunctionInput& input, DataChunk& output);

/// A time of the log as TIMESTAMP WITH TIME ZONE.
Value TimeValue(int64_t millis);

}  // namespace limno::engine
