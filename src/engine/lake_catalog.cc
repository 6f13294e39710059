#include "engine/lake_catalog.h"

#include "base/name_match.h"
#include "duckdb/common/types/hash.hpp"
#include "duckdb/parser/parsed_data/create_schema_info.hpp"
#include "duckdb/parser/parsed_data/create_table_info.hpp"
#include "duckdb/parser/parsed_data/drop_info.hpp"
#include "duckdb/planner/parsed_data/bound_create_table_info.hpp"
#include "duckdb/storage/database_size.hpp"
#include "engine/errors.h"

namespace limno::engine {

using duckdb::CatalogType;

duckdb::CatalogLookupBehavior LakeCatalog::CatalogTypeLookupRule(CatalogType type) const {
  switch (type) {
    case CatalogType::TABLE_ENTRY:
    case CatalogType::VIEW_ENTRY:
    case CatalogType::SCHEMA_ENTRY:
      return duckdb::CatalogLookupBehavior::STANDARD;
    default:
      return duckdb::CatalogLookupBehavior::NEVER_LOOKUP;
  }
}

duckdb::DatabaseSize LakeCatalog::GetDatabaseSize(ClientContext& /*context*/) { return {}; }

duckdb::ErrorData LakeCatalog::SupportsCreateTable(duckdb::BoundCreateTableInfo& info) {
  for (const auto& constraint : info.Base().constraints) {
    if (constraint->type != duckdb::ConstraintType::NOT_NULL) {
      return duckdb::ErrorData(duckdb::ExceptionType::NOT_IMPLEMENTED,
                               "lake tables have no keys and no CHECK constraints: only NOT NULL");
    }
  }
  return {};
}

LakeSchema& LakeCatalog::SchemaEntry(const std::string& name) {
  const std::lock_guard<std::mutex> lock(mutex_);
  auto& entry = schemas_[base::FoldCase(name)];
  if (entry == nullptr) {
    duckdb::CreateSchemaInfo info;
    info.schema = name;
    entry = std::make_unique<LakeSchema>(*this, info);
  }
  return *entry;
}

optional_ptr<duckdb::CatalogEntry> LakeCatalog::CreateSchema(
    duckdb::CatalogTransaction /*transaction*/, duckdb::CreateSchemaInfo& info) {
  const auto existing = Unwrap(names_->Namespaces());
  for (const std::string& name : existing) {
    if (base::FoldCase(name) != base::FoldCase(info.schema)) {
      continue;
    }
    if (info.on_conflict == duckdb::OnCreateConflict::ERROR_ON_CONFLICT) {
      ThrowError({ErrorKind::kAlreadyExists, "namespace " + name + " exists already", "", ""});
    }
    return &SchemaEntry(name);
  }
  Unwrap(names_->CreateNamespace(info.schema));
  return &SchemaEntry(info.schema);
}

void LakeCatalog::DropSchema(ClientContext& /*context*/, duckdb::DropInfo& info) {
  if (info.cascade) {
    for (const std::string& name : Unwrap(names_->Tables(info.name))) {
      Unwrap(names_->DropTable({info.name, name}));
    }
    for (const catalog::View& view : Unwrap(names_->Views(info.name))) {
      Unwrap(names_->DropView(view.name));
    }
  }
  Unwrap(names_->DropNamespace(info.name));
}

optional_ptr<duckdb::SchemaCatalogEntry> LakeCatalog::LookupSchema(
    duckdb::CatalogTransaction /*transaction*/, const duckdb::EntryLookupInfo& lookup,
    duckdb::OnEntryNotFound if_not_found) {
  const std::string& wanted = lookup.GetEntryName();
  const std::string folded = base::FoldCase(wanted);
  if (folded == kDefaultSchema || folded == kPathSchema || folded == kAddedSchema ||
      folded == kRearrangedSchema) {
    return &SchemaEntry(folded);
  }
  const auto existing = Unwrap(names_->Namespaces());
  for (const std::string& name : existing) {
    if (base::FoldCase(name) == base::FoldCase(wanted)) {
      return &SchemaEntry(name);
    }
  }
  if (if_not_found == duckdb::OnEntryNotFound::RETURN_NULL) {
    return nullptr;
  }
  ThrowError({ErrorKind::kNotFound, "the lake has no namespace " + wanted, "",
              base::NearestNameHint(wanted, existing)});
}

void LakeCatalog::ScanSchemas(ClientContext& /*context*/,
                              std::function<void(duckdb::SchemaCatalogEntry&)> visit) {
  bool has_default = false;
  for (const std::string& name : Unwrap(names_->Namespaces())) {
    has_default = has_default || base::FoldCase(name) == kDefaultSchema;
    visit(SchemaEntry(name));
  }
  if (!has_default) {
    visit(SchemaEntry(kDefaultSchema));
  }
}

}  // namespace limno::engine
