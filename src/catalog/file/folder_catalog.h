// The catalog that is the lake's own folder: no database, every name is a path.
//
//   <lake>/_limno/lake.json                    format version and id
//   <lake>/_limno/namespaces/<namespace>.json  namespaces that were created by name
//   <lake>/_limno/views/<namespace>/<view>.json
//   <lake>/<namespace>/<table>/_delta_log/     a table is a folder that has a log
//
// docs/formats/lake_folder.md describes the documents.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/random.h"
#include "catalog/catalog.h"
#include "storage/object_store.h"
#include "table/table.h"

namespace limno::catalog {

struct FolderCatalogParts {
  /// Rooted at the lake's folder, which need not exist before the first write.
  std::shared_ptr<storage::ObjectStore> store;
  /// The lake's folder, absolute and without a trailing '/'.
  std::string location;
  /// A store rooted at the folder of one table, given by absolute path.
  std::function<Result<std::shared_ptr<storage::ObjectStore>>(const std::string& path)> open_store;
  std::function<std::shared_ptr<table::Table>(std::shared_ptr<storage::ObjectStore>)> open_table;
  /// Makes the id of a new lake. Outlives the catalog.
  base::Random* random = nullptr;
};

/// Does no I/O. A lake whose lake.json has another format version is refused with kUnsupported by
/// the first call that touches it; a folder without lake.json is taken as a lake, and gets one with
/// the first namespace, view or new table.
std::unique_ptr<Catalog> MakeFolderCatalog(FolderCatalogParts parts);

/// kUsage unless `name` may name a namespace, table or view (see Catalog). `what` is for the
/// message: "table", "namespace", "view".
Result<void> CheckName(const std::string& name, const std::string& what);

}  // namespace limno::catalog
