#include "engine/query_schema.h"

#include "engine/errors.h"
#include "engine/types.h"

namespace limno::engine {

Result<table::Schema> QuerySchema(duckdb::Connection& connection, const std::string& query) {
  const auto prepared = connection.Prepare(query);
  if (prepared->HasError()) {
    return Fail(FromDuck(prepared->error));
  }
  table::Schema schema;
  for (size_t index = 0; index < prepared->GetNames().size(); ++index) {
    const std::string& name = prepared->GetNames()[index];
    if (schema.Find(name) != nullptr) {
      return Fail(ErrorKind::kUsage, "the query has two columns named " + name);
    }
    LIMNO_ASSIGN(table::DataType type, FromDuck(prepared->GetTypes()[index]));
    schema.fields.push_back({name, std::move(type), true, {}});
  }
  return schema;
}

}  // namespace limno::engine
