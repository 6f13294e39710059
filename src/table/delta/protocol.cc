#include "table/delta/protocol.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/name_match.h"
#include "table/delta/table_features.h"

namespace limno::table::delta {
namespace {

constexpr int kFeaturesReaderVersion = 3;
constexpr int kFeaturesWriterVersion = 7;

struct Feature {
  std::string_view name;
  /// Readers must know it, too.
  bool concerns_readers;
  /// Versions that imply it where there are no lists; 0: none does.
  int legacy_reader_version;
  int legacy_writer_version;
  /// Limno reads tables that have it. Of no meaning unless `concerns_readers`.
  bool readable;
};

/// The features whose meaning is known. Those that are not here are refused by name.
constexpr std::array<Feature, 27> kFeatures = {{
    {"appendOnly", false, 0, 2, true},
    {"invariants", false, 0, 2, true},
    {"checkConstraints", false, 0, 3, true},
    {"changeDataFeed", false, 0, 4, true},
    {"generatedColumns", false, 0, 4, true},
    {"columnMapping", true, 2, 5, true},
    {"identityColumns", false, 0, 6, true},
    {"deletionVectors", true, 0, 0, true},
    {"timestampNtz", true, 0, 0, true},
    {"v2Checkpoint", true, 0, 0, true},
    {"vacuumProtocolCheck", true, 0, 0, true},
    {"typeWidening", true, 0, 0, true},
    {"typeWidening-preview", true, 0, 0, true},
    {"domainMetadata", false, 0, 0, true},
    {"inCommitTimestamp", false, 0, 0, true},
    {"allowColumnDefaults", false, 0, 0, true},
    {"icebergCompatV1", false, 0, 0, true},
    {"icebergCompatV2", false, 0, 0, true},
    {"icebergCompatV3", false, 0, 0, true},
    {"materializePartitionColumns", false, 0, 0, true},
    {"rowTracking", false, 0, 0, true},
    {"clustering", false, 0, 0, true},
    {"checkpointProtection", false, 0, 0, true},
    {"variantType", true, 0, 0, true},
    {"variantType-preview", true, 0, 0, true},
    {"variantShredding", true, 0, 0, true},
    {"variantShredding-preview", true, 0, 0, true},
}};

const Feature* FindFeature(std::string_view name) {
  const auto found = std::find_if(kFeatures.begin(), kFeatures.end(),
                                  [name](const Feature& feature) { return feature.name == name; });
  return found == kFeatures.end() ? nullptr : found;
}

std::vector<std::string> ImpliedFeatures(int version, int Feature::*legacy_version) {
  std::vector<std::string> names;
  for (const Feature& feature : kFeatures) {
    const int since = feature.*legacy_version;
    if (since > 0 && version >= since) {
      names.emplace_back(feature.name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

void Insert(std::vector<std::string>& names, const std::string& name) {
  const auto place = std::lower_bound(names.begin(), names.end(), name);
  if (place == names.end() || *place != name) {
    names.insert(place, name);
  }
}

tl::unexpected<Error> Refuse(std::string_view verb, const std::vector<std::string>& obstacles,
                             std::string_view where) {
  return Fail(ErrorKind::kUnsupported,
              fmt::format("{} this table needs what Limno {} does not know: {}", verb,
                          LIMNO_VERSION, fmt::join(obstacles, ", ")),
              std::string(where), "use a newer version, or Spark with Delta Lake, for this table");
}

}  // namespace

std::string FeatureNamed(std::string_view name) {
  const std::string folded = base::FoldCase(std::string(name));
  for (const Feature& feature : kFeatures) {
    if (base::FoldCase(std::string(feature.name)) == folded) {
      return std::string(feature.name);
    }
  }
  return std::string(name);
}

std::vector<std::string> ReaderFeatures(const Protocol& protocol) {
  if (protocol.reader_features) {
    return *protocol.reader_features;
  }
  return ImpliedFeatures(protocol.min_reader_version, &Feature::legacy_reader_version);
}

std::vector<std::string> WriterFeatures(const Protocol& protocol) {
  if (protocol.writer_features) {
    return *protocol.writer_features;
  }
  return ImpliedFeatures(protocol.min_writer_version, &Feature::legacy_writer_version);
}

bool HasFeature(const Protocol& protocol, std::string_view feature) {
  const std::vector<std::string> features = WriterFeatures(protocol);
  return std::find(features.begin(), features.end(), feature) != features.end();
}

bool IsListedWhole(const Protocol& protocol, std::string_view feature) {
  if (!HasFeature(protocol, feature)) {
    return false;
  }
  const TableFeature* known = FindTableFeature(feature);
  if (known == nullptr || !known->concerns_readers) {
    return true;
  }
  const std::vector<std::string> readers = ReaderFeatures(protocol);
  return std::find(readers.begin(), readers.end(), feature) != readers.end();
}

Result<void> CheckReadable(const Protocol& protocol, std::string_view where) {
  std::vector<std::string> obstacles;
  if (protocol.min_reader_version > kFeaturesReaderVersion) {
    obstacles.push_back(fmt::format("minReaderVersion {}", protocol.min_reader_version));
  }
  for (const std::string& name : ReaderFeatures(protocol)) {
    const Feature* feature = FindFeature(name);
    if (feature == nullptr || !feature->readable) {
      obstacles.push_back(name);
    }
  }
  if (!obstacles.empty()) {
    return Refuse("reading", obstacles, where);
  }
  return {};
}

Result<void> CheckWritable(const Protocol& protocol, std::string_view where) {
  LIMNO_TRY(CheckReadable(protocol, where));
  std::vector<std::string> obstacles;
  if (protocol.min_writer_version > kFeaturesWriterVersion) {
    obstacles.push_back(fmt::format("minWriterVersion {}", protocol.min_writer_version));
  }
  for (const std::string& name : WriterFeatures(protocol)) {
    if (FindFeature(name) == nullptr) {
      obstacles.push_back(name);
    }
  }
  if (!obstacles.empty()) {
    return Refuse("writing to", obstacles, where);
  }
  return {};
}

Protocol WithFeatures(const Protocol& protocol, const std::vector<std::string>& features) {
  Protocol next = protocol;
  for (const std::string& name : features) {
    const Feature* feature = FindFeature(name);
    const bool concerns_readers = feature != nullptr && feature->concerns_readers;
    std::vector<std::string> readers = ReaderFeatures(next);
    std::vector<std::string> writers = WriterFeatures(next);
    if (concerns_readers) {
      Insert(readers, name);
      next.reader_features = std::move(readers);
      next.min_reader_version = std::max(next.min_reader_version, kFeaturesReaderVersion);
    }
    Insert(writers, name);
    next.writer_features = std::move(writers);
    next.min_writer_version = std::max(next.min_writer_version, kFeaturesWriterVersion);
  }
  return next;
}

Protocol WithoutFeatures(const Protocol& protocol, const std::vector<std::string>& features) {
  std::vector<std::string> readers = ReaderFeatures(protocol);
  std::vector<std::string> writers = WriterFeatures(protocol);
  for (const std::string& name : features) {
    readers.erase(std::remove(readers.begin(), readers.end(), name), readers.end());
    writers.erase(std::remove(writers.begin(), writers.end(), name), writers.end());
  }
  Protocol next;
  for (int reader = 1; reader < kFeaturesReaderVersion; ++reader) {
    for (int writer = 1; writer < kFeaturesWriterVersion; ++writer) {
      next.min_reader_version = reader;
      next.min_writer_version = writer;
      if (ReaderFeatures(next) == readers && WriterFeatures(next) == writers) {
        return next;
      }
    }
  }
  next.min_reader_version = readers.empty() ? 1 : kFeaturesReaderVersion;
  next.min_writer_version = kFeaturesWriterVersion;
  if (!readers.empty()) {
    next.reader_features = std::move(readers);
  }
  next.writer_features = std::move(writers);
  return next;
}

}  // namespace limno::table::delta
