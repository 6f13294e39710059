#include "table/delta/engine_compatibility.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "table/delta/engine_facts.h"
#include "table/delta/protocol.h"
#include "table/delta/table_features.h"

namespace limno::table::delta {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

DeltaSnapshot WithFeatures(std::vector<std::string> features) {
  DeltaSnapshot snapshot;
  snapshot.protocol = delta::WithFeatures(Protocol{}, features);
  snapshot.metadata.schema.fields.push_back({"id", Primitive(TypeKind::kLong), true, {}});
  return snapshot;
}

EngineVerdict VerdictOf(const DeltaSnapshot& snapshot, const std::string& engine) {
  for (EngineVerdict& verdict : CompatibilityOf(snapshot).engines) {
    if (verdict.engine == engine) {
      return verdict;
    }
  }
  return {};
}

std::vector<std::string> StepsOf(const DeltaSnapshot& snapshot) {
  std::vector<std::string> statements;
  for (const DowngradeStep& step : CompatibilityOf(snapshot).steps) {
    statements.push_back(step.statement);
  }
  return statements;
}

TEST(EngineCompatibilityTest, EverybodyCanDoWithAPlainTable) {
  for (const EngineVerdict& verdict : CompatibilityOf(WithFeatures({})).engines) {
    EXPECT_TRUE(verdict.CanRead() && verdict.CanWrite()) << verdict.engine;
  }
}

TEST(EngineCompatibilityTest, WriterFeaturesStandInTheWayOfWriting) {
  const DeltaSnapshot table = WithFeatures({"rowTracking", "domainMetadata"});
  EXPECT_TRUE(VerdictOf(table, "delta-rs").CanRead());
  EXPECT_FALSE(VerdictOf(table, "delta-rs").CanWrite());
  EXPECT_TRUE(VerdictOf(table, "spark-3.5").CanWrite());
  EXPECT_THAT(StepsOf(table), ElementsAre("ALTER TABLE {} DROP FEATURE rowTracking",
                                          "ALTER TABLE {} DROP FEATURE domainMetadata"));
}

TEST(EngineCompatibilityTest, UnknownFeaturesStandInEverybodysWay) {
  const DeltaSnapshot table = WithFeatures({"teleport"});
  for (const EngineVerdict& verdict : CompatibilityOf(table).engines) {
    EXPECT_TRUE(verdict.CanRead()) << verdict.engine;
    EXPECT_FALSE(verdict.CanWrite()) << verdict.engine;
  }
  EXPECT_THAT(StepsOf(table), IsEmpty());
}

TEST(EngineCompatibilityTest, WhatNeedsAFeatureGoesWithIt) {
  // DuckDB and Spark are fine with all of it; delta-rs wants none.
  const std::vector<std::string> steps = StepsOf(WithFeatures({"clustering", "domainMetadata"}));
  EXPECT_THAT(
      steps, ElementsAre("ALTER TABLE {} CLUSTER BY NONE", "ALTER TABLE {} DROP FEATURE clustering",
                         "ALTER TABLE {} DROP FEATURE domainMetadata"));
}

TEST(EngineCompatibilityTest, WhatConcernsReadersLeavesAProtectionBehind) {
  DeltaSnapshot table = WithFeatures({"typeWidening"});
  auto file = std::make_shared<DataFile>();
  file->path = "a.parquet";
  file->size_bytes = 12;
  table.files = table.files.With({file}, {});
  EXPECT_THAT(StepsOf(table),
              ElementsAre("ALTER TABLE {} DROP FEATURE typeWidening",
                          "ALTER TABLE {} DROP FEATURE checkpointProtection TRUNCATE HISTORY"));
  EXPECT_EQ(CompatibilityOf(table).steps[0].cost, "rewrites up to 1 file of 12 bytes");
}

TEST(EngineCompatibilityTest, LegacyVersionsImplyFeatures) {
  DeltaSnapshot table = WithFeatures({});
  table.protocol.min_writer_version = 6;
  EXPECT_FALSE(VerdictOf(table, "delta-rs").CanWrite());
  EXPECT_TRUE(VerdictOf(table, "spark-3.5").CanWrite());
}

TEST(EngineCompatibilityTest, PolarsWantsPartitionFolders) {
  DeltaSnapshot table = WithFeatures({});
  table.metadata.schema.fields.push_back({"p", Primitive(TypeKind::kString), true, {}});
  table.metadata.partition_columns = {"p"};
  auto file = std::make_shared<DataFile>();
  file->path = "p=x/a.parquet";
  table.files = table.files.With({file}, {});
  EXPECT_TRUE(VerdictOf(table, "polars").CanRead());
  auto opaque = std::make_shared<DataFile>();
  opaque->path = "00/a.parquet";
  table.files = table.files.With({opaque}, {});
  const EngineVerdict polars = VerdictOf(table, "polars");
  ASSERT_EQ(polars.obstacles.size(), 1U);
  EXPECT_TRUE(polars.obstacles[0].silent);
  EXPECT_TRUE(VerdictOf(table, "delta-rs").CanRead());
}

TEST(EngineFactsTest, NameOnlyFeaturesOfTheProtocol) {
  for (const EngineFacts& engine : AllEngineFacts()) {
    for (const FeatureAbility& ability : engine.features) {
      EXPECT_NE(FindTableFeature(ability.feature), nullptr) << ability.feature;
    }
  }
  for (const FeatureDowngrade& downgrade : FeatureDowngrades()) {
    EXPECT_NE(FindTableFeature(downgrade.feature), nullptr) << downgrade.feature;
  }
}

TEST(EngineFactsTest, FeaturesThatConcernReadersAgreeWithTheProtocol) {
  for (const std::string name :
       {"columnMapping", "deletionVectors", "timestampNtz", "typeWidening", "v2Checkpoint",
        "vacuumProtocolCheck", "rowTracking", "domainMetadata", "clustering", "icebergCompatV1"}) {
    const Protocol protocol = delta::WithFeatures(Protocol{}, {name});
    const std::vector<std::string> readers = ReaderFeatures(protocol);
    EXPECT_EQ(std::find(readers.begin(), readers.end(), name) != readers.end(),
              FindTableFeature(name)->concerns_readers)
        << name;
  }
}

}  // namespace
}  // namespace limno::table::delta
