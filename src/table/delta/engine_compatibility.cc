#include "table/delta/engine_compatibility.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "table/delta/absolute_file.h"
#include "table/delta/column_mapping.h"
#include "table/delta/engine_facts.h"
#include "table/delta/protocol.h"
#include "table/delta/required_features.h"
#include "table/delta/table_features.h"
#include "table/delta/table_properties.h"
#include "table/row_rule.h"

namespace limno::table::delta {
namespace {

constexpr const char* kStatistics = "statistics";

std::string Quoted(const std::string& name) {
  std::string quoted = "\"";
  for (const char character : name) {
    quoted += character == '"' ? "\"\"" : std::string(1, character);
  }
  return quoted + "\"";
}

/// What the files of a table have to do with it.
struct FileSummary {
  int64_t files = 0;
  int64_t bytes = 0;
  int64_t files_with_vectors = 0;
  int64_t bytes_with_vectors = 0;
  bool has_absolute_path = false;
  bool has_absolute_uri = false;
  /// A partitioned table has files outside of folders "column=value".
  bool has_opaque_folder = false;
  bool has_broken_statistics = false;
};

bool HasFolders(const DataFile& file, const std::vector<std::string>& partition_columns) {
  return std::all_of(
      partition_columns.begin(), partition_columns.end(), [&](const std::string& column) {
        const std::string folder = column + "=";
        return file.path.rfind(folder, 0) == 0 || file.path.find("/" + folder) != std::string::npos;
      });
}

FileSummary Summarize(const DeltaSnapshot& snapshot) {
  FileSummary summary;
  snapshot.files.ForEach([&](const DataFilePtr& file) {
    ++summary.files;
    summary.bytes += file->size_bytes;
    if (file->deletion_vector) {
      ++summary.files_with_vectors;
      summary.bytes_with_vectors += file->size_bytes;
    }
    const bool absolute = IsAbsolutePath(file->path);
    summary.has_absolute_path = summary.has_absolute_path || absolute;
    summary.has_absolute_uri = summary.has_absolute_uri || (absolute && file->path.front() != '/');
    summary.has_opaque_folder =
        summary.has_opaque_folder || !HasFolders(*file, snapshot.metadata.partition_columns);
    const std::string& statistics = file->statistics;
    summary.has_broken_statistics =
        summary.has_broken_statistics ||
        (!statistics.empty() && (statistics.front() != '{' || !nlohmann::json::accept(statistics)));
    return true;
  });
  return summary;
}

/// Whether a column, or something inside of one, is of that type.
bool HasType(const std::vector<Field>& fields, TypeKind kind) {
  return std::any_of(fields.begin(), fields.end(), [kind](const Field& field) {
    return field.type.kind == kind || HasType(field.type.children, kind);
  });
}

class EngineCheck {
 public:
  EngineCheck(const DeltaSnapshot& snapshot, const FileSummary& files)
      : snapshot_(snapshot),
        protocol_(snapshot.protocol),
        files_(files),
        used_(FeaturesUsedBy(snapshot.metadata)) {
    if (files.files_with_vectors > 0) {
      used_.insert("deletionVectors");
    }
  }

  EngineVerdict Judge(const EngineFacts& engine) {
    verdict_ = {
        std::string(engine.name), std::string(engine.version), {}, std::string(engine.remark)};
    CheckVersions(engine);
    CheckFeatures(engine);
    CheckQuirks(engine.quirks);
    return std::move(verdict_);
  }

 private:
  void Add(bool to_reading, bool silent, std::string what, std::string why) {
    verdict_.obstacles.push_back({to_reading, silent, std::move(what), std::move(why)});
  }

  void CheckVersions(const EngineFacts& engine) {
    if (protocol_.min_reader_version > engine.reader_version_max) {
      Add(true, false, fmt::format("reader version {}", protocol_.min_reader_version),
          fmt::format("it knows versions up to {}", engine.reader_version_max));
    } else if (protocol_.min_writer_version > engine.writer_version_max) {
      Add(false, false, fmt::format("writer version {}", protocol_.min_writer_version),
          fmt::format("it knows versions up to {}", engine.writer_version_max));
    }
  }

