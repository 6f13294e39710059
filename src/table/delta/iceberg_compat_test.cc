#include "table/delta/iceberg_compat.h"

#include <gmock/gmock.h>

#include "storage/testing/result_matchers.h"
#include "table/column_annotations.h"
#include "table/delta/column_mapping.h"
#include "table/delta/nested_field_ids.h"
#include "table/delta/protocol.h"
#include "table/delta/row_tracking.h"
#include "table/testing/table_builder.h"

namespace limno::table::delta {
namespace {

using storage::Fails;
using storage::IsOk;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

class IcebergCompatTest : public testing::Test {
 protected:
  static Metadata With(int version, std::vector<Field> more = {}, bool partitioned = false) {
    Metadata metadata = TableBuilder::Schema(partitioned);
    metadata.properties["delta.enableIcebergCompatV" + std::to_string(version)] = "true";
    metadata.schema.fields.insert(metadata.schema.fields.end(), more.begin(), more.end());
    return metadata;
  }
  Metadata Complete(Metadata metadata, const Metadata* before = nullptr) {
    CompleteForIceberg(metadata, before);
    MapColumns(metadata, before, table_.random);
    NameRowIdentityColumns(metadata, before, table_.random);
    return metadata;
  }
  Result<DeltaSnapshotPtr> Create(Metadata metadata) {
    return Commit(TableBuilder::Create(Complete(std::move(metadata))));
  }
  Result<DeltaSnapshotPtr> Commit(const Change& change) {
    LIMNO_ASSIGN(const CommitOutcome outcome, table_.Commit(change));
    return std::static_pointer_cast<const DeltaSnapshot>(outcome.snapshot);
  }
  Result<DeltaSnapshotPtr> Alter(const DeltaSnapshotPtr& base,
                                 const std::function<void(Metadata&)>& alter) {
    Change change;
    change.base = base;
    change.metadata = base->metadata;
    alter(*change.metadata);
    change.metadata = Complete(*change.metadata, &base->metadata);
    change.operation.name = "SET TBLPROPERTIES";
    return Commit(change);
  }
  static std::vector<std::string> Problems(const Metadata& metadata) {
    std::vector<std::string> where;
    for (const CompatProblem& problem : IcebergCompatProblems(metadata)) {
      where.push_back(problem.where);
    }
    return where;
  }

