#include "engine/lake_table.h"

#include "duckdb/parser/constraints/not_null_constraint.hpp"
#include "duckdb/parser/parsed_data/create_table_info.hpp"
#include "duckdb/planner/expression/bound_columnref_expression.hpp"
#include "duckdb/planner/operator/logical_get.hpp"
#include "duckdb/planner/operator/logical_projection.hpp"
#include "duckdb/planner/operator/logical_update.hpp"
#include "duckdb/storage/table_storage_info.hpp"
#include "engine/column_defaults.h"
#include "engine/errors.h"
#include "engine/lake_scan.h"
#include "engine/row_identity.h"
#include "engine/types.h"
#include "table/column_annotations.h"

namespace limno::engine {

LakeTable::LakeTable(duckdb::Catalog& catalog, duckdb::SchemaCatalogEntry& schema,
                     duckdb::CreateTableInfo& info, std::shared_ptr<TableState> state,
                     table::SnapshotPtr historical)
    : TableCatalogEntry(catalog, schema, info),
      state_(std::move(state)),
      historical_(std::move(historical)) {}

namespace {

/// What DuckDB is to know of a table with that metadata.
void Describe(const table::Metadata& metadata, duckdb::CreateTableInfo& info) {
  for (size_t index = 0; index < metadata.schema.fields.size(); ++index) {
    const table::Field& field = metadata.schema.fields[index];
    duckdb::ColumnDefinition column(field.name, Unwrap(ToDuck(field.type)));
    // One that is not understood is refused when rows leave it out (WritableState).
    if (auto value = DefaultOf(field); value && *value) {
      column.SetDefaultValue(std::move(*value));
    }
    info.columns.AddColumn(std::move(column));
    if (!field.nullable) {
      info.constraints.push_back(
          duckdb::make_uniq<duckdb::NotNullConstraint>(duckdb::LogicalIndex(index)));
    }
  }
}

}  // namespace

std::unique_ptr<LakeTable> LakeTable::Make(duckdb::Catalog& catalog,
                                           duckdb::SchemaCatalogEntry& schema,
                                           const std::string& name,
                                           std::shared_ptr<TableState> state,
                                           table::SnapshotPtr historical) {
  duckdb::CreateTableInfo info(schema, name);
  Describe(historical ? historical->metadata : state->metadata(), info);
  return std::make_unique<LakeTable>(catalog, schema, info, std::move(state),
                                     std::move(historical));
}

std::unique_ptr<LakeTable> LakeTable::MakeRearranged(duckdb::Catalog& catalog,
                                                     duckdb::SchemaCatalogEntry& schema,
                                                     const std::string& name,
                                                     const ScanContext& scan) {
  duckdb::CreateTableInfo info(schema, name);
  Describe(scan.state->metadata(), info);
  const bool keeps_identity = KeepsIdentity(scan);
  if (keeps_identity) {
    info.columns.AddColumn(duckdb::ColumnDefinition(scan.identity->row_id, LogicalType::BIGINT));
    info.columns.AddColumn(
        duckdb::ColumnDefinition(scan.identity->commit_version, LogicalType::BIGINT));
  }
  auto entry = std::make_unique<LakeTable>(catalog, schema, info, scan.state, nullptr);
  entry->takes_identity_ = keeps_identity;
  return entry;
}

const table::Metadata& LakeTable::metadata() const {
  return historical_ ? historical_->metadata : state_->metadata();
}

duckdb::unique_ptr<duckdb::BaseStatistics> LakeTable::GetStatistics(ClientContext& /*context*/,
                                                                    duckdb::column_t /*column*/) {
  return nullptr;
}

std::vector<ScanFile> FilesOf(const table::Snapshot& snapshot) {
  std::vector<ScanFile> files;
  files.reserve(snapshot.files.size());
  snapshot.files.ForEach([&](const table::DataFilePtr& file) {
    files.push_back({file, nullptr});
    return true;
  });
  return files;
}

duckdb::TableFunction LakeTable::GetScanFunction(
    ClientContext& context, duckdb::unique_ptr<duckdb::FunctionData>& bind_data) {
  auto scan = std::make_shared<ScanContext>(state_, metadata(),
                                            historical_ ? FilesOf(*historical_) : state_->Files());
  scan->entry = this;
  scan->record_reads = historical_ == nullptr;
  return BindLakeScan(context, std::move(scan), bind_data);
}

duckdb::TableStorageInfo LakeTable::GetStorageInfo(ClientContext& /*context*/) { return {}; }

void LakeTable::BindUpdateConstraints(duckdb::Binder& /*binder*/, duckdb::LogicalGet& get,
                                      duckdb::LogicalProjection& projection,
                                      duckdb::LogicalUpdate& update, ClientContext& /*context*/) {
  // A changed row is written anew, so every column is needed; one requested twice would make the
  // Parquet reader return wrong rows, so those the scan already has are reused.
  duckdb::physical_index_set_t present;
  for (const auto& column : update.columns) {
    present.insert(column);
    // What the statement itself sets; the rest is added below.
    const table::Field& field = metadata().schema.fields[column.index];
    if (table::IsIdentity(field)) {
      ThrowError({ErrorKind::kRefused, "identity column " + field.name + " cannot be updated", name,
                  "name the columns to set, without this one"});
    }
  }
  for (const auto& column : GetColumns().Physical()) {
    if (present.find(column.Physical()) != present.end()) {
      continue;
    }
    const auto logical = column.Logical().index;
    auto& ids = get.GetMutableColumnIds();
    idx_t position = 0;
    while (position < ids.size() && ids[position].GetPrimaryIndex() != logical) {
      ++position;
    }
    if (position == ids.size()) {
      get.AddColumnId(logical);
    }
    update.expressions.push_back(duckdb::make_uniq<duckdb::BoundColumnRefExpression>(
        column.Type(),
        duckdb::ColumnBinding(projection.table_index, projection.expressions.size())));
    projection.expressions.push_back(duckdb::make_uniq<duckdb::BoundColumnRefExpression>(
        column.Type(), duckdb::ColumnBinding(get.table_index, position)));
    update.columns.push_back(column.Physical());
  }
}

duckdb::virtual_column_map_t LakeTable::GetVirtualColumns() const {
  return ScanVirtualColumns(TracksRows());
}

duckdb::vector<duckdb::column_t> LakeTable::GetRowIdColumns() const {
  duckdb::vector<duckdb::column_t> columns{
      kFileIdColumn, duckdb::MultiFileReader::COLUMN_IDENTIFIER_FILE_ROW_NUMBER};
  if (TracksRows()) {
    columns.push_back(kKeptRowIdColumn);
  }
  return columns;
}

}  // namespace limno::engine
