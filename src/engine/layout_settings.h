// How large files get and when they are rewritten: settings of a session, properties of a table.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/duck.h"
#include "limno/result.h"
#include "table/snapshot.h"

namespace limno::engine {

/// The settings, SET limno_... in SQL; defaults are those of Spark's settings of the same purpose.
struct LayoutSettings {
  /// limno_optimize_target_file_size; unset: by the size of the table.
  std::optional<uint64_t> target_file_bytes;
  /// limno_optimize_max_deleted_rows_ratio: a file with a larger share of deleted rows is
  /// rewritten.
  double max_deleted_ratio = 0.05;
  /// limno_clustering_min_cube_size: files laid out together that hold so much are left alone.
  uint64_t min_cube_bytes = 0;
  /// limno_clustering_target_cube_size: at most so much is laid out together.
  uint64_t target_cube_bytes = 0;
  /// limno_auto_compact; unset: what the table's property says.
  std::optional<bool> auto_compact;
  /// limno_auto_compact_min_files: so many small files of a partition are worth a compaction.
  uint64_t auto_compact_min_files = 50;
  /// limno_auto_compact_max_file_size: the size of what comes out; files of half of it are not
  /// small.
  uint64_t auto_compact_file_bytes = 0;
  /// limno_optimize_write; unset: what the table's property says.
  std::optional<bool> optimize_write;

  /// kUsage for a size, a share or a choice that cannot be understood.
  static Result<LayoutSettings> Of(ClientContext& context);
};

void RegisterLayoutSettings(duckdb::DatabaseInstance& database);

/// Bytes, or with a unit as in '64mb'; nullopt for anything else, and for nothing.
std::optional<uint64_t> ParseBytes(const std::string& text);

/// Size at which a writer finishes a file and begins the next: `delta.targetFileSize`, by default
/// 128 MB.
uint64_t TargetFileBytes(const table::Metadata& metadata);

/// Size of the files that OPTIMIZE makes of a table of `table_bytes`: the property
/// `delta.targetFileSize`, else the setting, else 256 MB and, from 2.5 TB on, more with the table,
/// up to 1 GB; a quarter of that if `delta.tuneFileSizesForRewrites` is set.
uint64_t TunedFileBytes(const table::Metadata& metadata, const LayoutSettings& settings,
                        uint64_t table_bytes);

/// `delta.autoOptimize.autoCompact` (or `delta.autoOptimize`), unless the setting decides.
bool AutoCompacts(const table::Metadata& metadata, const LayoutSettings& settings);
/// `delta.autoOptimize.optimizeWrite` (or `delta.autoOptimize`), unless the setting decides.
bool OptimizesWrites(const table::Metadata& metadata, const LayoutSettings& settings);

}  // namespace limno::engine
