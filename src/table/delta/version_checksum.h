// What `<version>.crc` says of a version, as text. PROTOCOL.md, "Version Checksum File Schema".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limno/result.h"
#include "table/delta/delta_snapshot.h"

namespace limno::table::delta {

struct VersionChecksum {
  /// Of the commit it belongs to.
  std::optional<std::string> txn_id;
  int64_t size_bytes = 0;
  int64_t files = 0;
  std::optional<int64_t> deleted_rows;
  std::optional<int64_t> deletion_vectors;
  std::optional<base::UnixMillis> in_commit_timestamp_millis;
  std::optional<Protocol> protocol;
  std::optional<MetadataAction> metadata;
  std::optional<std::vector<Transaction>> transactions;
  std::optional<std::vector<DomainMetadata>> domains;
};

/// The text of a snapshot's checksum, on one line.
std::string FormatChecksum(const DeltaSnapshot& snapshot);

/// kCorrupt (where = `name`) for what is no checksum: broken, or without the members that have to
/// be there. Members of no use here are not looked at.
Result<VersionChecksum> ParseChecksum(std::string_view text, std::string_view name);

/// In what the snapshot differs from its checksum, a sentence each; empty if in nothing, or if the
/// checksum is that of another commit.
std::vector<std::string> Differences(const VersionChecksum& checksum,
                                     const DeltaSnapshot& snapshot);

}  // namespace limno::table::delta
