#include "table/delta/feature_removal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/testing/result_matchers.h"
#include "table/delta/protocol.h"

namespace limno::table::delta {
namespace {

using storage::Fails;
using storage::IsOk;
using Rewrite = FeatureRemoval::Rewrite;
using Names = std::vector<std::string>;

DeltaSnapshot With(const Names& features) {
  DeltaSnapshot snapshot;
  snapshot.version = 4;
  snapshot.protocol = WithFeatures(Protocol{}, features);
  snapshot.metadata.schema.fields.push_back({"a", Primitive(TypeKind::kLong), true, {}});
  return snapshot;
}

TEST(FeatureRemoval, NeedsAFeatureThatIsThere) {
  const auto missing = PlanFeatureRemoval(With({"appendOnly"}), "appendonly");
  ASSERT_THAT(missing, Fails(ErrorKind::kNotFound));
  EXPECT_THAT(missing.error().hint, testing::HasSubstr("appendOnly"));
  EXPECT_THAT(PlanFeatureRemoval(With({"domainMetadata", "rowTracking"}), "domainMetadata"),
              Fails(ErrorKind::kRefused));
}

TEST(FeatureRemoval, TakesPropertiesAway) {
  DeltaSnapshot snapshot = With({"changeDataFeed"});
  snapshot.metadata.properties = {{"delta.enableChangeDataFeed", "true"}, {"own", "1"}};
  const auto removal = PlanFeatureRemoval(snapshot, "changeDataFeed");
  ASSERT_THAT(removal, IsOk());
  EXPECT_TRUE(removal->metadata_changes);
  EXPECT_EQ(removal->rewrite, Rewrite::kNothing);
  EXPECT_THAT(removal->metadata.properties, testing::ElementsAre(testing::Pair("own", "1")));
}

TEST(FeatureRemoval, LeavesToTheUserWhatIsTheUsers) {
  DeltaSnapshot constrained = With({"checkConstraints"});
  EXPECT_THAT(PlanFeatureRemoval(constrained, "checkConstraints"), IsOk());
  constrained.metadata.properties["delta.constraints.positive"] = "a > 0";
  EXPECT_THAT(PlanFeatureRemoval(constrained, "checkConstraints"), Fails(ErrorKind::kRefused));
  DeltaSnapshot with_default = With({"allowColumnDefaults"});
  with_default.metadata.schema.fields[0].metadata["CURRENT_DEFAULT"] = "\"5\"";
  EXPECT_THAT(PlanFeatureRemoval(with_default, "allowColumnDefaults"), Fails(ErrorKind::kRefused));
}

TEST(FeatureRemoval, RewritesFilesThatAreWrittenWithIt) {
  DeltaSnapshot snapshot = With({"deletionVectors", "columnMapping"});
  DataFile file;
  file.path = "a.parquet";
  snapshot.files = snapshot.files.With({std::make_shared<const DataFile>(file)}, {});
  const auto vectors = PlanFeatureRemoval(snapshot, "deletionVectors");
  EXPECT_EQ(vectors->rewrite, Rewrite::kNothing);
  EXPECT_EQ(vectors->metadata.properties.at("delta.enableDeletionVectors"), "false");
  Field& field = snapshot.metadata.schema.fields[0];
  field.metadata = {{"delta.columnMapping.id", "1"},
                    {"delta.columnMapping.physicalName", "\"col-1\""}};
  EXPECT_EQ(PlanFeatureRemoval(snapshot, "columnMapping")->rewrite, Rewrite::kEverything);
  field.name = "two words";
  EXPECT_THAT(PlanFeatureRemoval(snapshot, "columnMapping"), Fails(ErrorKind::kRefused));
}

TEST(FeatureRemoval, ComesBackToLegacyVersions) {
  const Protocol lists = WithFeatures(Protocol{}, {"appendOnly", "invariants", "deletionVectors"});
  const Protocol legacy = WithoutFeatures(lists, {"deletionVectors"});
  EXPECT_EQ(legacy.min_reader_version, 1);
  EXPECT_EQ(legacy.min_writer_version, 2);
  EXPECT_FALSE(legacy.writer_features);
  const Protocol writers = WithoutFeatures(lists, {"deletionVectors", "invariants"});
  EXPECT_EQ(writers.min_reader_version, 1);
  EXPECT_EQ(writers.min_writer_version, 7);
  EXPECT_EQ(writers.writer_features, Names{"appendOnly"});
  EXPECT_FALSE(writers.reader_features);
}

TEST(FeatureRemoval, ProtectsHistoryThatReadersCannotRead) {
  Metadata metadata;
  Change change;
  change.dropped_features = {"changeDataFeed"};
  EXPECT_FALSE(ProtectHistory(change, 7, metadata));
  change.dropped_features = {"deletionVectors"};
  EXPECT_TRUE(ProtectHistory(change, 7, metadata));
  EXPECT_EQ(metadata.properties.at("delta.requireCheckpointProtectionBeforeVersion"), "7");
}

}  // namespace
}  // namespace limno::table::delta