  TableBuilder table_;
};

Field Column(const std::string& name, DataType type) { return {name, std::move(type), true, {}}; }

TEST_F(IcebergCompatTest, ANewTableGetsWhatItsVersionNeeds) {
  const Metadata two = Complete(With(2));
  EXPECT_EQ(two.properties.at("delta.columnMapping.mode"), "name");
  EXPECT_EQ(two.properties.at("delta.enableDeletionVectors"), "false");
  const Metadata three = Complete(With(3));
  EXPECT_EQ(three.properties.at("delta.enableRowTracking"), "true");
  EXPECT_EQ(three.properties.count("delta.enableDeletionVectors"), 0U);
  const auto identity = RowIdentityOf(three);
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->row_id_field_id, 2147483540);
  EXPECT_EQ(identity->commit_version_field_id, 2147483539);
  const auto created = Create(With(3));
  ASSERT_THAT(created, IsOk());
  for (const char* feature : {"icebergCompatV3", "columnMapping", "rowTracking"}) {
    EXPECT_TRUE(HasFeature((*created)->protocol, feature)) << feature;
  }
}

TEST_F(IcebergCompatTest, WhatTheOwnerSaidIsNotOverruled) {
  Metadata unmapped = With(2);
  unmapped.properties["delta.columnMapping.mode"] = "none";
  EXPECT_THAT(Create(unmapped), Fails(ErrorKind::kRefused));
  Metadata vectors = With(1);
  vectors.properties["delta.enableDeletionVectors"] = "true";
  EXPECT_THAT(Create(vectors), Fails(ErrorKind::kRefused));
  Metadata untracked = With(3);
  untracked.properties["delta.enableRowTracking"] = "false";
  EXPECT_THAT(Create(untracked), Fails(ErrorKind::kRefused));
  Metadata both = With(2);
  both.properties["delta.enableIcebergCompatV1"] = "true";
  EXPECT_THAT(Create(both), Fails(ErrorKind::kRefused));
  Metadata by_id = With(2);
  by_id.properties["delta.columnMapping.mode"] = "id";
  EXPECT_THAT(Create(by_id), IsOk());
}

TEST_F(IcebergCompatTest, TypesGoByVersion) {
  const Field list = Column("l", ArrayOf(Primitive(TypeKind::kLong)));
  const Field map = Column(
      "m",
      StructOf({Column("i", MapOf(Primitive(TypeKind::kString), Primitive(TypeKind::kLong)))}));
  const Field nothing = Column("n", Primitive(TypeKind::kVoid));
  EXPECT_THAT(Problems(Complete(With(1, {list, map}))), ElementsAre("l", "m.i"));
  EXPECT_THAT(Problems(Complete(With(2, {list, map, nothing}))), ElementsAre("n"));
  EXPECT_THAT(Problems(Complete(With(3, {list, map}))), IsEmpty());
  const Field variant = Column("v", Primitive(TypeKind::kVariant));
  EXPECT_THAT(Problems(Complete(With(2, {variant}))), ElementsAre("v"));
  EXPECT_THAT(Problems(Complete(With(3, {variant}))), IsEmpty());
}

TEST_F(IcebergCompatTest, ElementsKeysAndValuesHaveIds) {
  const DataType integer = Primitive(TypeKind::kInteger);
  const Field deep =
      Column("d", MapOf(integer, StructOf({Column("s", ArrayOf(ArrayOf(integer)))})));
  Metadata metadata = Complete(With(2, {deep}));
  const Field& mapped = metadata.schema.fields[1];
  const std::string name = PhysicalName(mapped);
  const Field& inner = mapped.type.children[1].type.children[0];
  const std::string inner_name = PhysicalName(inner);
  // Columns have 1 to 3.
  EXPECT_THAT(NestedFieldIds(mapped), UnorderedElementsAre(Pair(name + ".key", testing::_),
                                                           Pair(name + ".value", testing::_)));
  EXPECT_THAT(NestedFieldIds(inner),
              UnorderedElementsAre(Pair(inner_name + ".element", testing::_),
                                   Pair(inner_name + ".element.element", testing::_)));
  EXPECT_EQ(metadata.properties.at("delta.columnMapping.maxColumnId"), "7");
  EXPECT_THAT(Problems(metadata), IsEmpty());
  // New columns go on from there, old ids stay.
  Metadata wider = metadata;
  wider.schema.fields.push_back(Column("l", ArrayOf(integer)));
  wider = Complete(wider, &metadata);
  EXPECT_EQ(NestedFieldIds(wider.schema.fields[1]), NestedFieldIds(mapped));
  EXPECT_EQ(wider.properties.at("delta.columnMapping.maxColumnId"), "9");
  // A double is a contradiction.
  Metadata doubled = wider;
  doubled.schema.fields[2].metadata["delta.columnMapping.nested.ids"] =
      "{\"" + PhysicalName(wider.schema.fields[2]) + ".element\":1}";
  EXPECT_THAT(Problems(doubled), ElementsAre("l"));
  doubled.schema.fields[2].metadata.erase("delta.columnMapping.nested.ids");
  EXPECT_THAT(Problems(doubled), ElementsAre("l"));
}

TEST_F(IcebergCompatTest, TypesWidenAsIcebergsDo) {
  const auto widens = [](const DataType& from, TypeKind to) {
    return IsIcebergWidening(from, Primitive(to));
  };
  EXPECT_TRUE(widens(Primitive(TypeKind::kByte), TypeKind::kLong));
  EXPECT_TRUE(widens(Primitive(TypeKind::kFloat), TypeKind::kDouble));
  EXPECT_FALSE(widens(Primitive(TypeKind::kInteger), TypeKind::kDouble));
  EXPECT_FALSE(widens(Primitive(TypeKind::kLong), TypeKind::kInteger));
  EXPECT_FALSE(widens(Primitive(TypeKind::kDate), TypeKind::kTimestampNtz));
  EXPECT_FALSE(IsIcebergWidening(Primitive(TypeKind::kInteger), Decimal(20, 0)));
  EXPECT_TRUE(IsIcebergWidening(Decimal(10, 2), Decimal(12, 2)));
  EXPECT_FALSE(IsIcebergWidening(Decimal(10, 2), Decimal(12, 4)));
  Field widened = Column("w", Primitive(TypeKind::kDouble));
  widened.metadata["delta.typeChanges"] = R"([{"fromType":"integer","toType":"double"}])";
  EXPECT_THAT(Problems(Complete(With(2, {widened}))), ElementsAre("w"));
  widened.metadata["delta.typeChanges"] = R"([{"fromType":"float","toType":"double"}])";
  EXPECT_THAT(Problems(Complete(With(2, {widened}))), IsEmpty());
}

TEST_F(IcebergCompatTest, DefaultsAreLiteralsInVersion3) {
  const auto problems = [&](int version, const std::string& text) {
    Field field = Column("c", Primitive(TypeKind::kString));
    AnnotateText(field, kDefaultAnnotation, text);
    return Problems(Complete(With(version, {field}))).size();
  };
  for (const char* literal : {"5", "-1.5e-3", "'it''s'", "NULL", " true ", "DATE '2020-01-01'",
                              "X'00ff'", "\"a\"", "10L"}) {
    EXPECT_EQ(problems(3, literal), 0U) << literal;
  }
  for (const char* computed :
       {"now()", "1 + 1", "1-1", "'a' || 'b'", "current_timestamp", "upper('a')"}) {
    EXPECT_EQ(problems(3, computed), 1U) << computed;
    EXPECT_EQ(problems(2, computed), 0U) << computed;
  }
}

TEST_F(IcebergCompatTest, FilesSayHowManyRowsTheyHaveAndHaveNoVectors) {
  const auto created = Create(With(2));
  ASSERT_THAT(created, IsOk());
  Change append = TableBuilder::Append(*created, {table_.File("a.parquet")});
  append.added[0].statistics.clear();
  EXPECT_THAT(Commit(append), Fails(ErrorKind::kRefused));
  append.added[0].statistics = R"({"numRecords":10})";
  append.added[0].deletion_vector = DeletionVector{'i', "abc", {}, 10, 2};
  EXPECT_THAT(Commit(append), Fails(ErrorKind::kRefused));
  append.added[0].deletion_vector.reset();
  EXPECT_THAT(Commit(append), IsOk());
}

TEST_F(IcebergCompatTest, IsSwitchedOnLaterWhereFilesCanStay) {
  Metadata metadata = TableBuilder::Schema();
  metadata.properties["delta.columnMapping.mode"] = "name";
  const auto created = Create(metadata);
  ASSERT_THAT(created, IsOk());
  Change append = TableBuilder::Append(*created, {table_.File("a.parquet")});
  append.added[0].deletion_vector = DeletionVector{'i', "abc", {}, 10, 2};
  const auto vectors = Commit(append);
  ASSERT_THAT(vectors, IsOk());
  const auto enable = [](int version) {
    return [version](Metadata& altered) {
      altered.properties["delta.enableDeletionVectors"] = "false";
      altered.properties["delta.enableIcebergCompatV" + std::to_string(version)] = "true";
    };
  };
  const auto refused = Alter(*vectors, enable(2));
  ASSERT_THAT(refused, Fails(ErrorKind::kRefused));
  EXPECT_THAT(refused.error().hint, HasSubstr("DROP FEATURE deletionVectors"));
  EXPECT_THAT(Alter(*vectors, enable(1)), Fails(ErrorKind::kRefused));
  EXPECT_THAT(Alter(*vectors, enable(3)), IsOk());
}

TEST_F(IcebergCompatTest, AnUnmappedTableIsToldWhatToDo) {
  const auto created = Create(TableBuilder::Schema());
  ASSERT_THAT(created, IsOk());
  const auto refused = Alter(*created, [](Metadata& altered) {
    altered.properties["delta.enableIcebergCompatV2"] = "true";
  });
  ASSERT_THAT(refused, Fails(ErrorKind::kRefused));
  EXPECT_THAT(refused.error().hint, HasSubstr("delta.columnMapping.mode"));
  EXPECT_THAT(Alter(*created,
                    [](Metadata& altered) {
                      altered.properties["delta.enableIcebergCompatV2"] = "true";
                      altered.properties["delta.columnMapping.mode"] = "name";
                    }),
              IsOk());
}

TEST_F(IcebergCompatTest, PartitionColumnsKeepTheirNames) {
  const auto created = Create(With(2, {Column("q", Primitive(TypeKind::kString))}, true));
  ASSERT_THAT(created, IsOk());
  const auto replace = [&](const std::vector<std::string>& columns) {
    Metadata next = With(2, {Column("q", Primitive(TypeKind::kString))}, true);
    next.partition_columns = columns;
    Change change;
    change.base = *created;
    change.metadata = Complete(next, &(*created)->metadata);
    change.metadata->id = (*created)->metadata.id;
    change.operation.name = "CREATE OR REPLACE TABLE";
    return Commit(change);
  };
  EXPECT_THAT(replace({"q"}), Fails(ErrorKind::kRefused));
  EXPECT_THAT(replace({}), Fails(ErrorKind::kRefused));
  EXPECT_THAT(replace({"p"}), IsOk());
}

TEST_F(IcebergCompatTest, VersionOneWantsPartitionColumnsInAllFiles) {
  Metadata metadata = TableBuilder::Schema(true);
  metadata.properties["delta.columnMapping.mode"] = "name";
  const auto created = Create(metadata);
  ASSERT_THAT(created, IsOk());
  Change append = TableBuilder::Append(*created, {table_.File("a.parquet")});
  append.added[0].partition_values = {{PhysicalPartitionColumns((*created)->metadata)[0], "x"}};
  const auto filled = Commit(append);
  ASSERT_THAT(filled, IsOk());
  const auto enable = [](int version) {
    return [version](Metadata& altered) {
      altered.properties["delta.enableIcebergCompatV" + std::to_string(version)] = "true";
    };
  };
  EXPECT_THAT(Alter(*filled, enable(1)), Fails(ErrorKind::kRefused));
  EXPECT_THAT(Alter(*filled, enable(2)), IsOk());
}

}  // namespace
}  // namespace limno::table::delta
