#include "engine/append.h"

#include <fmt/format.h>

#include "engine/adoption.h"
#include "engine/automatic_widening.h"
#include "engine/errors.h"
#include "engine/lake_catalog.h"
#include "engine/lake_transaction.h"
#include "engine/maintenance.h"
#include "engine/query_schema.h"
#include "engine/table_definition.h"
#include "engine/types.h"

namespace limno::engine {
namespace {

/// Many loads of many small files must not leave as many data files behind.
constexpr uint64_t kSmallestBytes = uint64_t{1} << 20;

std::string TableSql(const catalog::TableName& table) {
  return std::string(kLakeName) + "." + QuoteIdentifier(table.name_space) + "." +
         QuoteIdentifier(table.name);
}

Result<std::shared_ptr<TableState>> CreateFor(LakeTransaction& transaction,
                                              const catalog::TableName& table, table::Schema schema,
                                              const std::vector<std::string>& partition_by) {
  table::Metadata metadata;
  metadata.schema = std::move(schema);
  for (const std::string& column : partition_by) {
    LIMNO_ASSIGN(const table::Field* field,
                 FindColumn(metadata.schema, column, " to partition by", table.ToString()));
    metadata.partition_columns.push_back(field->name);
  }
  auto state = transaction.CreateTable(table, std::move(metadata));
  state->StageOperation("CREATE TABLE AS SELECT", {}, {});
  return state;
}

std::string WithRowsOf(const std::vector<ParquetFileInfo>& files, const std::string& query) {
  if (files.empty()) {
    return query;
  }
  std::string paths;
  for (const ParquetFileInfo& file : files) {
    paths += (paths.empty() ? "" : ", ") + QuoteString(file.path);
  }
  return fmt::format("{} UNION ALL BY NAME FROM read_parquet([{}], union_by_name=true)", query,
                     paths);
}

/// Returns the files whose rows have to be read.
std::vector<ParquetFileInfo> Adopt(TableState& state, const std::vector<ParquetFileInfo>& files) {
  std::vector<AdoptableFile> offered;
  for (const ParquetFileInfo& file : files) {
    offered.push_back({file, {}});
  }
  AdoptionOptions options;
  options.smallest_bytes = kSmallestBytes;
  std::vector<ParquetFileInfo> left_over;
  for (const LeftOverFile& left : AdoptFiles(state, offered, options)) {
    left_over.push_back(files[left.index]);
  }
  return left_over;
}

}  // namespace

Result<void> AppendRows(duckdb::Connection& connection, const catalog::TableName& table,
                        const Addition& addition, const std::vector<std::string>& partition_by) {
  return InTransaction(connection, [&]() -> Result<void> {
    LIMNO_ASSIGN(table::Schema wanted, QuerySchema(connection, addition.query));
    auto& lake = duckdb::Catalog::GetCatalog(*connection.context, kLakeName);
    auto& transaction = LakeTransaction::Get(*connection.context, lake);
    auto state = transaction.FindTable(table);
    if (state == nullptr) {
      LIMNO_ASSIGN(state, CreateFor(transaction, table, std::move(wanted), partition_by));
    } else {
      table::Metadata metadata = state->metadata();
      LIMNO_ASSIGN(const bool widened, WidenColumns(*state, metadata, wanted));
      LIMNO_ASSIGN(const bool evolved,
                   EvolveSchema(metadata.schema, wanted, table.ToString(), TypeClash::kRefuse));
      if (widened || evolved) {
        state->StageMetadata(std::move(metadata));
      }
    }
    const std::vector<ParquetFileInfo> left_over = Adopt(*state, addition.files);
    return RunSql(connection, fmt::format("INSERT INTO {} BY NAME {}", TableSql(table),
                                          WithRowsOf(left_over, addition.query)));
  });
}

}  // namespace limno::engine
