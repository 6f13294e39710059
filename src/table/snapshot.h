// A table at one version.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "table/column_path.h"
#include "table/data_type.h"
#include "table/file_set.h"

namespace limno::table {

struct Metadata {
  std::string id;
  std::optional<std::string> name;
  std::optional<std::string> description;
  Schema schema;
  std::vector<std::string> partition_columns;
  /// What OPTIMIZE lays rows out by; nullopt for a table that never was clustered, empty for one
  /// that no longer is. Never beside partition columns.
  std::optional<std::vector<ColumnPath>> clustering_columns;
  /// Table properties, "delta.appendOnly" and the like.
  std::map<std::string, std::string> properties;
  std::optional<base::UnixMillis> created_millis;
  /// Members of the log entry that we do not know: `"name":value` texts.
  std::vector<std::string> unknown_members;
};

/// Immutable once published. Formats derive from it to add what only they need.
struct Snapshot {
  virtual ~Snapshot() = default;

  int64_t version = -1;
  /// When the version was committed, as time travel counts it.
  base::UnixMillis timestamp_millis = 0;
  Metadata metadata;
  FileSet files;
  /// Application id -> its last committed version (idempotent writes).
  std::map<std::string, int64_t> app_transactions;
  /// Name -> text of what features and applications keep beside the metadata (Delta's
  /// domainMetadata).
  std::map<std::string, std::string> domains;
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

}  // namespace limno::table
