// The lake as a DuckDB catalog: namespaces are schemas, tables and views are looked up when asked
// for.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "catalog/catalog.h"
#include "engine/duck.h"

namespace limno::engine {

class LakeTransaction;
class TableState;

/// Name of the schema for names without one, and of the catalog.
inline constexpr char kDefaultSchema[] = "main";
inline constexpr char kLakeName[] = "lake";
/// Tables in this schema are named by their path: lake.delta."/data/orders".
inline constexpr char kPathSchema[] = "delta";
/// Entries of this schema are "namespace.table after upto": the rows that came between two
/// versions.
inline constexpr char kAddedSchema[] = "limno_added";

/// Entries of this schema are numbers of the ScanRegistry: INSERT writes the rows of such a scan
/// anew into its table, as the same rows.
inline constexpr char kRearrangedSchema[] = "limno_rearranged";

/// One namespace. Stateless: every lookup goes to the catalog room and the transaction.
class LakeSchema final : public duckdb::SchemaCatalogEntry {
 public:
  LakeSchema(duckdb::Catalog& catalog, duckdb::CreateSchemaInfo& info)
      : SchemaCatalogEntry(catalog, info) {}

  void Scan(ClientContext& context, duckdb::CatalogType type,
            const std::function<void(duckdb::CatalogEntry&)>& visit) override;
  void Scan(duckdb::CatalogType type,
            const std::function<void(duckdb::CatalogEntry&)>& visit) override;
  optional_ptr<duckdb::CatalogEntry> LookupEntry(duckdb::CatalogTransaction transaction,
                                                 const duckdb::EntryLookupInfo& lookup) override;
  /// For messages about a table that is not there.
  duckdb::SimilarCatalogEntry GetSimilarEntry(duckdb::CatalogTransaction transaction,
                                              const duckdb::EntryLookupInfo& lookup) override;
  optional_ptr<duckdb::CatalogEntry> CreateTable(duckdb::CatalogTransaction transaction,
                                                 duckdb::BoundCreateTableInfo& info) override;
  optional_ptr<duckdb::CatalogEntry> CreateView(duckdb::CatalogTransaction transaction,
                                                duckdb::CreateViewInfo& info) override;
  void DropEntry(ClientContext& context, duckdb::DropInfo& info) override;
  void Alter(duckdb::CatalogTransaction transaction, duckdb::AlterInfo& info) override;

  optional_ptr<duckdb::CatalogEntry> CreateIndex(duckdb::CatalogTransaction transaction,
                                                 duckdb::CreateIndexInfo& info,
                                                 duckdb::TableCatalogEntry& table) override;
  optional_ptr<duckdb::CatalogEntry> CreateFunction(duckdb::CatalogTransaction transaction,
                                                    duckdb::CreateFunctionInfo& info) override;
  optional_ptr<duckdb::CatalogEntry> CreateSequence(duckdb::CatalogTransaction transaction,
                                                    duckdb::CreateSequenceInfo& info) override;
  optional_ptr<duckdb::CatalogEntry> CreateTableFunction(
      duckdb::CatalogTransaction transaction, duckdb::CreateTableFunctionInfo& info) override;
  optional_ptr<duckdb::CatalogEntry> CreateCopyFunction(
      duckdb::CatalogTransaction transaction, duckdb::CreateCopyFunctionInfo& info) override;
  optional_ptr<duckdb::CatalogEntry> CreatePragmaFunction(
      duckdb::CatalogTransaction transaction, duckdb::CreatePragmaFunctionInfo& info) override;
  optional_ptr<duckdb::CatalogEntry> CreateCollation(duckdb::CatalogTransaction transaction,
                                                     duckdb::CreateCollationInfo& info) override;
  optional_ptr<duckdb::CatalogEntry> CreateType(duckdb::CatalogTransaction transaction,
                                                duckdb::CreateTypeInfo& info) override;

 private:
  /// By name, or in the schema of paths by path; nullptr if there is no such table in the lake.
  std::shared_ptr<TableState> FindState(LakeTransaction& transaction, const std::string& table);
  optional_ptr<duckdb::CatalogEntry> LookupView(LakeTransaction& transaction,
                                                const std::string& view_name);
};

class LakeCatalog final : public duckdb::Catalog {
 public:
  LakeCatalog(duckdb::AttachedDatabase& db, std::shared_ptr<catalog::Catalog> names)
      : Catalog(db), names_(std::move(names)) {}

  catalog::Catalog& names() const { return *names_; }

  void Initialize(bool /*load_builtin*/) override {}
  duckdb::string GetCatalogType() override { return "limno"; }
  bool SupportsTimeTravel() const override { return true; }
  duckdb::string GetDefaultSchema() const override { return kDefaultSchema; }
  duckdb::CatalogLookupBehavior CatalogTypeLookupRule(duckdb::CatalogType type) const override;
  bool InMemory() override { return false; }
  duckdb::string GetDBPath() override { return names_->Location(); }
  duckdb::DatabaseSize GetDatabaseSize(ClientContext& context) override;
  duckdb::ErrorData SupportsCreateTable(duckdb::BoundCreateTableInfo& info) override;

  optional_ptr<duckdb::CatalogEntry> CreateSchema(duckdb::CatalogTransaction transaction,
                                                  duckdb::CreateSchemaInfo& info) override;
  optional_ptr<duckdb::SchemaCatalogEntry> LookupSchema(
      duckdb::CatalogTransaction transaction, const duckdb::EntryLookupInfo& lookup,
      duckdb::OnEntryNotFound if_not_found) override;
  void ScanSchemas(ClientContext& context,
                   std::function<void(duckdb::SchemaCatalogEntry&)> visit) override;

  duckdb::PhysicalOperator& PlanCreateTableAs(ClientContext& context,
                                              duckdb::PhysicalPlanGenerator& planner,
                                              duckdb::LogicalCreateTable& op,
                                              duckdb::PhysicalOperator& plan) override;
  duckdb::PhysicalOperator& PlanInsert(ClientContext& context,
                                       duckdb::PhysicalPlanGenerator& planner,
                                       duckdb::LogicalInsert& op,
                                       optional_ptr<duckdb::PhysicalOperator> plan) override;
  duckdb::PhysicalOperator& PlanDelete(ClientContext& context,
                                       duckdb::PhysicalPlanGenerator& planner,
                                       duckdb::LogicalDelete& op,
                                       duckdb::PhysicalOperator& plan) override;
  duckdb::PhysicalOperator& PlanUpdate(ClientContext& context,
                                       duckdb::PhysicalPlanGenerator& planner,
                                       duckdb::LogicalUpdate& op,
                                       duckdb::PhysicalOperator& plan) override;
  duckdb::PhysicalOperator& PlanMergeInto(ClientContext& context,
                                          duckdb::PhysicalPlanGenerator& planner,
                                          duckdb::LogicalMergeInto& op,
                                          duckdb::PhysicalOperator& plan) override;

 private:
  void DropSchema(ClientContext& context, duckdb::DropInfo& info) override;
  LakeSchema& SchemaEntry(const std::string& name);

  std::shared_ptr<catalog::Catalog> names_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<LakeSchema>> schemas_;
};

}  // namespace limno::engine
