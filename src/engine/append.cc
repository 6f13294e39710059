#include "engine/append.h"

#include <fmt/format.h>

#include <filesystem>

#include "engine/errors.h"
#include "engine/lake_catalog.h"
#include "engine/lake_transaction.h"
#include "engine/maintenance.h"
#include "engine/table_definition.h"
#include "engine/types.h"

namespace limno::engine {
namespace {

std::string TableSql(const catalog::TableName& table) {
  return std::string(kLakeName) + "." + QuoteIdentifier(table.name_space) + "." +
         QuoteIdentifier(table.name);
}

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

Result<void> CreateFor(LakeTransaction& transaction, const catalog::TableName& table,
                       table::Schema schema, const std::vector<std::string>& partition_by) {
  table::Metadata metadata;
  metadata.schema = std::move(schema);
  for (const std::string& column : partition_by) {
    LIMNO_ASSIGN(const table::Field* field,
                 FindColumn(metadata.schema, column, " to partition by", table.ToString()));
    metadata.partition_columns.push_back(field->name);
  }
  const auto state = transaction.CreateTable(table, std::move(metadata));
  state->StageOperation("CREATE TABLE AS SELECT", {}, {});
  return {};
}

}  // namespace

Result<void> AppendQuery(duckdb::Connection& connection, const catalog::TableName& table,
                         const std::string& query, const std::vector<std::string>& partition_by) {
  return InTransaction(connection, [&]() -> Result<void> {
    LIMNO_ASSIGN(table::Schema wanted, QuerySchema(connection, query));
    auto& lake = duckdb::Catalog::GetCatalog(*connection.context, kLakeName);
    auto& transaction = LakeTransaction::Get(*connection.context, lake);
    const auto state = transaction.FindTable(table);
    if (state == nullptr) {
      LIMNO_TRY(CreateFor(transaction, table, std::move(wanted), partition_by));
    } else {
      table::Metadata metadata = state->metadata();
      LIMNO_ASSIGN(const bool evolved, EvolveSchema(metadata.schema, wanted, table.ToString()));
      if (evolved) {
        state->StageMetadata(std::move(metadata));
      }
    }
    return RunSql(connection, fmt::format("INSERT INTO {} BY NAME {}", TableSql(table), query));
  });
}

Result<ParquetFileInfo> WriteQueryToParquet(duckdb::Connection& connection,
                                            const std::string& query, const std::string& path) {
  return Fenced([&]() -> Result<ParquetFileInfo> {
    auto result = connection.Query(fmt::format("COPY ({}) TO {} (FORMAT parquet, COMPRESSION zstd)",
                                               query, QuoteString(path)));
    if (result->HasError()) {
      (void)std::remove(path.c_str());
      return Fail(FromDuck(result->GetErrorObject()));
    }
    ParquetFileInfo info;
    info.rows = static_cast<uint64_t>(result->GetValue(0, 0).GetValue<int64_t>());
    std::error_code ignored;
    info.bytes = std::filesystem::file_size(path, ignored);
    return info;
  });
}

}  // namespace limno::engine
