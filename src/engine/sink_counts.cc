#include "engine/sink_counts.h"

namespace limno::engine {

void SinkCounts::Add(const SinkCounts& other) {
  inserted += other.inserted;
  updated += other.updated;
  deleted += other.deleted;
  source_rows += other.source_rows;
}

std::map<std::string, int64_t> SinkCounts::Metrics(const std::string& operation, uint64_t files,
                                                   uint64_t bytes) const {
  const auto number = [](uint64_t value) { return static_cast<int64_t>(value); };
  const int64_t added = number(files);
  if (operation == "MERGE") {
    return {
        {"numSourceRows", number(source_rows)},        {"numTargetRowsInserted", number(inserted)},
        {"numTargetRowsUpdated", number(updated)},     {"numTargetRowsDeleted", number(deleted)},
        {"numOutputRows", number(inserted + updated)}, {"numTargetFilesAdded", added},
        {"numTargetBytesAdded", number(bytes)}};
  }
  if (operation == "UPDATE") {
    return {{"numUpdatedRows", number(updated)}, {"numAddedFiles", added}};
  }
  if (operation == "DELETE") {
    return {{"numDeletedRows", number(deleted)}};
  }
  return {
      {"numOutputRows", number(inserted)}, {"numFiles", added}, {"numOutputBytes", number(bytes)}};
}

}  // namespace limno::engine
