#include "table/delta/clustering.h"

#include <gmock/gmock.h>

#include "storage/testing/result_matchers.h"
#include "table/delta/action_json.h"
#include "table/delta/log_path.h"
#include "table/testing/table_builder.h"

namespace limno::table::delta {
namespace {

using storage::Fails;
using storage::IsOk;
using testing::HasSubstr;
using testing::Not;

Metadata ClusteredBy(std::vector<ColumnPath> columns) {
  Metadata metadata = TableBuilder::Schema();
  metadata.schema.fields.push_back(
      {"st", StructOf({{"q", Primitive(TypeKind::kInteger), true, {}}}), true, {}});
  metadata.clustering_columns = std::move(columns);
  return metadata;
}

class ClusteringTest : public testing::Test {
 protected:
  SnapshotPtr Commit(Change change) {
    const auto outcome = table_.Commit(std::move(change));
    EXPECT_THAT(outcome, IsOk());
    return outcome ? outcome->snapshot : nullptr;
  }
  SnapshotPtr Alter(const SnapshotPtr& base, std::vector<ColumnPath> columns) {
    Change change;
    change.base = base;
    change.metadata = base->metadata;
    change.metadata->clustering_columns = std::move(columns);
    change.operation.name = "CLUSTER BY";
    return Commit(std::move(change));
  }
  std::string Text(int64_t version) { return table_.store->Read(CommitKey(version)).value_or(""); }

