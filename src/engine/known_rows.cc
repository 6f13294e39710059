#include "engine/known_rows.h"

#include "duckdb/common/types/timestamp.hpp"

namespace limno::engine {

void NextKnownRows(ClientContext& /*context*/, duckdb::TableFunctionInput& input,
                   DataChunk& output) {
  auto& state = input.global_state->Cast<KnownRows>();
  idx_t count = 0;
  for (; count < STANDARD_VECTOR_SIZE && state.position < state.rows.size(); ++count) {
    const KnownRow& row = state.rows[state.position++];
    for (idx_t column = 0; column < output.ColumnCount(); ++column) {
      output.SetValue(column, count, row[column]);
    }
  }
  output.SetCardinality(count);
}

Value TimeValue(int64_t millis) {
  return Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(duckdb::Timestamp::FromEpochMs(millis)));
}

}  // namespace limno::engine
