#include "table/delta/engine_facts.h"

namespace limno::table::delta {
namespace {

constexpr Ability kYes = Ability::kYes;
constexpr Ability kIfUnused = Ability::kIfUnused;
constexpr Ability kNo = Ability::kNo;
constexpr Ability kWrong = Ability::kWrong;

/// Delta Lake 3.3 knows the preview of variant, but Spark 3.5 has no such type.
constexpr std::array kSpark35 = {
    FeatureAbility{"allowColumnDefaults"},  FeatureAbility{"appendOnly"},
    FeatureAbility{"changeDataFeed"},       FeatureAbility{"checkConstraints"},
    FeatureAbility{"checkpointProtection"}, FeatureAbility{"clustering"},
    FeatureAbility{"columnMapping"},        FeatureAbility{"coordinatedCommits-preview"},
    FeatureAbility{"deletionVectors"},      FeatureAbility{"domainMetadata"},
    FeatureAbility{"generatedColumns"},     FeatureAbility{"icebergCompatV1"},
    FeatureAbility{"icebergCompatV2"},      FeatureAbility{"identityColumns"},
    FeatureAbility{"inCommitTimestamp"},    FeatureAbility{"invariants"},
    FeatureAbility{"rowTracking"},          FeatureAbility{"timestampNtz"},
    FeatureAbility{"typeWidening"},         FeatureAbility{"typeWidening-preview"},
    FeatureAbility{"v2Checkpoint"},         FeatureAbility{"vacuumProtocolCheck"},
};

constexpr std::array kSpark4 = {
    FeatureAbility{"allowColumnDefaults"},
    FeatureAbility{"appendOnly"},
    FeatureAbility{"catalogManaged"},
    FeatureAbility{"changeDataFeed"},
    FeatureAbility{"checkConstraints"},
    FeatureAbility{"checkpointProtection"},
    FeatureAbility{"clustering"},
    FeatureAbility{"columnMapping"},
    FeatureAbility{"coordinatedCommits-preview"},
    FeatureAbility{"deletionVectors"},
    FeatureAbility{"domainMetadata"},
    FeatureAbility{"generatedColumns"},
    FeatureAbility{"geospatial"},
    FeatureAbility{"icebergCompatV1"},
    FeatureAbility{"icebergCompatV2"},
    FeatureAbility{"icebergCompatV3"},
    FeatureAbility{"identityColumns"},
    FeatureAbility{"inCommitTimestamp"},
    FeatureAbility{"invariants"},
    FeatureAbility{"materializePartitionColumns"},
    FeatureAbility{"rowTracking"},
    FeatureAbility{"timestampNtz"},
    FeatureAbility{"typeWidening"},
    FeatureAbility{"typeWidening-preview"},
    FeatureAbility{"v2Checkpoint"},
    FeatureAbility{"vacuumProtocolCheck"},
    FeatureAbility{"variantShredding"},
    FeatureAbility{"variantShredding-preview"},
    FeatureAbility{"variantType"},
    FeatureAbility{"variantType-preview"},
};

/// Databricks wrote most of the features first.
constexpr std::array kDatabricks = {
    FeatureAbility{"allowColumnDefaults"},
    FeatureAbility{"appendOnly"},
    FeatureAbility{"catalogManaged"},
    FeatureAbility{"catalogOwned-preview"},
    FeatureAbility{"changeDataFeed"},
    FeatureAbility{"checkConstraints"},
    FeatureAbility{"checkpointProtection"},
    FeatureAbility{"clustering"},
    FeatureAbility{"collations"},
    FeatureAbility{"collations-preview"},
    FeatureAbility{"columnMapping"},
    FeatureAbility{"coordinatedCommits-preview"},
    FeatureAbility{"deletionVectors"},
    FeatureAbility{"domainMetadata"},
    FeatureAbility{"generatedColumns"},
    FeatureAbility{"geospatial"},
    FeatureAbility{"icebergCompatV1"},
    FeatureAbility{"icebergCompatV2"},
    FeatureAbility{"icebergCompatV3"},
    FeatureAbility{"identityColumns"},
    FeatureAbility{"inCommitTimestamp"},
    FeatureAbility{"invariants"},
    FeatureAbility{"materializePartitionColumns"},
    FeatureAbility{"rowTracking"},
    FeatureAbility{"timestampNtz"},
    FeatureAbility{"typeWidening"},
    FeatureAbility{"typeWidening-preview"},
    FeatureAbility{"v2Checkpoint"},
    FeatureAbility{"vacuumProtocolCheck"},
    FeatureAbility{"variantShredding"},
    FeatureAbility{"variantShredding-preview"},
    FeatureAbility{"variantType"},
    FeatureAbility{"variantType-preview"},
};

constexpr std::array kDeltaRs = {
    FeatureAbility{"allowColumnDefaults", kYes, kNo},
    FeatureAbility{"appendOnly"},
    FeatureAbility{"changeDataFeed"},
    FeatureAbility{"checkConstraints"},
    FeatureAbility{"checkpointProtection", kYes, kNo},
    FeatureAbility{"clustering", kYes, kNo},
    FeatureAbility{"columnMapping"},
    FeatureAbility{"deletionVectors"},
    FeatureAbility{"domainMetadata", kYes, kNo},
    FeatureAbility{"generatedColumns"},
    FeatureAbility{"icebergCompatV1", kYes, kNo},
    FeatureAbility{"icebergCompatV2", kYes, kNo},
    FeatureAbility{"icebergCompatV3", kYes, kNo},
    FeatureAbility{"identityColumns", kYes, kNo},
    FeatureAbility{"inCommitTimestamp", kYes, kNo},
    FeatureAbility{"invariants"},
    FeatureAbility{"materializePartitionColumns", kYes, kNo},
    FeatureAbility{"rowTracking", kYes, kNo},
    FeatureAbility{"timestampNtz"},
    FeatureAbility{"v2Checkpoint"},
    FeatureAbility{"variantType"},
    FeatureAbility{"variantType-preview"},
};

/// Reads the log through delta-rs and refuses what its own Parquet reader does not know.
constexpr std::array kPolars = {
    FeatureAbility{"allowColumnDefaults", kYes, kNo},
    FeatureAbility{"appendOnly"},
    FeatureAbility{"changeDataFeed"},
    FeatureAbility{"checkConstraints"},
    FeatureAbility{"checkpointProtection", kYes, kNo},
    FeatureAbility{"clustering", kYes, kNo},
    FeatureAbility{"columnMapping", kNo, kNo},
    FeatureAbility{"deletionVectors"},
    FeatureAbility{"domainMetadata", kYes, kNo},
    FeatureAbility{"generatedColumns"},
    FeatureAbility{"icebergCompatV1", kYes, kNo},
    FeatureAbility{"icebergCompatV2", kYes, kNo},
    FeatureAbility{"icebergCompatV3", kYes, kNo},
    FeatureAbility{"identityColumns", kYes, kNo},
    FeatureAbility{"inCommitTimestamp", kYes, kNo},
    FeatureAbility{"invariants"},
    FeatureAbility{"materializePartitionColumns", kYes, kNo},
    FeatureAbility{"rowTracking", kYes, kNo},
    FeatureAbility{"timestampNtz"},
    FeatureAbility{"variantType", kIfUnused, kNo},
    FeatureAbility{"variantType-preview", kYes, kNo},
};

constexpr std::array kDuckDb = {
    FeatureAbility{"allowColumnDefaults", kYes, kNo},
    FeatureAbility{"appendOnly"},
    FeatureAbility{"changeDataFeed"},
    FeatureAbility{"checkConstraints", kYes, kNo},
    FeatureAbility{"checkpointProtection", kYes, kNo},
    FeatureAbility{"clustering"},
    FeatureAbility{"columnMapping", kYes, kWrong,
                   "what it inserts has the columns under the wrong names and reads as NULL"},
    FeatureAbility{"deletionVectors"},
    FeatureAbility{"domainMetadata"},
    FeatureAbility{"generatedColumns", kYes, kNo},
    FeatureAbility{"icebergCompatV1", kYes, kNo},
    FeatureAbility{"icebergCompatV2", kYes, kNo},
    FeatureAbility{"icebergCompatV3", kYes, kNo},
    FeatureAbility{"identityColumns", kYes, kNo},
    FeatureAbility{"inCommitTimestamp"},
    FeatureAbility{"invariants", kYes, kIfUnused},
    FeatureAbility{"materializePartitionColumns"},
    FeatureAbility{"rowTracking"},
    FeatureAbility{"timestampNtz"},
    FeatureAbility{"typeWidening", kYes, kNo},
    FeatureAbility{"typeWidening-preview", kYes, kNo},
    FeatureAbility{"v2Checkpoint"},
    FeatureAbility{"vacuumProtocolCheck"},
    FeatureAbility{"variantShredding-preview", kYes, kNo},
    FeatureAbility{"variantType", kYes, kNo},
    FeatureAbility{"variantType-preview", kYes, kNo},
};

constexpr EngineQuirks kDeltaRsQuirks = {.insists_on_statistics = true};
constexpr EngineQuirks kPolarsQuirks = {.reads_partition_folders = true,
                                        .no_absolute_paths = true,
                                        .no_absolute_uris = true,
                                        .no_binary_partitions = true,
                                        .insists_on_statistics = true};
constexpr EngineQuirks kDuckDbQuirks = {.no_absolute_uris = true,
                                        .loses_mapped_partitions = true,
                                        .no_void_columns = true,
                                        .breaks_maps = true,
                                        .misspells_partitions = true};

constexpr std::array kEngines = {
    EngineFacts{"spark-3.5", "Delta Lake 3.3", "", 3, 7, kSpark35, {}},
    EngineFacts{"spark-4", "Delta Lake 4.4", "", 3, 7, kSpark4, {}},
    EngineFacts{"databricks", "Runtime 17", "", 3, 7, kDatabricks, {}},
    EngineFacts{"delta-rs", "deltalake 1.6", "rewrites files for every row it changes", 3, 7,
                kDeltaRs, kDeltaRsQuirks},
    EngineFacts{"polars", "2.1", "appends, overwrites and merges by delta-rs", 3, 7, kPolars,
                kPolarsQuirks},
    EngineFacts{"duckdb", "1.5 with its delta extension", "appends only", 3, 7, kDuckDb,
                kDuckDbQuirks},
};

constexpr std::array kDowngrades = {
    FeatureDowngrade{"icebergCompatV1"},
    FeatureDowngrade{"icebergCompatV2"},
    FeatureDowngrade{"icebergCompatV3"},
    FeatureDowngrade{"clustering"},
    FeatureDowngrade{"rowTracking"},
    FeatureDowngrade{"inCommitTimestamp"},
    FeatureDowngrade{"domainMetadata"},
    FeatureDowngrade{"deletionVectors", Rewrite::kFilesWithVectors},
    FeatureDowngrade{"typeWidening", Rewrite::kAllFiles},
    FeatureDowngrade{"typeWidening-preview", Rewrite::kAllFiles},
    FeatureDowngrade{"columnMapping", Rewrite::kAllFiles},
    FeatureDowngrade{"materializePartitionColumns"},
    FeatureDowngrade{"v2Checkpoint"},
    FeatureDowngrade{"vacuumProtocolCheck"},
    FeatureDowngrade{"checkConstraints"},
    FeatureDowngrade{"allowColumnDefaults"},
    FeatureDowngrade{"checkpointProtection"},
};

}  // namespace

std::span<const FeatureDowngrade> FeatureDowngrades() { return kDowngrades; }

std::span<const EngineFacts> AllEngineFacts() { return kEngines; }

}  // namespace limno::table::delta
