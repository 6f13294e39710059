#include "engine/missing_tables.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>

#include "base/name_match.h"
#include "duckdb/function/replacement_scan.hpp"
#include "duckdb/main/config.hpp"
#include "duckdb/parser/tableref.hpp"
#include "engine/errors.h"
#include "engine/lake_catalog.h"
#include "engine/statement_parser.h"

namespace limno::engine {
namespace {

namespace fs = std::filesystem;

/// As many names are listed; more would hide the message.
constexpr size_t kListedNames = 10;

std::vector<std::string> FoldersIn(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    if (entry->is_directory(error)) {
      names.push_back(entry->path().filename());
    }
  }
  return names;
}

bool IsTable(const fs::path& folder) {
  std::error_code error;
  return fs::is_directory(folder / "_delta_log", error);
}

/// The path with its first component that is not there replaced by the nearest one that is.
std::string NearestFolder(const fs::path& path) {
  fs::path existing;
  std::error_code error;
  for (auto part = path.begin(); part != path.end(); ++part) {
    if (fs::is_directory(existing / *part, error)) {
      existing /= *part;
      continue;
    }
    const auto nearest =
        base::NearestName(part->string(), FoldersIn(existing.empty() ? "." : existing));
    if (!nearest) {
      return "";
    }
    existing /= *nearest;
    while (++part != path.end()) {
      existing /= *part;
    }
    return IsTable(existing) ? existing.string() : "";
  }
  return "";
}

/// What is to be done about a folder that is there but no table.
std::string HintForFolder(const fs::path& folder) {
  std::vector<std::string> tables;
  for (const std::string& name : FoldersIn(folder)) {
    if (IsTable(folder / name) && tables.size() < kListedNames) {
      tables.push_back((folder / name).string());
    }
  }
  std::sort(tables.begin(), tables.end());
  return tables.empty() ? "" : fmt::format("tables in this folder: {}", fmt::join(tables, ", "));
}

/// DuckDB asks for a replacement of every table that it does not find.
duckdb::unique_ptr<duckdb::TableRef> RefuseUnknownNamespace(
    ClientContext& context, duckdb::ReplacementScanInput& input,
    optional_ptr<duckdb::ReplacementScanData> /*data*/) {
  const bool in_lake = input.catalog_name.empty() || input.catalog_name == kLakeName;
  if (!in_lake || input.schema_name.empty()) {
    return nullptr;
  }
  auto& lake = duckdb::Catalog::GetCatalog(context, kLakeName).Cast<LakeCatalog>();
  if (lake.GetSchema(context, input.schema_name, duckdb::OnEntryNotFound::RETURN_NULL)) {
    return nullptr;
  }
  ThrowError(lake.names().OpenTable({input.schema_name, input.table_name}).error());
}

}  // namespace

std::string NearestTable(catalog::Catalog& names, const catalog::TableName& name) {
  std::vector<std::string> qualified;
  std::vector<std::string> bare;
  const auto add = [&](const std::string& name_space, const std::string& table) {
    qualified.push_back(catalog::TableName{name_space, table}.ToString());
    bare.push_back(table);
  };
  for (const std::string& name_space : names.Namespaces().value_or(std::vector<std::string>())) {
    for (const std::string& table : names.Tables(name_space).value_or(std::vector<std::string>())) {
      add(name_space, table);
    }
    for (const catalog::View& view :
         names.Views(name_space).value_or(std::vector<catalog::View>())) {
      add(name_space, view.name.name);
    }
  }
  if (!name.name_space.empty()) {
    if (const auto nearest = base::NearestName(name.ToString(), qualified)) {
      return *nearest;
    }
  }
  const auto nearest = base::NearestName(name.name, bare);
  const auto found = nearest ? std::find(bare.begin(), bare.end(), *nearest) : bare.end();
  return found == bare.end() ? "" : qualified[static_cast<size_t>(found - bare.begin())];
}

Error AtWrongPath(catalog::Catalog& names, const std::string& path, Error error) {
  const TableTarget target = ParseTableTarget(path);
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    error.hint = HintForFolder(path);
  } else if (target.path.empty() && names.OpenTable({target.name_space, target.name})) {
    error.hint = fmt::format("'{}' is a table of the lake: write it without delta()", path);
  } else if (const std::string nearest = NearestFolder(path); !nearest.empty()) {
    error.hint = fmt::format("did you mean '{}'?", nearest);
  }
  return error;
}

void RegisterMissingTables(duckdb::DatabaseInstance& database) {
  auto& config = duckdb::DBConfig::GetConfig(database);
  config.SetOptionByName("catalog_error_max_schemas", Value::UBIGINT(0));
  config.replacement_scans.emplace_back(RefuseUnknownNamespace);
}

}  // namespace limno::engine