  TableBuilder table_;
};

TEST_F(ClusteringTest, ColumnsAreADomainAndBringTheirFeatures) {
  const SnapshotPtr created = Commit(TableBuilder::Create(ClusteredBy({{"id"}, {"st", "q"}})));
  EXPECT_THAT(Text(0),
              HasSubstr(R"({"domainMetadata":{"domain":"delta.clustering","configuration":)"
                        R"("{\"clusteringColumns\":[[\"id\"],[\"st\",\"q\"]],)"
                        R"(\"domainName\":\"delta.clustering\"}","removed":false}})"));
  EXPECT_THAT(Text(0), HasSubstr(R"("clustering","domainMetadata")"));
  EXPECT_EQ(created->metadata.clustering_columns, (std::vector<ColumnPath>{{"id"}, {"st", "q"}}));
}

TEST_F(ClusteringTest, AChangeOfColumnsAloneLeavesTheMetadataOut) {
  const SnapshotPtr created = Commit(TableBuilder::Create(ClusteredBy({{"id"}})));
  const SnapshotPtr altered = Alter(created, {});
  EXPECT_THAT(Text(1), Not(HasSubstr("metaData")));
  EXPECT_THAT(Text(1), HasSubstr(R"(\"clusteringColumns\":[])"));
  EXPECT_EQ(altered->metadata.clustering_columns, std::vector<ColumnPath>());
}

TEST_F(ClusteringTest, ReplacedTablesAreNoLongerClustered) {
  const SnapshotPtr created = Commit(TableBuilder::Create(ClusteredBy({{"id"}})));
  Change change;
  change.base = created;
  change.metadata = TableBuilder::Schema();
  change.metadata->id = created->metadata.id;
  const SnapshotPtr replaced = Commit(std::move(change));
  EXPECT_EQ(replaced->metadata.clustering_columns, std::vector<ColumnPath>());
}

TEST_F(ClusteringTest, TheDomainHasTheNamesOfTheFiles) {
  Metadata metadata = ClusteredBy({{"id"}});
  for (Field& field : metadata.schema.fields) {
    if (field.name == "id") {
      field.metadata["delta.columnMapping.physicalName"] = "\"col-7\"";
    }
  }
  const DomainMetadata domain = ClusteringDomain(metadata);
  EXPECT_THAT(domain.configuration, HasSubstr(R"([["col-7"]])"));
  EXPECT_EQ(**ClusteringColumns({{kClusteringDomain, domain.configuration}}, metadata.schema),
            (std::vector<ColumnPath>{{"id"}}));
}

TEST_F(ClusteringTest, WritersThatChangeTheColumnsAtOnceConflict) {
  const SnapshotPtr created = Commit(TableBuilder::Create(ClusteredBy({{"id"}})));
  Alter(created, {{"st", "q"}});
  Change change;
  change.base = created;
  change.metadata = created->metadata;
  change.metadata->properties["a"] = "b";
  change.operation.name = "SET TBLPROPERTIES";
  EXPECT_THAT(table_.Commit(change), Fails(ErrorKind::kConflict));
}

TEST(Clustering, RefusesWhatNobodyCouldCluster) {
  EXPECT_THAT(CheckClustering(ClusteredBy({{"id"}, {"st", "q"}}), false), IsOk());
  EXPECT_THAT(CheckClustering(ClusteredBy({{"nowhere"}}), false), Fails(ErrorKind::kRefused));
  EXPECT_THAT(CheckClustering(ClusteredBy({{"st"}}), false), Fails(ErrorKind::kRefused));
  EXPECT_THAT(CheckClustering(ClusteredBy({{"id"}, {"ID"}}), false), Fails(ErrorKind::kRefused));
  EXPECT_THAT(CheckClustering(ClusteredBy({{"a"}, {"b"}, {"c"}, {"d"}, {"e"}}), false),
              Fails(ErrorKind::kRefused));
  Metadata partitioned = TableBuilder::Schema();
  partitioned.partition_columns = {"id"};
  EXPECT_THAT(CheckClustering(partitioned, false), IsOk());
  EXPECT_THAT(CheckClustering(partitioned, true), Fails(ErrorKind::kRefused));
}

TEST(Clustering, ADomainThatIsNoneIsCorrupt) {
  for (const char* text : {"", "[]", "{}", R"({"clusteringColumns":["a"]})",
                           R"({"clusteringColumns":[[1]]})", R"({"clusteringColumns":[[]]})"}) {
    EXPECT_THAT(ClusteringColumns({{kClusteringDomain, text}}, {}), Fails(ErrorKind::kCorrupt))
        << text;
  }
}

TEST(FileOrderMarks, AreReadAsTheyWereWritten) {
  for (const bool clustered : {true, false}) {
    DataFile file;
    file.tags = R"({"INSERTION_TIME":"1"})";
    const FileOrder order{"run 1", {"k", "st.q"}, clustered};
    MarkOrder(order, file);
    EXPECT_EQ(ReadOrder(file), order);
    EXPECT_THAT(file.tags, HasSubstr("INSERTION_TIME"));
    EXPECT_EQ(file.clustering_provider.has_value(), clustered);
    // Spark must not take for clustered what is not.
    EXPECT_EQ(file.tags.find("ZCUBE") != std::string::npos, clustered);
  }
}

TEST(FileOrderMarks, ThoseOfOthersCountOrAreLeftAlone) {
  DataFile file;
  EXPECT_EQ(ReadOrder(file), std::nullopt);
  file.tags = R"({"ZCUBE_ID":"a7","ZCUBE_ZORDER_BY":"[\"k\",\"st.q\"]"})";
  EXPECT_EQ(ReadOrder(file), (FileOrder{"a7", {"k", "st.q"}, false}));
  file.clustering_provider = "liquid";
  EXPECT_EQ(ReadOrder(file), (FileOrder{"a7", {"k", "st.q"}, true}));
  file.clustering_provider = "another";
  EXPECT_EQ(ReadOrder(file), std::nullopt);
  file.clustering_provider.reset();
  for (const char* tags :
       {"[]", "{", R"({"ZCUBE_ID":"a7"})", R"({"ZCUBE_ID":1,"ZCUBE_ZORDER_BY":"[]"})",
        R"({"ZCUBE_ID":"a","ZCUBE_ZORDER_BY":"k"})"}) {
    file.tags = tags;
    EXPECT_EQ(ReadOrder(file), std::nullopt) << tags;
  }
}

}  // namespace
}  // namespace limno::table::delta
