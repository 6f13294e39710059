// Version checksums ("<version>.crc") against the version that they describe. No I/O.
// PROTOCOL.md, "Version Checksum File".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "limno/result.h"
#include "table/delta/delta_snapshot.h"

namespace limno::table::delta {

/// Sums over the files of a version, kept up from version to version.
struct FileTotals {
  int64_t files = 0;
  int64_t bytes = 0;
  int64_t vectors = 0;
  int64_t deleted_rows = 0;

  void Add(const DataFile& file);
  void Remove(const DataFile& file);
  bool operator==(const FileTotals& other) const = default;
};

/// Sentences on what the checksum says differently than the version; empty if they agree. kCorrupt
/// if `text` is no checksum.
Result<std::vector<std::string>> ChecksumDifferences(std::string_view text, const std::string& name,
                                                     const DeltaSnapshot& snapshot,
                                                     const FileTotals& totals);

}  // namespace limno::table::delta
