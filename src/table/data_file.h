// One immutable data file of a table as its log describes it, and what is known of its contents.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "table/boxed.h"

namespace limno::table {

/// Partition column -> text of its value (nullopt: NULL), in the order of the partition columns.
using PartitionValues = std::vector<std::pair<std::string, std::optional<std::string>>>;

/// Where the rows deleted from a data file are listed (Delta protocol, "Deletion Vectors").
struct DeletionVector {
  /// 'u' (file named by a UUID relative to the table), 'i' (inline), 'p' (absolute path).
  char storage_type = 'u';
  std::string path_or_inline;
  std::optional<int32_t> offset;
  int32_t size_bytes = 0;
  int64_t cardinality = 0;

  bool operator==(const DeletionVector& other) const = default;
  /// Distinguishes two versions of one data file: type + path [@offset].
  std::string UniqueId() const;
};

struct DataFile {
  /// Relative to the table's root, '/'-separated and already URI-decoded, or an absolute URI.
  std::string path;
  PartitionValues partition_values;
  int64_t size_bytes = 0;
  base::UnixMillis modified_millis = 0;
  /// False where the commit only rearranged rows (OPTIMIZE).
  bool data_change = true;
  /// Statistics as the log holds them (JSON text); empty if there are none.
  std::string statistics;
  Boxed<DeletionVector> deletion_vector;
  /// JSON object text; empty if absent.
  std::string tags;
  std::optional<int64_t> base_row_id;
  std::optional<int64_t> default_row_commit_version;
  Boxed<std::string> clustering_provider;
  /// Members of the log entry that we do not know: `"name":value` texts, kept when it is re-added.
  std::vector<std::string> unknown_members;

  /// The identity of a logical file: its path and the vector that belongs to it.
  std::string Key() const;
};

/// True if that is the file's Key(); cheap, where Key() makes a text.
bool HasKey(const DataFile& file, std::string_view key);

/// What DataFile::Key() returns for these two; "/x", "file:/x" and "file:///x" are one path.
std::string FileKey(std::string_view path, const Boxed<DeletionVector>& deletion_vector);

using DataFilePtr = std::shared_ptr<const DataFile>;

/// What is known of one leaf column within one file. Values are text: integers and decimals plain,
/// floats shortest, `true`/`false`, dates `2024-01-31`, timestamps `2024-01-31 23:59:59.123456`
/// (UTC or wall time), strings as they are.
struct ColumnStatistics {
  /// Path of names from the top-level column to the leaf (physical names).
  std::vector<std::string> path;
  std::optional<std::string> min;
  std::optional<std::string> max;
  std::optional<int64_t> null_count;
  /// The file holds at least one NaN here; min and max then say nothing.
  bool has_nan = false;
  /// False if min/max are only bounds (truncated strings, rows deleted since).
  bool exact = true;
};

struct FileStatistics {
  /// Physical rows, deleted ones included; nullopt if unknown.
  std::optional<int64_t> row_count;
  std::vector<ColumnStatistics> columns;
  /// False: min and max are valid but maybe not attained; null counts only if 0 or row_count.
  bool tight_bounds = true;

  /// nullptr if there is nothing on that top-level leaf column.
  const ColumnStatistics* Find(const std::string& column) const;
};

}  // namespace limno::table
