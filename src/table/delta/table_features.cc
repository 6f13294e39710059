#include "table/delta/table_features.h"

#include <algorithm>
#include <array>

namespace limno::table::delta {
namespace {

constexpr std::array kFeatures = {
    TableFeature{"adaptiveMetadata-preview", true},
    TableFeature{"allowColumnDefaults"},
    TableFeature{"appendOnly"},
    TableFeature{"catalogManaged", true, {"inCommitTimestamp"}},
    TableFeature{"catalogOwned-preview", true, {"inCommitTimestamp"}},
    TableFeature{"changeDataFeed"},
    TableFeature{"checkConstraints"},
    TableFeature{"checkpointProtection"},
    TableFeature{"clustering", false, {"domainMetadata"}},
    TableFeature{"collations"},
    TableFeature{"collations-preview"},
    TableFeature{"columnMapping", true},
    TableFeature{"coordinatedCommits-preview", false, {"inCommitTimestamp"}},
    TableFeature{"deletionVectors", true},
    TableFeature{"domainMetadata"},
    TableFeature{"generatedColumns"},
    TableFeature{"geospatial", true},
    TableFeature{"geospatial-preview", true},
    TableFeature{"icebergCompatV1", false, {"columnMapping"}},
    TableFeature{"icebergCompatV2", false, {"columnMapping"}},
    TableFeature{"icebergCompatV3", false, {"columnMapping", "rowTracking"}},
    TableFeature{"icebergWriterCompatV1", false, {"icebergCompatV2"}},
    TableFeature{"icebergWriterCompatV3", false, {"icebergCompatV3"}},
    TableFeature{"identityColumns"},
    TableFeature{"inCommitTimestamp"},
    TableFeature{"inCommitTimestamp-preview"},
    TableFeature{"invariants"},
    TableFeature{"materializePartitionColumns"},
    TableFeature{"redirectReaderWriter-preview", true},
    TableFeature{"redirectWriterOnly-preview"},
    TableFeature{"rowTracking", false, {"domainMetadata"}},
    TableFeature{"timestampNanos", true},
    TableFeature{"timestampNtz", true},
    TableFeature{"typeWidening", true},
    TableFeature{"typeWidening-preview", true},
    TableFeature{"v2Checkpoint", true},
    TableFeature{"vacuumProtocolCheck", true},
    TableFeature{"variantShredding", true, "variantType"},
    TableFeature{"variantShredding-preview", true, "variantType"},
    TableFeature{"variantType", true},
    TableFeature{"variantType-preview", true},
};

constexpr std::string_view kPreview = "-preview";

}  // namespace

const TableFeature* FindTableFeature(std::string_view name) {
  const auto found = std::find_if(kFeatures.begin(), kFeatures.end(),
                                  [&](const auto& feature) { return feature.name == name; });
  return found == kFeatures.end() ? nullptr : &*found;
}

std::string_view FinalName(std::string_view name) {
  const bool preview =
      name.size() > kPreview.size() && name.substr(name.size() - kPreview.size()) == kPreview;
  return preview ? name.substr(0, name.size() - kPreview.size()) : name;
}

}  // namespace limno::table::delta
