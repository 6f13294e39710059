// The actions of a Delta log as plain values (PROTOCOL.md, "Actions"). Text forms: action_json.h.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "table/data_file.h"
#include "table/snapshot.h"

namespace limno::table::delta {

struct Protocol {
  int min_reader_version = 1;
  int min_writer_version = 2;
  /// Present exactly if min_reader_version >= 3 resp. min_writer_version >= 7; sorted.
  std::optional<std::vector<std::string>> reader_features;
  std::optional<std::vector<std::string>> writer_features;

  bool operator==(const Protocol& other) const = default;
};

struct Add {
  DataFile file;
};

struct Remove {
  std::string path;
  std::optional<base::UnixMillis> deletion_millis;
  bool data_change = true;
  bool extended_file_metadata = false;
  PartitionValues partition_values;
  std::optional<int64_t> size_bytes;
  Boxed<DeletionVector> deletion_vector;
  std::string statistics;
  std::string tags;
  std::optional<int64_t> base_row_id;
  std::optional<int64_t> default_row_commit_version;

  /// As DataFile::Key().
  std::string Key() const;
};

/// True if that is the removal's Key().
bool HasKey(const Remove& remove, std::string_view key);

struct MetadataAction {
  Metadata metadata;
  /// The schemaString as it was read, so that the action can be written as it was; empty for a
  /// schema of our own.
  std::string schema_text = {};
};

struct Transaction {
  std::string app_id;
  int64_t version = 0;
  std::optional<base::UnixMillis> last_updated_millis;
};

struct DomainMetadata {
  std::string domain;
  std::string configuration;
  bool removed = false;
};

struct ChangeFile {
  std::string path;
  PartitionValues partition_values;
  int64_t size_bytes = 0;
  std::string tags;
};

struct CommitInfo {
  std::optional<base::UnixMillis> timestamp_millis;
  std::optional<base::UnixMillis> in_commit_timestamp_millis;
  std::string operation;
  /// Values as text; what was a JSON string is unquoted, anything else is its JSON text.
  std::map<std::string, std::string> operation_parameters;
  std::map<std::string, std::string> operation_metrics;
  std::optional<int64_t> read_version;
  std::optional<std::string> isolation_level;
  std::optional<bool> is_blind_append;
  std::optional<std::string> user_metadata;
  std::optional<std::string> engine_info;
  /// HistoryEntry::origin.
  std::map<std::string, std::string> origin;
  /// Random id by which a writer recognises its own commit.
  std::optional<std::string> txn_id;
  std::map<std::string, std::string> tags;
};

/// Only in checkpoints with the v2Checkpoint feature.
struct Sidecar {
  std::string path;
  int64_t size_bytes = 0;
  base::UnixMillis modified_millis = 0;
};

struct CheckpointMetadata {
  int64_t version = 0;
};

/// An action of a kind that we do not know, as it stood.
struct UnknownAction {
  std::string json;
};

using Action = std::variant<Protocol, MetadataAction, Add, Remove, Transaction, DomainMetadata,
                            ChangeFile, CommitInfo, Sidecar, CheckpointMetadata, UnknownAction>;

}  // namespace limno::table::delta
