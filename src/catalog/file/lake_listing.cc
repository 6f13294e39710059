#include "catalog/file/lake_listing.h"

#include <algorithm>
#include <utility>

#include "base/name_match.h"
#include "catalog/file/lake_layout.h"

namespace limno::catalog {

namespace {

using storage::ListOptions;
using storage::ListPage;
using storage::ObjectInfo;

bool IsNameByte(char byte) {
  const auto code = static_cast<unsigned char>(byte);
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '_' || byte == '-' || code >= 0x80;
}

}  // namespace

bool IsName(const std::string& name) {
  return !name.empty() && name.front() != '_' && std::all_of(name.begin(), name.end(), IsNameByte);
}

std::optional<std::string> FindName(const std::vector<std::string>& names,
                                    const std::string& wanted) {
  if (std::find(names.begin(), names.end(), wanted) != names.end()) {
    return wanted;
  }
  const std::string folded = base::FoldCase(wanted);
  for (const std::string& name : names) {
    if (base::FoldCase(name) == folded) {
      return name;
    }
  }
  return std::nullopt;
}

Result<bool> LakeListing::HasLog(const TableName& name) {
  ListOptions one;
  one.limit = 1;
  LIMNO_ASSIGN(const ListPage page, store_->List(LogFolder(name), one));
  return !page.objects.empty();
}

Result<std::vector<ObjectInfo>> LakeListing::ListAll(const std::string& prefix) {
  std::vector<ObjectInfo> objects;
  ListOptions options;
  for (;;) {
    LIMNO_ASSIGN(ListPage page, store_->List(prefix, options));
    std::move(page.objects.begin(), page.objects.end(), std::back_inserter(objects));
    if (!page.truncated || objects.empty()) {
      return objects;
    }
    options.start_after = objects.back().key;
  }
}

Result<std::vector<std::string>> LakeListing::DocumentsIn(const std::string& folder) {
  LIMNO_ASSIGN(const std::vector<ObjectInfo> objects, ListAll(folder));
  std::vector<std::string> names;
  for (const ObjectInfo& object : objects) {
    const bool direct = object.key.find('/', folder.size()) == std::string::npos;
    if (const auto name = NameOfDocument(object.key); direct && name) {
      names.push_back(*name);
    }
  }
  return names;
}

Result<std::vector<std::string>> LakeListing::Namespaces() {
  LIMNO_ASSIGN(std::vector<std::string> names, DocumentsIn(std::string(kNamespacesFolder)));
  LIMNO_ASSIGN(const std::vector<std::string> with_views, store_->ListFolders(kViewsFolder));
  for (const std::string& folder : with_views) {
    // A folder may outlive its last view.
    LIMNO_ASSIGN(const std::vector<std::string> views, DocumentsIn(ViewFolder(folder)));
    if (!views.empty()) {
      names.push_back(folder);
    }
  }
  LIMNO_ASSIGN(const std::vector<std::string> folders, store_->ListFolders(""));
  for (const std::string& folder : folders) {
    if (!IsName(folder) || FindName(names, folder)) {
      continue;
    }
    LIMNO_ASSIGN(const bool is_namespace, HasTable(folder));
    if (is_namespace) {
      names.push_back(folder);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Result<bool> LakeListing::HasTable(const std::string& folder) {
  LIMNO_ASSIGN(const std::vector<std::string> inside, store_->ListFolders(folder + "/"));
  for (const std::string& name : inside) {
    if (IsName(name)) {
      LIMNO_ASSIGN(const bool is_table, HasLog({folder, name}));
      if (is_table) {
        return true;
      }
    }
  }
  return false;
}

Result<std::vector<std::string>> LakeListing::Tables(const std::string& name_space) {
  std::vector<std::string> tables;
  LIMNO_ASSIGN(const std::vector<std::string> folders, store_->ListFolders(name_space + "/"));
  for (const std::string& folder : folders) {
    if (!IsName(folder)) {
      continue;
    }
    LIMNO_ASSIGN(const bool is_table, HasLog({name_space, folder}));
    if (is_table) {
      tables.push_back(folder);
    }
  }
  return tables;
}

Result<std::optional<std::string>> LakeListing::FindNamespace(const std::string& name) {
  LIMNO_ASSIGN(const std::vector<std::string> names, Namespaces());
  return FindName(names, name);
}

Result<std::optional<TableName>> LakeListing::FindTable(const TableName& name) {
  if (!IsName(name.name_space) || !IsName(name.name)) {
    return std::optional<TableName>();
  }
  LIMNO_ASSIGN(const bool exact, HasLog(name));
  if (exact) {
    return std::optional<TableName>(name);
  }
  LIMNO_ASSIGN(const auto name_space, FindNamespace(name.name_space));
  if (!name_space) {
    return std::optional<TableName>();
  }
  LIMNO_ASSIGN(const std::vector<std::string> tables, Tables(*name_space));
  const auto found = FindName(tables, name.name);
  return found ? std::optional<TableName>({*name_space, *found}) : std::nullopt;
}

Result<std::optional<TableName>> LakeListing::FindView(const TableName& name) {
  LIMNO_ASSIGN(const std::vector<std::string> name_spaces, store_->ListFolders(kViewsFolder));
  const auto name_space = FindName(name_spaces, name.name_space);
  if (!name_space) {
    return std::optional<TableName>();
  }
  LIMNO_ASSIGN(const std::vector<std::string> views, DocumentsIn(ViewFolder(*name_space)));
  const auto found = FindName(views, name.name);
  return found ? std::optional<TableName>({*name_space, *found}) : std::nullopt;
}

}  // namespace limno::catalog
