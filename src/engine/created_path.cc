#include "engine/created_path.h"

#include "base/name_match.h"
#include "duckdb/parser/parsed_data/create_table_info.hpp"
#include "duckdb/parser/statement/create_statement.hpp"
#include "engine/lake_catalog.h"

namespace limno::engine {

duckdb::shared_ptr<CreatedPath> CreatedPath::Of(ClientContext& context) {
  return context.registered_state->GetOrCreate<CreatedPath>("limno_created_path");
}

void CreatedPath::Follow(const duckdb::SQLStatement& statement) {
  path_.clear();
  if (statement.type != duckdb::StatementType::CREATE_STATEMENT) {
    return;
  }
  const auto& info = *statement.Cast<duckdb::CreateStatement>().info;
  if (info.type == duckdb::CatalogType::TABLE_ENTRY && base::FoldCase(info.schema) == kPathSchema) {
    path_ = info.Cast<duckdb::CreateTableInfo>().table;
  }
}

}  // namespace limno::engine
