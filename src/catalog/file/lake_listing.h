// What is in a lake's folder, found by looking. No cache: the folder is the truth.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "limno/result.h"
#include "storage/object_store.h"

namespace limno::catalog {

/// Whether `name` obeys the rules of Catalog.
bool IsName(const std::string& name);

/// The one of `names` that equals `wanted` without regard to case, an exact match first.
std::optional<std::string> FindName(const std::vector<std::string>& names,
                                    const std::string& wanted);

/// Thread safe.
class LakeListing {
 public:
  explicit LakeListing(std::shared_ptr<storage::ObjectStore> store) : store_(std::move(store)) {}

  Result<std::vector<std::string>> Namespaces();
  /// Of a namespace as it is written; none if there is no such folder.
  Result<std::vector<std::string>> Tables(const std::string& name_space);
  /// Names of the JSON documents directly in `folder`.
  Result<std::vector<std::string>> DocumentsIn(const std::string& folder);
  Result<std::vector<storage::ObjectInfo>> ListAll(const std::string& prefix);

  /// The name as it is written in the lake; nullopt if there is nothing of that name.
  Result<std::optional<std::string>> FindNamespace(const std::string& name);
  Result<std::optional<TableName>> FindTable(const TableName& name);
  Result<std::optional<TableName>> FindView(const TableName& name);

 private:
  Result<bool> HasLog(const TableName& name);
  Result<bool> HasTable(const std::string& folder);

  const std::shared_ptr<storage::ObjectStore> store_;
};

}  // namespace limno::catalog