  void CheckFeatures(const EngineFacts& engine) {
    const std::vector<std::string> readers = ReaderFeatures(protocol_);
    const std::vector<std::string> writers = WriterFeatures(protocol_);
    std::set<std::string> names(writers.begin(), writers.end());
    names.insert(readers.begin(), readers.end());
    for (const std::string& name : names) {
      const auto ability =
          std::find_if(engine.features.begin(), engine.features.end(),
                       [&](const FeatureAbility& each) { return each.feature == name; });
      const bool known = ability != engine.features.end();
      const bool asked_of_readers =
          std::find(readers.begin(), readers.end(), name) != readers.end();
      const Ability read = known ? ability->read : Ability::kNo;
      const Ability write = known ? ability->write : Ability::kNo;
      if (asked_of_readers && !Can(read, name)) {
        Add(true, read == Ability::kWrong, name, WhyNotRead(known ? &*ability : nullptr));
      } else if (!Can(write, name)) {
        Add(false, write == Ability::kWrong, name, WhyNotWrite(known ? &*ability : nullptr));
      }
    }
  }

  static std::string WhyNotRead(const FeatureAbility* ability) {
    if (ability == nullptr) {
      return "it does not know the feature";
    }
    return ability->why.empty() ? "it refuses to read tables that use it"
                                : std::string(ability->why);
  }

  std::string WhyNotWrite(const FeatureAbility* ability) const {
    if (ability != nullptr && !ability->why.empty()) {
      return std::string(ability->why);
    }
    return protocol_.writer_features
               ? "it refuses to write to tables that have it"
               : fmt::format(
                     "writer version {} implies it, and the engine does not write to tables "
                     "that have it",
                     protocol_.min_writer_version);
  }

  bool Can(Ability ability, const std::string& feature) const {
    return ability == Ability::kYes ||
           (ability == Ability::kIfUnused && used_.count(std::string(FinalName(feature))) == 0);
  }

  void CheckQuirks(const EngineQuirks& quirks) {
    const bool partitioned = !snapshot_.metadata.partition_columns.empty();
    if (quirks.reads_partition_folders && partitioned && files_.has_opaque_folder) {
      Add(true, true, "partition folders",
          "it takes partition values from folders named column=value, which not all files are in, "
          "and shows NULL or fails for those");
    }
    if (quirks.no_absolute_uris && files_.has_absolute_uri) {
      Add(true, false, "absolute paths", "it does not find files that lie outside of the table");
    } else if (quirks.no_absolute_paths && files_.has_absolute_path) {
      Add(true, false, "absolute paths", "it does not find files that lie outside of the table");
    }
    if (quirks.loses_mapped_partitions && partitioned && UsesColumnMapping(snapshot_.metadata)) {
      Add(true, true, "columnMapping", "it shows NULL for partition columns that are mapped");
    }
    if (quirks.no_void_columns && HasType(snapshot_.metadata.schema.fields, TypeKind::kVoid)) {
      Add(true, false, "void columns", "it does not know the type");
    }
    CheckPartitionQuirks(quirks);
    if (quirks.breaks_maps && HasType(snapshot_.metadata.schema.fields, TypeKind::kMap)) {
      Add(false, true, "map columns",
          "what it appends has statistics for which other engines refuse the table");
    }
    if (quirks.insists_on_statistics && files_.has_broken_statistics) {
      Add(true, false, kStatistics, "it refuses tables with statistics that are no JSON");
    }
  }

  void CheckPartitionQuirks(const EngineQuirks& quirks) {
    for (const std::string& name : snapshot_.metadata.partition_columns) {
      const Field* field = snapshot_.metadata.schema.Find(name);
      const TypeKind kind = field == nullptr ? TypeKind::kString : field->type.kind;
      if (quirks.no_binary_partitions && kind == TypeKind::kBinary) {
        Add(true, false, "partition column " + name, "it cannot read binary partition values");
      }
      const bool is_time = kind == TypeKind::kTimestamp || kind == TypeKind::kTimestampNtz;
      const bool is_plain = std::all_of(name.begin(), name.end(), [](char sign) {
        return std::isalnum(static_cast<unsigned char>(sign)) != 0 || sign == '_';
      });
      if (quirks.misspells_partitions && (is_time || !is_plain)) {
        Add(false, true, "partition column " + name,
            is_time ? "it writes times in a form that other engines cannot read"
                    : "it writes folders of such a name that other engines do not find");
      }
    }
  }

  const DeltaSnapshot& snapshot_;
  const Protocol& protocol_;
  const FileSummary& files_;
  std::set<std::string> used_;
  EngineVerdict verdict_;
};

/// The statements that take one feature away.
class Downgrade {
 public:
  Downgrade(const DeltaSnapshot& snapshot, const FileSummary& files,
            std::vector<DowngradeStep>& steps)
      : metadata_(snapshot.metadata), files_(files), steps_(steps) {}

