// Manifests: lists of the data files of each partition, which Hive, Presto and Athena read as
// tables of SymlinkTextInputFormat. As Delta on Spark writes them:
//   _symlink_format_manifest/<partition>/manifest     one absolute path a line
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "limno/result.h"
#include "storage/object_store.h"
#include "table/file_set.h"
#include "table/snapshot.h"

namespace limno::table::delta {

inline constexpr char kManifestProperty[] = "delta.compatibility.symlinkFormatManifest.enabled";

/// The property says that every commit brings the manifests up to date.
bool KeepsManifest(const Metadata& metadata);

/// kRefused, with what to do, where the manifests of such a table would lead to wrong rows.
Result<void> CheckManifest(const Metadata& metadata, const FileSet& files, std::string_view where);
/// The same of a table that keeps them, before a change: also where vectors would come.
Result<void> CheckKeptManifest(const Metadata& before, const Metadata& after, const FileSet& files,
                               std::string_view where);

/// The folder of a partition's manifest below that of all, "a=1/b=x/".
std::string ManifestFolder(const DataFile& file);

/// Writes the manifests of a version, and removes those of partitions without files. `folders`:
/// only of these; nullptr: of all. kUnsupported unless the table lies on a local disk.
Result<void> WriteManifest(storage::ObjectStore& store, const Snapshot& snapshot,
                           const std::set<std::string>* folders);

}  // namespace limno::table::delta
