// What other engines can do with Delta tables: facts only, engine by engine. How they are put to
// use is in engine_compatibility.cc; that they are true is checked against the engines themselves
// in tests/interop.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace limno::table::delta {

enum class Ability {
  kYes,
  /// Only while nothing makes use of the feature.
  kIfUnused,
  /// The engine refuses the table.
  kNo,
  /// It does not refuse, and gets it wrong.
  kWrong,
};

struct FeatureAbility {
  std::string_view feature;
  Ability read = Ability::kYes;
  Ability write = Ability::kYes;
  /// What happens, where "it refuses" does not say it.
  std::string_view why = {};
};

/// Quirks that are about how a table lies on disk, not about its features.
struct EngineQuirks {
  /// Takes partition values from folders named "column=value", not from the log.
  bool reads_partition_folders = false;
  /// Finds no files by absolute paths.
  bool no_absolute_paths = false;
  /// Finds no files by absolute URIs ("file:/...").
  bool no_absolute_uris = false;
  /// Shows NULL for partition columns that are mapped.
  bool loses_mapped_partitions = false;
  /// Knows no columns of type void.
  bool no_void_columns = false;
  /// Cannot read tables that are partitioned by a binary column.
  bool no_binary_partitions = false;
  /// Writes statistics for map columns that other engines refuse, the whole table with them.
  bool breaks_maps = false;
  /// Writes partition values of timestamps, and folders of columns whose names are not plain, in
  /// ways that other engines cannot read.
  bool misspells_partitions = false;
  /// Refuses the whole table for statistics that are no JSON object.
  bool insists_on_statistics = false;
};

struct EngineFacts {
  std::string_view name;
  /// Of which the facts are.
  std::string_view version;
  /// A word on what it can do with any table; empty: everything.
  std::string_view remark;
  int reader_version_max = 3;
  int writer_version_max = 7;
  /// What is not here is refused by name.
  std::span<const FeatureAbility> features;
  EngineQuirks quirks;
};

/// In the order in which they are shown.
std::span<const EngineFacts> AllEngineFacts();

/// What has to be rewritten before a feature can go.
enum class Rewrite { kNothing, kFilesWithVectors, kAllFiles };

/// A feature that DROP FEATURE takes away, and what that costs.
struct FeatureDowngrade {
  std::string_view feature;
  Rewrite rewrite = Rewrite::kNothing;
};

/// In the order in which features have to go: those that need others first. What is not here stays
/// with a table for good.
std::span<const FeatureDowngrade> FeatureDowngrades();

}  // namespace limno::table::delta
