// What a statement did to rows, in numbers.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace limno::engine {

struct SinkCounts {
  uint64_t inserted = 0;
  uint64_t updated = 0;
  uint64_t deleted = 0;
  uint64_t source_rows = 0;

  uint64_t changed() const { return inserted + updated + deleted; }
  void Add(const SinkCounts& other);
  /// As Spark names them for its operation ("WRITE", "UPDATE", "DELETE", "MERGE").
  std::map<std::string, int64_t> Metrics(const std::string& operation, uint64_t files,
                                         uint64_t bytes) const;
};

}  // namespace limno::engine
