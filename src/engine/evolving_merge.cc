#include "engine/evolving_merge.h"

#include <algorithm>

#include "base/name_match.h"
#include "engine/automatic_widening.h"
#include "engine/errors.h"
#include "engine/query_schema.h"
#include "engine/spark_spelling.h"
#include "engine/statement_run.h"
#include "engine/table_definition.h"

namespace limno::engine {
namespace {

bool Writes(const EvolvingMerge& statement, const std::string& column) {
  return statement.all_columns ||
         std::any_of(statement.columns.begin(), statement.columns.end(),
                     [&](const std::string& written) {
                       return base::FoldCase(written) == base::FoldCase(column);
                     });
}

}  // namespace

Result<TextTable> StageEvolvingMerge(duckdb::Connection& connection,
                                     const std::shared_ptr<TableState>& state,
                                     const EvolvingMerge& statement) {
  LIMNO_ASSIGN(table::Schema source,
               QuerySchema(connection, RewriteQuery("SELECT * FROM " + statement.source)));
  source.fields.erase(
      std::remove_if(source.fields.begin(), source.fields.end(),
                     [&](const table::Field& field) { return !Writes(statement, field.name); }),
      source.fields.end());
  table::Metadata metadata = state->metadata();
  LIMNO_ASSIGN(const bool widened, WidenColumns(*state, metadata, source));
  LIMNO_ASSIGN(const bool evolved,
               EvolveSchema(metadata.schema, source, state->name(), TypeClash::kCast));
  if (widened || evolved) {
    state->StageMetadata(std::move(metadata));
    state->StageOperation("MERGE", {}, {});
  }
  const auto result = RunText(connection, RewriteQuery(statement.sql));
  if (result->HasError()) {
    return Fail(FromDuck(result->GetErrorObject()));
  }
  return TextTable{{{"Count", "BIGINT", true}}, {{{result->GetValue(0, 0).ToString(), false}}}};
}

}  // namespace limno::engine
