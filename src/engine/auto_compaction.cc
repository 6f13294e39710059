#include "engine/auto_compaction.h"

#include <map>

#include "engine/errors.h"
#include "engine/lake_transaction.h"
#include "engine/maintenance.h"

namespace limno::engine {

std::optional<AutomaticCompaction> CompactionAfter(const TableTarget& target, TableState& state,
                                                   const table::Change& change,
                                                   const table::Snapshot& snapshot,
                                                   const LayoutSettings& settings) {
  if (!change.data_change || change.added.empty() || !AutoCompacts(snapshot.metadata, settings)) {
    return std::nullopt;
  }
  AutomaticCompaction compaction;
  compaction.table = target;
  compaction.target_bytes = settings.auto_compact_file_bytes;
  compaction.small_bytes = settings.auto_compact_file_bytes / 2;
  std::map<std::string, uint64_t> small_files;
  for (const table::DataFile& file : change.added) {
    small_files[PartitionText(file)] = 0;
  }
  snapshot.files.ForEach([&](const table::DataFilePtr& file) {
    if (static_cast<uint64_t>(file->size_bytes) >= compaction.small_bytes) {
      return true;
    }
    const auto partition = small_files.find(PartitionText(*file));
    if (partition != small_files.end() && !state.table().OrderOf(*file)) {
      ++partition->second;
    }
    return true;
  });
  for (const auto& [partition, count] : small_files) {
    if (count >= settings.auto_compact_min_files && count > 1) {
      compaction.partitions.insert(partition);
    }
  }
  return compaction.partitions.empty() ? std::nullopt
                                       : std::optional<AutomaticCompaction>(compaction);
}

void CompactAfterCommit(duckdb::DatabaseInstance& database, const AutomaticCompaction& compaction) {
  (void)Fenced([&]() -> Result<void> {
    duckdb::Connection connection(database);
    return InTransaction(connection, [&] {
      return StageAutomatic(connection, OpenTarget(*connection.context, compaction.table),
                            compaction);
    });
  });
}

}  // namespace limno::engine
