#include "table/delta/materialized_partitions.h"

#include <gtest/gtest.h>

#include "table/delta/protocol.h"

namespace limno::table::delta {
namespace {

Metadata With(const std::string& property, const std::string& value) {
  Metadata metadata;
  metadata.properties[property] = value;
  return metadata;
}

TEST(MaterializedPartitions, FeatureOrPropertiesAskForThem) {
  EXPECT_FALSE(MaterializesPartitions(nullptr, Metadata()));
  for (const char* property : {kMaterializationProperty, "delta.writePartitionColumnsToParquet",
                               "delta.enableIcebergCompatV1", "delta.enableIcebergCompatV2",
                               "delta.enableIcebergCompatV3"}) {
    EXPECT_TRUE(MaterializesPartitions(nullptr, With(property, "true"))) << property;
    EXPECT_FALSE(MaterializesPartitions(nullptr, With(property, "false"))) << property;
  }
  const Metadata directive = With("delta.feature.materializePartitionColumns", "supported");
  EXPECT_TRUE(MaterializesPartitions(nullptr, directive));
}

TEST(MaterializedPartitions, TheFeatureCountsMoreThanTheProperty) {
  const Protocol plain;
  const Metadata unwanted = With("delta.writePartitionColumnsToParquet", "false");
  EXPECT_FALSE(MaterializesPartitions(&plain, unwanted));
  const Protocol with = WithFeatures(plain, {"materializePartitionColumns"});
  EXPECT_TRUE(MaterializesPartitions(&with, unwanted));
  EXPECT_FALSE(with.reader_features);
}

}  // namespace
}  // namespace limno::table::delta
