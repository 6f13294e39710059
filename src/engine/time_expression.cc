#include "engine/time_expression.h"

#include "engine/errors.h"

namespace limno::engine {

Result<int64_t> TimeOf(duckdb::Connection& connection, const std::string& expression) {
  auto result = connection.Query("SELECT epoch_ms((" + expression + ")::TIMESTAMP)");
  if (result->HasError()) {
    return Fail(FromDuck(result->GetErrorObject()));
  }
  const Value millis = result->GetValue(0, 0);
  if (millis.IsNull()) {
    return Fail(ErrorKind::kUsage, "TIMESTAMP AS OF needs a time, not NULL");
  }
  return millis.GetValue<int64_t>();
}

}  // namespace limno::engine
