// The pointer to the newest checkpoint, `_last_checkpoint`: a hint that may be stale or torn.
// PROTOCOL.md, "Last Checkpoint File Schema" and "JSON checksum".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limno/result.h"
#include "storage/object_store.h"
#include "table/delta/actions.h"

namespace limno::table::delta {

/// What Spark wants to know of a checkpoint with a UUID in its name, whose key it could not guess.
struct LastV2Checkpoint {
  std::string key;
  int64_t size_bytes = 0;
  base::UnixMillis modified_millis = 0;
  /// Everything in the checkpoint but files and sidecars.
  std::vector<Action> table_actions;
  std::vector<Sidecar> sidecars;
};

struct LastCheckpoint {
  int64_t version = 0;
  /// Actions in it, those of its sidecars included.
  int64_t actions = 0;
  int64_t size_bytes = 0;
  int64_t add_count = 0;
  std::optional<LastV2Checkpoint> v2;
};

/// The text of the file, with its checksum.
std::string FormatLastCheckpoint(const LastCheckpoint& checkpoint);

/// The version that the text names; nullopt if it makes no sense or its checksum is another.
std::optional<int64_t> ParseLastCheckpoint(std::string_view text);

/// The version that the table's hint names; nullopt if there is none to go by.
Result<std::optional<int64_t>> ReadLastCheckpoint(storage::ObjectStore& store);

/// Replaces the hint unless it names a later version already.
Result<void> WriteLastCheckpoint(storage::ObjectStore& store, const LastCheckpoint& checkpoint);

/// MD5 of the canonical form of a JSON document but for its top-level "checksum"; empty if the text
/// is no JSON object.
std::string JsonChecksum(std::string_view json);

}  // namespace limno::table::delta
