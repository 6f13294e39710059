#include "table/delta/protocol.h"

#include <gtest/gtest.h>

#include "storage/testing/result_matchers.h"

namespace limno::table::delta {
namespace {

using storage::Fails;
using storage::IsOk;
using Names = std::vector<std::string>;

Protocol Lists(Names readers, Names writers) {
  Protocol protocol;
  protocol.min_reader_version = 3;
  protocol.min_writer_version = 7;
  protocol.reader_features = std::move(readers);
  protocol.writer_features = std::move(writers);
  return protocol;
}

Protocol Legacy(int reader, int writer) {
  Protocol protocol;
  protocol.min_reader_version = reader;
  protocol.min_writer_version = writer;
  return protocol;
}

TEST(Protocol, LegacyNumbersImplyFeatures) {
  EXPECT_EQ(WriterFeatures(Legacy(1, 1)), Names{});
  EXPECT_EQ(WriterFeatures(Legacy(1, 2)), (Names{"appendOnly", "invariants"}));
  EXPECT_EQ(WriterFeatures(Legacy(2, 6)),
            (Names{"appendOnly", "changeDataFeed", "checkConstraints", "columnMapping",
                   "generatedColumns", "identityColumns", "invariants"}));
  EXPECT_EQ(ReaderFeatures(Legacy(1, 6)), Names{});
  EXPECT_EQ(ReaderFeatures(Legacy(2, 5)), Names{"columnMapping"});
  EXPECT_TRUE(HasFeature(Legacy(1, 4), "changeDataFeed"));
  EXPECT_FALSE(HasFeature(Legacy(1, 3), "changeDataFeed"));
}

TEST(Protocol, KnowsFeaturesWhateverTheCaseOfTheirLetters) {
  EXPECT_EQ(FeatureNamed("rowtracking"), "rowTracking");
  EXPECT_EQ(FeatureNamed("VARIANTTYPE-preview"), "variantType-preview");
  EXPECT_EQ(FeatureNamed("somethingNew"), "somethingNew");
}

TEST(Protocol, ReadsWhatItKnows) {
  EXPECT_THAT(CheckReadable(Legacy(2, 6), "t"), IsOk());
  const Names known = {"columnMapping",
                       "deletionVectors",
                       "timestampNtz",
                       "typeWidening",
                       "v2Checkpoint",
                       "vacuumProtocolCheck",
                       "typeWidening-preview",
                       "variantType",
                       "variantType-preview",
                       "variantShredding",
                       "variantShredding-preview"};
  EXPECT_THAT(CheckReadable(Lists(known, known), "t"), IsOk());
  // A feature that concerns writers only is no obstacle.
  EXPECT_THAT(CheckReadable(Lists({}, {"rowTracking", "somethingNew"}), "t"), IsOk());
  for (const char* name : {"catalogManaged", "geospatial", "timestampNanos", "somethingNew",
                           "adaptiveMetadata-preview"}) {
    const Result<void> result = CheckReadable(Lists({"deletionVectors", name}, {name}), "t");
    ASSERT_THAT(result, Fails(ErrorKind::kUnsupported)) << name;
    EXPECT_NE(result.error().message.find(name), std::string::npos);
  }
  const Result<void> future = CheckReadable(Legacy(5, 7), "t");
  ASSERT_THAT(future, Fails(ErrorKind::kUnsupported));
  EXPECT_NE(future.error().message.find("minReaderVersion 5"), std::string::npos);
}

TEST(Protocol, WritesWhatItKnows) {
  EXPECT_THAT(CheckWritable(Legacy(2, 6), "t"), IsOk());
  EXPECT_THAT(CheckWritable(Lists({"deletionVectors"}, {"deletionVectors", "appendOnly"}), "t"),
              IsOk());
  for (const char* feature :
       {"icebergCompatV1", "icebergCompatV3", "materializePartitionColumns"}) {
    EXPECT_THAT(CheckWritable(WithFeatures(Legacy(2, 6), {feature}), "t"), IsOk()) << feature;
  }
  const Result<void> result = CheckWritable(Lists({}, {"somethingNew"}), "t");
  ASSERT_THAT(result, Fails(ErrorKind::kUnsupported));
  EXPECT_NE(result.error().message.find("somethingNew"), std::string::npos);
  EXPECT_THAT(CheckWritable(Legacy(1, 8), "t"), Fails(ErrorKind::kUnsupported));
}

TEST(Protocol, UpgradesKeepWhatTheNumbersMeant) {
  const Protocol vectors = WithFeatures(Legacy(1, 2), {"deletionVectors"});
  EXPECT_EQ(vectors, Lists({"deletionVectors"}, {"appendOnly", "deletionVectors", "invariants"}));
  const Protocol mapped = WithFeatures(Legacy(2, 5), {"deletionVectors"});
  EXPECT_EQ(*mapped.reader_features, (Names{"columnMapping", "deletionVectors"}));
  const Protocol writer_only = WithFeatures(Legacy(1, 2), {"domainMetadata"});
  EXPECT_EQ(writer_only.min_reader_version, 1);
  EXPECT_FALSE(writer_only.reader_features);
  EXPECT_EQ(*writer_only.writer_features, (Names{"appendOnly", "domainMetadata", "invariants"}));
  EXPECT_EQ(WithFeatures(vectors, {"deletionVectors"}), vectors);
  EXPECT_EQ(WithFeatures(Legacy(1, 2), {}), Legacy(1, 2));
}

}  // namespace
}  // namespace limno::table::delta