  void Drop(const FeatureDowngrade& facts) {
    feature_ = facts.feature;
    if (facts.feature == "clustering") {
      Add("ALTER TABLE {} CLUSTER BY NONE");
    } else if (facts.feature == "checkConstraints") {
      DropConstraints();
    } else if (facts.feature == "allowColumnDefaults") {
      DropDefaults();
    }
    if (facts.feature == "checkpointProtection") {
      DropProtection(facts);
    } else {
      Add("ALTER TABLE {} DROP FEATURE " + Name(), CostOf(facts.rewrite));
    }
  }

  /// What DROP FEATURE leaves behind where readers had to know the feature.
  void DropProtection(const FeatureDowngrade& facts) {
    feature_ = facts.feature;
    Add("ALTER TABLE {} DROP FEATURE checkpointProtection TRUNCATE HISTORY",
        "removes older versions, which have to be 24 hours old");
  }

 private:
  std::string CostOf(Rewrite rewrite) const {
    const bool all = rewrite == Rewrite::kAllFiles;
    const int64_t files = all ? files_.files : files_.files_with_vectors;
    return rewrite == Rewrite::kNothing || files == 0
               ? std::string()
               : fmt::format("rewrites up to {} file{} of {} bytes", files, files == 1 ? "" : "s",
                             all ? files_.bytes : files_.bytes_with_vectors);
  }

  /// Names with other characters than letters have to be quoted.
  std::string Name() const {
    return feature_.find('-') == std::string::npos ? feature_ : "'" + feature_ + "'";
  }

  void Add(std::string statement, std::string cost = {}) {
    steps_.push_back({std::move(statement), feature_, std::move(cost)});
  }

  void DropConstraints() {
    for (const auto& [property, condition] : metadata_.properties) {
      if (property.starts_with(kConstraintPrefix)) {
        Add("ALTER TABLE {} DROP CONSTRAINT " + Quoted(property.substr(kConstraintPrefix.size())));
      }
    }
  }

  void DropDefaults() {
    for (const Field& field : metadata_.schema.fields) {
      if (field.metadata.count("CURRENT_DEFAULT") > 0) {
        Add("ALTER TABLE {} ALTER COLUMN " + Quoted(field.name) + " DROP DEFAULT");
      }
    }
  }

  const Metadata& metadata_;
  const FileSummary& files_;
  std::vector<DowngradeStep>& steps_;
  std::string feature_;
};

/// Features that stand in somebody's way, and those that cannot stay without them.
std::set<std::string> FeaturesToDrop(const std::vector<EngineVerdict>& engines,
                                     const std::vector<std::string>& features) {
  std::set<std::string> dropped;
  for (const EngineVerdict& engine : engines) {
    for (const Obstacle& obstacle : engine.obstacles) {
      dropped.insert(obstacle.what);
    }
  }
  for (bool grows = true; grows;) {
    grows = false;
    for (const std::string& name : features) {
      const TableFeature* feature = FindTableFeature(name);
      const bool loses =
          feature != nullptr && std::any_of(dropped.begin(), dropped.end(),
                                            [&](const auto& each) { return feature->Needs(each); });
      if (loses) {
        grows = dropped.insert(name).second || grows;
      }
    }
  }
  return dropped;
}

}  // namespace

Compatibility CompatibilityOf(const DeltaSnapshot& snapshot) {
  const FileSummary files = Summarize(snapshot);
  Compatibility result;
  for (const EngineFacts& engine : AllEngineFacts()) {
    result.engines.push_back(EngineCheck(snapshot, files).Judge(engine));
  }
  const std::vector<std::string> features = WriterFeatures(snapshot.protocol);
  const std::set<std::string> dropped = FeaturesToDrop(result.engines, features);
  if (dropped.count(kStatistics) > 0) {
    result.steps.push_back(
        {"FSCK REPAIR TABLE {}", kStatistics, fmt::format("reads up to {} files", files.files)});
  }
  Downgrade downgrade(snapshot, files, result.steps);
  std::vector<const FeatureDowngrade*> done;
  for (const FeatureDowngrade& facts : FeatureDowngrades()) {
    const bool has = std::find(features.begin(), features.end(), facts.feature) != features.end();
    if (has && dropped.count(std::string(facts.feature)) > 0) {
      downgrade.Drop(facts);
      done.push_back(&facts);
    }
  }
  for (const FeatureDowngrade* facts : done) {
    if (FindTableFeature(facts->feature)->concerns_readers) {
      downgrade.DropProtection(*facts);
    }
  }
  return result;
}

}  // namespace limno::table::delta
