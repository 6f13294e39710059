// What to say where a statement names a table that is not there.
#pragma once

#include <string>

#include "catalog/catalog.h"
#include "engine/duck.h"
#include "limno/error.h"

namespace limno::engine {

/// The table or view, as "namespace.name", that was most likely meant; empty if none is near. An
/// empty namespace: any.
std::string NearestTable(catalog::Catalog& names, const catalog::TableName& name);

/// `error`, met when the table at `path` was opened, with a hint that helps to find the right one.
Error AtWrongPath(catalog::Catalog& names, const std::string& path, Error error);

/// Makes queries of a namespace that is not there say so, and keeps DuckDB from searching all
/// tables of all schemas for a name to suggest.
void RegisterMissingTables(duckdb::DatabaseInstance& database);

}  // namespace limno::engine
