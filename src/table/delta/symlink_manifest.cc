#include "table/delta/symlink_manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "table/delta/absolute_file.h"
#include "table/delta/column_mapping.h"
#include "table/delta/partition_path.h"
#include "table/delta/table_properties.h"

namespace limno::table::delta {
namespace {

constexpr std::string_view kRoot = "_symlink_format_manifest/";
constexpr std::string_view kName = "manifest";

std::string KeyOf(const std::string& folder) { return fmt::format("{}{}{}", kRoot, folder, kName); }

Result<void> CheckMappingOff(const Metadata& metadata, std::string_view where) {
  return UsesColumnMapping(metadata)
             ? Result<void>(Fail(ErrorKind::kRefused,
                                 "files of the table know columns by other names than their own, "
                                 "which readers of manifests would not understand",
                                 std::string(where)))
             : Result<void>();
}

/// Folders that have a manifest now.
Result<std::set<std::string>> ExistingFolders(storage::ObjectStore& store) {
  std::set<std::string> folders;
  storage::ListOptions options;
  while (true) {
    LIMNO_ASSIGN(const storage::ListPage page, store.List(kRoot, options));
    for (const storage::ObjectInfo& object : page.objects) {
      const std::string_view key = object.key;
      if (key.substr(key.rfind('/') + 1) == kName) {
        folders.emplace(key.substr(kRoot.size(), key.size() - kRoot.size() - kName.size()));
      }
    }
    if (!page.truncated || page.objects.empty()) {
      return folders;
    }
    options.start_after = page.objects.back().key;
  }
}

}  // namespace

bool KeepsManifest(const Metadata& metadata) { return PropertyIsTrue(metadata, kManifestProperty); }

Result<void> CheckManifest(const Metadata& metadata, const FileSet& files, std::string_view where) {
  LIMNO_TRY(CheckMappingOff(metadata, where));
  std::string with_vector;
  files.ForEach([&](const DataFilePtr& file) {
    if (file->deletion_vector) {
      with_vector = file->path;
    }
    return with_vector.empty();
  });
  return with_vector.empty()
             ? Result<void>()
             : Result<void>(Fail(ErrorKind::kRefused,
                                 "rows are deleted from files of the table by vectors, which "
                                 "readers of manifests do not know: they would see these rows, " +
                                     with_vector + " has some",
                                 std::string(where), "run REORG TABLE ... APPLY (PURGE) first"));
}

Result<void> CheckKeptManifest(const Metadata& before, const Metadata& after, const FileSet& files,
                               std::string_view where) {
  if (!KeepsManifest(after)) {
    return {};
  }
  if (PropertyIsTrue(after, "delta.enableDeletionVectors")) {
    return Fail(ErrorKind::kRefused,
                fmt::format("{} and delta.enableDeletionVectors exclude each other: readers of "
                            "manifests do not know of deleted rows",
                            kManifestProperty),
                std::string(where), "set one of them to false");
  }
  return KeepsManifest(before) ? CheckMappingOff(after, where) : CheckManifest(after, files, where);
}

std::string ManifestFolder(const DataFile& file) { return PartitionFolder(file.partition_values); }

Result<void> WriteManifest(storage::ObjectStore& store, const Snapshot& snapshot,
                           const std::set<std::string>* folders) {
  LIMNO_ASSIGN(const std::set<std::string> existing, ExistingFolders(store));
  // Nothing to go on from: all are written.
  if (existing.empty()) {
    folders = nullptr;
  }
  std::map<std::string, std::vector<std::string>> paths;
  if (snapshot.metadata.partition_columns.empty()) {
    paths[""];
  }
  Result<void> located;
  snapshot.files.ForEach([&](const DataFilePtr& file) {
    const std::string folder = ManifestFolder(*file);
    if (folders != nullptr && folders->count(folder) == 0) {
      return true;
    }
    const Result<std::string> path = LocalPathOf(store, file->path);
    if (path) {
      paths[folder].push_back("file:" + *path);
    } else {
      located = Fail(path.error());
    }
    return located.has_value();
  });
  LIMNO_TRY(located);
  for (auto& [folder, lines] : paths) {
    std::sort(lines.begin(), lines.end());
    std::string text;
    for (const std::string& line : lines) {
      text += line + "\n";
    }
    LIMNO_TRY(store.Put(KeyOf(folder), text));
  }
  std::vector<std::string> stale;
  for (const std::string& folder : existing) {
    const bool looked_at = folders == nullptr || folders->count(folder) > 0;
    if (looked_at && paths.count(folder) == 0) {
      stale.push_back(KeyOf(folder));
    }
  }
  return store.DeleteBatch(stale);
}

}  // namespace limno::table::delta
