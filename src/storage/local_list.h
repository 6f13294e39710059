// Listing a folder tree in the order of whole keys.
#pragma once

#include "storage/confined_root.h"
#include "storage/object_store.h"

namespace limno::storage {

/// ObjectStore::List over files: opens only folders that can hold keys of the page, inspects only
/// the files it returns, sorts no more of a folder than the page needs.
Result<ListPage> ListFiles(const ConfinedRoot& root, std::string_view prefix,
                           const ListOptions& options);

/// ObjectStore::ListFolders over files.
Result<std::vector<std::string>> ListSubfolders(const ConfinedRoot& root, std::string_view prefix);

}  // namespace limno::storage
