#include <charconv>

#include "base/name_match.h"
#include "duckdb/parser/parsed_data/alter_table_info.hpp"
#include "duckdb/parser/parsed_data/comment_on_column_info.hpp"
#include "duckdb/parser/parsed_data/create_view_info.hpp"
#include "duckdb/parser/parsed_data/drop_info.hpp"
#include "duckdb/parser/statement/select_statement.hpp"
#include "duckdb/planner/parsed_data/bound_create_table_info.hpp"
#include "duckdb/planner/tableref/bound_at_clause.hpp"
#include "engine/column_alteration.h"
#include "engine/created_path.h"
#include "engine/errors.h"
#include "engine/lake_catalog.h"
#include "engine/lake_table.h"
#include "engine/lake_transaction.h"
#include "engine/missing_tables.h"
#include "engine/row_rules.h"
#include "engine/scan_functions.h"
#include "engine/spark_spelling.h"
#include "engine/table_alteration.h"
#include "engine/table_definition.h"
#include "engine/types.h"

namespace limno::engine {
namespace {

using duckdb::CatalogEntry;
using duckdb::CatalogTransaction;
using duckdb::CatalogType;

[[noreturn]] void RefuseEntry(const char* what) {
  ThrowError({ErrorKind::kUnsupported, std::string("a lake cannot hold ") + what, "",
              "create it in the temp schema of the session"});
}

/// The snapshot an AT clause asks for; nullptr without one.
table::SnapshotPtr SnapshotAt(const TableState& state,
                              optional_ptr<duckdb::BoundAtClause> at_clause) {
  if (!at_clause) {
    return nullptr;
  }
  const std::string unit = base::FoldCase(at_clause->Unit());
  const Value& value = at_clause->GetValue();
  if (value.IsNull()) {
    ThrowError({ErrorKind::kUsage, "AT needs a version or a time, not NULL", state.name(), ""});
  }
  if (unit == "version") {
    const Value version = value.DefaultCastAs(LogicalType::BIGINT);
    return Unwrap(state.table().AtVersion(version.GetValue<int64_t>()));
  }
  if (unit == "timestamp") {
    return Unwrap(state.table().AtTimestamp(FloorMillis(value)));
  }
  ThrowError(
      {ErrorKind::kUsage, "AT takes VERSION or TIMESTAMP, not " + at_clause->Unit(), "", ""});
}

/// Names change at once, not at COMMIT: inside BEGIN a ROLLBACK could not take that back.
void RefuseInTransaction(ClientContext& context, const char* statement) {
  if (!context.transaction.IsAutoCommit()) {
    ThrowError({ErrorKind::kUnsupported,
                std::string(statement) + " cannot run between BEGIN and COMMIT", "",
                "run it before or after the transaction"});
  }
}

/// A list of names; a namespace that is not there (yet) has none.
template <typename T>
std::vector<T> OrNone(Result<std::vector<T>> names) {
  if (!names && names.error().kind == ErrorKind::kNotFound) {
    return {};
  }
  return Unwrap(std::move(names));
}

LakeTransaction& TransactionOf(CatalogTransaction& transaction) {
  return transaction.transaction->Cast<LakeTransaction>();
}

/// A snapshot that holds only the files which brought rows in versions (after, upto].
table::SnapshotPtr OnlyAdded(const TableState& state, int64_t after, int64_t upto) {
  const auto latest = Unwrap(state.table().AtVersion(upto));
  auto added = std::make_shared<table::Snapshot>();
  added->version = upto;
  added->metadata = latest->metadata;
  added->files = table::FileSet().With(Unwrap(state.table().FilesAddedBetween(after, upto)), {});
  return added;
}

struct AddedName {
  catalog::TableName table;
  int64_t after = 0;
  int64_t upto = 0;
};

int64_t ParseVersion(std::string_view text) {
  int64_t version = -1;
  std::from_chars(text.data(), text.data() + text.size(), version);
  return version;
}

/// "namespace.table after upto".
AddedName ParseAddedName(const std::string& text) {
  AddedName name;
  const size_t last = text.rfind(' ');
  const size_t middle = last == std::string::npos ? last : text.rfind(' ', last - 1);
  const size_t dot = text.find('.');
  if (middle == std::string::npos || dot == std::string::npos || dot > middle) {
    ThrowError({ErrorKind::kUsage, "the lake has no table " + text, "", ""});
  }
  name.table = {text.substr(0, dot), text.substr(dot + 1, middle - dot - 1)};
  name.after = ParseVersion(text.substr(middle + 1, last - middle - 1));
  name.upto = ParseVersion(text.substr(last + 1));
  return name;
}

}  // namespace

optional_ptr<CatalogEntry> LakeSchema::LookupView(LakeTransaction& transaction,
                                                  const std::string& view_name) {
  auto& names = catalog.Cast<LakeCatalog>().names();
  for (const catalog::View& view : OrNone(names.Views(name))) {
    if (base::FoldCase(view.name.name) != base::FoldCase(view_name)) {
      continue;
    }
    duckdb::CreateViewInfo info(*this, view.name.name);
    info.sql = RewriteQuery(view.sql);
    info.query = duckdb::CreateViewInfo::ParseSelect(info.sql);
    return &transaction.KeepView(std::make_unique<duckdb::ViewCatalogEntry>(catalog, *this, info));
  }
  return nullptr;
}

std::shared_ptr<TableState> LakeSchema::FindState(LakeTransaction& transaction,
                                                  const std::string& table) {
  return name == kPathSchema ? transaction.OpenPath(table) : transaction.FindTable({name, table});
}

optional_ptr<CatalogEntry> LakeSchema::LookupEntry(CatalogTransaction transaction,
                                                   const duckdb::EntryLookupInfo& lookup) {
  const bool relation = lookup.GetCatalogType() == CatalogType::TABLE_ENTRY ||
                        lookup.GetCatalogType() == CatalogType::VIEW_ENTRY;
  if (!relation || !transaction.transaction) {
    return nullptr;
  }
  auto& lake_transaction = TransactionOf(transaction);
  if (name == kAddedSchema) {
    const AddedName added = ParseAddedName(lookup.GetEntryName());
    const auto read = lake_transaction.FindTable(added.table);
    if (read == nullptr) {
      return nullptr;
    }
    return &lake_transaction.KeepEntry(LakeTable::Make(catalog, *this, added.table.name, read,
                                                       OnlyAdded(*read, added.after, added.upto)));
  }
  if (name == kRearrangedSchema) {
    const auto scan = ScanRegistry::Of(transaction.GetContext())
                          ->Find(static_cast<uint64_t>(ParseVersion(lookup.GetEntryName())));
    return scan == nullptr ? nullptr
                           : &lake_transaction.KeepEntry(LakeTable::MakeRearranged(
                                 catalog, *this, lookup.GetEntryName(), *scan));
  }
  const bool created =
      name == kPathSchema && CreatedPath::Of(transaction.GetContext())->Is(lookup.GetEntryName());
  const auto state = created ? lake_transaction.FindTable({name, lookup.GetEntryName()})
                             : FindState(lake_transaction, lookup.GetEntryName());
  if (state == nullptr && created) {
    return nullptr;
  }
  if (state == nullptr) {
    return LookupView(lake_transaction, lookup.GetEntryName());
  }
  auto historical = SnapshotAt(*state, lookup.GetAtClause());
  return &lake_transaction.KeepEntry(
      LakeTable::Make(catalog, *this, lookup.GetEntryName(), state, std::move(historical)));
}

duckdb::SimilarCatalogEntry LakeSchema::GetSimilarEntry(CatalogTransaction /*transaction*/,
                                                        const duckdb::EntryLookupInfo& lookup) {
  duckdb::SimilarCatalogEntry similar;
  if (name == kPathSchema || name == kAddedSchema || name == kRearrangedSchema) {
    return similar;
  }
  similar.name = NearestTable(catalog.Cast<LakeCatalog>().names(),
                              {name == kDefaultSchema ? "" : name, lookup.GetEntryName()});
  // Above whatever DuckDB's own schemas have to offer.
  similar.score = 2;
  return similar;
}

void LakeSchema::Scan(ClientContext& context, CatalogType type,
                      const std::function<void(CatalogEntry&)>& visit) {
  if (type != CatalogType::TABLE_ENTRY && type != CatalogType::VIEW_ENTRY) {
    return;
  }
  auto& names = catalog.Cast<LakeCatalog>().names();
  auto& transaction = LakeTransaction::Get(context, catalog);
  for (const std::string& table : OrNone(names.Tables(name))) {
    if (const auto state = transaction.FindTable({name, table})) {
      visit(transaction.KeepEntry(LakeTable::Make(catalog, *this, table, state, nullptr)));
    }
  }
  for (const catalog::View& view : OrNone(names.Views(name))) {
    visit(*LookupView(transaction, view.name.name));
  }
}

void LakeSchema::Scan(CatalogType /*type*/, const std::function<void(CatalogEntry&)>& /*visit*/) {
  // Without a client there is no transaction, and without a transaction no table is open.
}

optional_ptr<CatalogEntry> LakeSchema::CreateTable(CatalogTransaction transaction,
                                                   duckdb::BoundCreateTableInfo& info) {
  auto& lake_transaction = TransactionOf(transaction);
  duckdb::CreateTableInfo& base = info.Base();
  const catalog::TableName table_name{name, base.table};
  auto state = lake_transaction.FindTable(table_name);
  table::Metadata metadata = Unwrap(MetadataFromCreate(transaction.GetContext(), base));
  if (state != nullptr && base.on_conflict == duckdb::OnCreateConflict::IGNORE_ON_CONFLICT) {
    return nullptr;
  }
  if (state != nullptr && base.on_conflict == duckdb::OnCreateConflict::ERROR_ON_CONFLICT) {
    ThrowError({ErrorKind::kAlreadyExists, "table " + table_name.ToString() + " exists already", "",
                "use CREATE OR REPLACE TABLE to give it a new version"});
  }
  if (state != nullptr) {
    lake_transaction.ReplaceTable(*state, std::move(metadata));
  } else {
    state = lake_transaction.CreateTable(table_name, std::move(metadata));
  }
  // Bound once, so that a rule that nothing can satisfy is refused now and not with the first row.
  const RowRules rules(transaction.GetContext(), *state);
  state->StageOperation(state->base() == nullptr ? "CREATE TABLE" : "CREATE OR REPLACE TABLE", {},
                        {});
  return &lake_transaction.KeepEntry(LakeTable::Make(catalog, *this, base.table, state, nullptr));
}

optional_ptr<CatalogEntry> LakeSchema::CreateView(CatalogTransaction transaction,
                                                  duckdb::CreateViewInfo& info) {
  RefuseInTransaction(transaction.GetContext(), "CREATE VIEW");
  auto& names = catalog.Cast<LakeCatalog>().names();
  const catalog::View view{{name, info.view_name}, info.query->ToString()};
  const bool replace = info.on_conflict == duckdb::OnCreateConflict::REPLACE_ON_CONFLICT;
  auto stored = names.PutView(view, replace);
  if (!stored && !(stored.error().kind == ErrorKind::kAlreadyExists &&
                   info.on_conflict == duckdb::OnCreateConflict::IGNORE_ON_CONFLICT)) {
    ThrowError(stored.error());
  }
  return LookupView(TransactionOf(transaction), info.view_name);
}

void LakeSchema::DropEntry(ClientContext& context, duckdb::DropInfo& info) {
  RefuseInTransaction(context, "DROP");
  auto& names = catalog.Cast<LakeCatalog>().names();
  const catalog::TableName dropped{name, info.name};
  if (info.type == CatalogType::VIEW_ENTRY) {
    Unwrap(names.DropView(dropped));
    return;
  }
  LakeTransaction::Get(context, catalog).Forget(dropped);
  Unwrap(names.DropTable(dropped));
}

void LakeSchema::Alter(CatalogTransaction transaction, duckdb::AlterInfo& info) {
  if (info.GetCatalogType() != CatalogType::TABLE_ENTRY) {
    ThrowError({ErrorKind::kUnsupported, "only tables can be altered", info.name, ""});
  }
  const auto state = FindState(TransactionOf(transaction), info.name);
  if (state == nullptr) {
    if (info.if_not_found == duckdb::OnEntryNotFound::RETURN_NULL) {
      return;
    }
    ThrowError({ErrorKind::kNotFound, "no table " + name + "." + info.name, "", ""});
  }
  if (info.type == duckdb::AlterType::ALTER_TABLE) {
    Unwrap(AlterTable(transaction.GetContext(), *state, info.Cast<duckdb::AlterTableInfo>()));
  } else if (info.type == duckdb::AlterType::SET_COMMENT) {
    CommentTable(*state, info.Cast<duckdb::SetCommentInfo>().comment_value);
  } else if (info.type == duckdb::AlterType::SET_COLUMN_COMMENT) {
    const auto& set = info.Cast<duckdb::SetColumnCommentInfo>();
    Unwrap(CommentColumn(
        *state, {set.column_name},
        set.comment_value.IsNull() ? std::nullopt : std::optional(set.comment_value.ToString())));
  } else {
    ThrowError({ErrorKind::kUnsupported, "this ALTER is not supported", state->name(), ""});
  }
}

optional_ptr<CatalogEntry> LakeSchema::CreateIndex(CatalogTransaction /*transaction*/,
                                                   duckdb::CreateIndexInfo& /*info*/,
                                                   duckdb::TableCatalogEntry& /*table*/) {
  RefuseEntry("indexes");
}

optional_ptr<CatalogEntry> LakeSchema::CreateFunction(CatalogTransaction /*transaction*/,
                                                      duckdb::CreateFunctionInfo& /*info*/) {
  RefuseEntry("functions and macros");
}

optional_ptr<CatalogEntry> LakeSchema::CreateSequence(CatalogTransaction /*transaction*/,
                                                      duckdb::CreateSequenceInfo& /*info*/) {
  RefuseEntry("sequences");
}

optional_ptr<CatalogEntry> LakeSchema::CreateTableFunction(
    CatalogTransaction /*transaction*/, duckdb::CreateTableFunctionInfo& /*info*/) {
  RefuseEntry("table functions");
}

optional_ptr<CatalogEntry> LakeSchema::CreateCopyFunction(
    CatalogTransaction /*transaction*/, duckdb::CreateCopyFunctionInfo& /*info*/) {
  RefuseEntry("copy functions");
}

optional_ptr<CatalogEntry> LakeSchema::CreatePragmaFunction(
    CatalogTransaction /*transaction*/, duckdb::CreatePragmaFunctionInfo& /*info*/) {
  RefuseEntry("pragmas");
}

optional_ptr<CatalogEntry> LakeSchema::CreateCollation(CatalogTransaction /*transaction*/,
                                                       duckdb::CreateCollationInfo& /*info*/) {
  RefuseEntry("collations");
}

optional_ptr<CatalogEntry> LakeSchema::CreateType(CatalogTransaction /*transaction*/,
                                                  duckdb::CreateTypeInfo& /*info*/) {
  RefuseEntry("types");
}

}  // namespace limno::engine
