// A table of the lake at one version, as DuckDB's catalog sees it.
#pragma once

#include <memory>

#include "engine/duck.h"
#include "engine/file_list.h"
#include "engine/table_state.h"

namespace limno::engine {

class LakeTable final : public duckdb::TableCatalogEntry {
 public:
  /// `historical`: the version that AT (...) asked for; nullptr for the transaction's own view.
  LakeTable(duckdb::Catalog& catalog, duckdb::SchemaCatalogEntry& schema,
            duckdb::CreateTableInfo& info, std::shared_ptr<TableState> state,
            table::SnapshotPtr historical);

  /// Builds an entry with the columns of the state's (or the historical snapshot's) schema.
  static std::unique_ptr<LakeTable> Make(duckdb::Catalog& catalog,
                                         duckdb::SchemaCatalogEntry& schema,
                                         const std::string& name, std::shared_ptr<TableState> state,
                                         table::SnapshotPtr historical);

  /// Where the rows of a registered scan are written anew: the table's columns, and those of the
  /// rows' identity where it is kept.
  static std::unique_ptr<LakeTable> MakeRearranged(duckdb::Catalog& catalog,
                                                   duckdb::SchemaCatalogEntry& schema,
                                                   const std::string& name,
                                                   const ScanContext& scan);
  /// Rows come with their identity, after the table's columns.
  bool TakesIdentity() const { return takes_identity_; }

  TableState& state() const { return *state_; }
  const std::shared_ptr<TableState>& state_ptr() const { return state_; }
  bool IsHistorical() const { return historical_ != nullptr; }
  /// nullptr: the table as the transaction sees it.
  const table::Snapshot* historical() const { return historical_.get(); }
  const table::Metadata& metadata() const;
  /// The entry is what an UPDATE, DELETE or MERGE changes; other mentions of the same table in the
  /// statement have entries of their own.
  void MarkAsTarget() { is_target_ = true; }
  bool IsTarget() const { return is_target_; }

  duckdb::unique_ptr<duckdb::BaseStatistics> GetStatistics(ClientContext& context,
                                                           duckdb::column_t column) override;
  duckdb::TableFunction GetScanFunction(
      ClientContext& context, duckdb::unique_ptr<duckdb::FunctionData>& bind_data) override;
  duckdb::TableStorageInfo GetStorageInfo(ClientContext& context) override;
  void BindUpdateConstraints(duckdb::Binder& binder, duckdb::LogicalGet& get,
                             duckdb::LogicalProjection& projection, duckdb::LogicalUpdate& update,
                             ClientContext& context) override;
  duckdb::virtual_column_map_t GetVirtualColumns() const override;
  /// Where a row is (file and position), and which row it is if the table tracks rows.
  duckdb::vector<duckdb::column_t> GetRowIdColumns() const override;

 private:
  bool TracksRows() const { return state_->table().RowIdentity(metadata()).has_value(); }

  std::shared_ptr<TableState> state_;
  table::SnapshotPtr historical_;
  bool is_target_ = false;
  bool takes_identity_ = false;
};

/// The files of a snapshot, for a scan.
std::vector<ScanFile> FilesOf(const table::Snapshot& snapshot);

}  // namespace limno::engine
