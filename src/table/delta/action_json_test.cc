#include "table/delta/action_json.h"

#include <gtest/gtest.h>

#include "storage/testing/result_matchers.h"
#include "table/testing/log_texts.h"

namespace limno::table::delta {
namespace {

using storage::Fails;
using storage::IsOk;

template <typename T>
T Only(std::string_view text) {
  const Result<std::vector<Action>> actions = ParseActions(text, "test");
  EXPECT_THAT(actions, IsOk());
  if (!actions || actions->size() != 1 || !std::holds_alternative<T>(actions->front())) {
    ADD_FAILURE() << "not one action of the expected kind: " << text;
    return T{};
  }
  return std::get<T>(actions->front());
}

TEST(ParseActions, ReadsAllMembersOfAnAdd) {
  const Add add = Only<Add>(
      R"({"add":{"path":"a%20b/c%25.parquet","partitionValues":{"x":"1","y":null,"z":""},)"
      R"("size":5,"modificationTime":7,"dataChange":false,"stats":"{\"numRecords\":3}",)"
      R"("tags":{"k": "v"},"deletionVector":{"storageType":"u","pathOrInlineDv":"ab","offset":1,)"
      R"("sizeInBytes":40,"cardinality":2,"maxRowIndex":9},"baseRowId":11,)"
      R"("defaultRowCommitVersion":12,"clusteringProvider":"liquid","new":{"a": [1, 2]}}})");
  EXPECT_EQ(add.file.path, "a b/c%.parquet");
  const PartitionValues expected = {{"x", "1"}, {"y", std::nullopt}, {"z", ""}};
  EXPECT_EQ(add.file.partition_values, expected);
  EXPECT_EQ(add.file.size_bytes, 5);
  EXPECT_EQ(add.file.modified_millis, 7);
  EXPECT_FALSE(add.file.data_change);
  EXPECT_EQ(add.file.statistics, R"({"numRecords":3})");
  EXPECT_EQ(add.file.tags, R"({"k":"v"})");
  const DeletionVector vector{'u', "ab", 1, 40, 2};
  EXPECT_EQ(add.file.deletion_vector, vector);
  EXPECT_EQ(vector.UniqueId(), "uab@1");
  EXPECT_EQ(add.file.base_row_id, 11);
  EXPECT_EQ(add.file.default_row_commit_version, 12);
  EXPECT_EQ(add.file.clustering_provider, "liquid");
  EXPECT_EQ(add.file.unknown_members, std::vector<std::string>{R"("new":{"a":[1,2]})"});
}

TEST(ParseActions, FormattingReturnsWhatWasRead) {
  for (const std::string line : {
           R"({"add":{"path":"p=a%2520b/f%20%C3%A4.parquet","partitionValues":{"p":null},)"
           R"("size":1,"modificationTime":2,"dataChange":true,"stats":"{\"a\":\"\\\"\"}",)"
           R"("deletionVector":{"storageType":"i","pathOrInlineDv":"x","sizeInBytes":4,)"
           R"("cardinality":1},"later":7}})",
           R"({"remove":{"path":"a","deletionTimestamp":3,"dataChange":false,)"
           R"("extendedFileMetadata":true,"partitionValues":{"p":"1"},"size":4}})",
           R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["x"],)"
           R"("writerFeatures":["a","x"]}})",
           R"({"txn":{"appId":"a","version":4,"lastUpdated":5}})",
           R"({"domainMetadata":{"domain":"d","configuration":"{}","removed":false}})",
           R"({"cdc":{"path":"_change_data/a","partitionValues":{},"size":3,"dataChange":false}})",
           R"({"commitInfo":{"inCommitTimestamp":1,"timestamp":2,"operation":"WRITE",)"
           R"("operationParameters":{"mode":"Append"},"readVersion":3,)"
           R"("isolationLevel":"Serializable","isBlindAppend":true,)"
           R"("operationMetrics":{"n":"1"},"userMetadata":"u","engineInfo":"e","txnId":"t"}})",
           R"({"sidecar":{"path":"s.parquet","sizeInBytes":1,"modificationTime":2}})",
           R"({"checkpointMetadata":{"version":4}})",
           R"({"limno":{"a":[1,{"b":null}]}})",
       }) {
    const Result<std::vector<Action>> actions = ParseActions(line, "test");
    ASSERT_THAT(actions, IsOk()) << line;
    ASSERT_EQ(actions->size(), 1U) << line;
    // Letters beyond ASCII may stand plain in a path.
    std::string expected = line;
    if (const size_t place = expected.find("%C3%A4"); place != std::string::npos) {
      expected.replace(place, 6, "ä");
    }
    EXPECT_EQ(FormatAction(actions->front()), expected);
  }
}

TEST(ParseActions, ABrokenNullIsNoNull) {
  for (const char* line : {R"({"add":{"path":"a","stats":nul\u0000}})", R"({"add":{"path":nuXl}})",
                           R"({"add":{"path":"a","partitionValues":{"p":nulk}}})"}) {
    const auto actions = ParseActions(line, "1.json");
    ASSERT_FALSE(actions.has_value()) << line;
    EXPECT_EQ(actions.error().kind, ErrorKind::kCorrupt);
    EXPECT_EQ(actions.error().where, "1.json:1");
  }
}

TEST(ParseActions, ReadsMetadata) {
  const MetadataAction action = Only<MetadataAction>(
      R"({"metaData":{"id":"i","name":"n","description":"d","format":{"provider":"parquet",)"
      R"("options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[]}",)"
      R"("partitionColumns":["p"],"configuration":{"delta.appendOnly":"true"},"createdTime":9,)"
      R"("extra":true}})");
  EXPECT_EQ(action.metadata.name, "n");
  EXPECT_EQ(action.metadata.description, "d");
  EXPECT_EQ(action.metadata.partition_columns, std::vector<std::string>{"p"});
  EXPECT_EQ(action.metadata.properties.at("delta.appendOnly"), "true");
  EXPECT_EQ(action.metadata.created_millis, 9);
  EXPECT_EQ(action.metadata.unknown_members, std::vector<std::string>{R"("extra":true)"});
  EXPECT_NE(FormatAction(action).find(R"("extra":true})"), std::string::npos);
}

TEST(ParseActions, ToleratesWhatWritersDo) {
  const std::string text = "\n" + ProtocolLine() + "\r\n  \r\n" + AddLine("a") +
                           R"({"remove":{"path":"b"},"limno":{"x":1}})";
  const Result<std::vector<Action>> actions = ParseActions(text, "test");
  ASSERT_THAT(actions, IsOk());
  ASSERT_EQ(actions->size(), 4U);
  EXPECT_TRUE(std::holds_alternative<Remove>((*actions)[2]));
  EXPECT_EQ(std::get<UnknownAction>((*actions)[3]).json, R"({"limno":{"x":1}})");
  EXPECT_THAT(ParseActions("", "test"), IsOk());
  const Add add =
      Only<Add>(R"({"add":{"path":"a","partitionValues":null,"size":1.0,"modificationTime":1e3,)"
                R"("dataChange":true,"deletionVector":null,"tags":null,"stats":null}})");
  EXPECT_EQ(add.file.modified_millis, 1000);
  EXPECT_FALSE(add.file.deletion_vector);
}

TEST(ParseActions, KeepsGoingOverOddCommitInfo) {
  const CommitInfo info = Only<CommitInfo>(
      R"({"commitInfo":{"timestamp":"2026","operation":"X","isBlindAppend":"true","tags":5,)"
      R"("operationParameters":{"a":["x"],"b":1,"c":true,"d":"t","e":null},)"
      R"("readVersion":"0","txnId":"t"}})");
  EXPECT_EQ(info.operation, "X");
  EXPECT_FALSE(info.timestamp_millis);
  EXPECT_FALSE(info.is_blind_append);
  EXPECT_EQ(info.operation_parameters.at("a"), R"(["x"])");
  EXPECT_EQ(info.operation_parameters.at("b"), "1");
  EXPECT_EQ(info.operation_parameters.at("d"), "t");
  EXPECT_EQ(info.txn_id, "t");
}

TEST(ParseActions, NamesTheBrokenLine) {
  for (const std::string bad : {
           R"({"add":{"path":"a",)",
           R"({"add":{"path":"a","size":1,"modificationTime":1}} trailing)",
           R"({"add":{"path":"a","size":1,"modificationTime":1}} {"add":)",
           R"({"add":{"path":"a","size":"1","modificationTime":1}})",
           R"({"add":{"path":"a","modificationTime":1}})",
           R"({"add":{"path":"a%zz","size":1,"modificationTime":1}})",
           R"({"add":{"path":"a","size":1,"modificationTime":1,"new":{x}}})",
           R"({"add":{"path":"a","size":9999999999999999999999,"modificationTime":1}})",
           R"({"add":{"path":"a","size":1,"modificationTime":1,"deletionVector":{"offset":1}}})",
           R"({"limno":[1,]})",
           R"({"txn":{"appId":"a"}})",
           R"({"protocol":{"minReaderVersion":1}})",
           R"(["add"])",
           R"(add)",
           "{\"add\":{\"path\":\"\xff\"}}",
       }) {
    const Result<std::vector<Action>> actions =
        ParseActions(ProtocolLine() + "\n" + bad + "\n" + AddLine("z"), "7.json");
    ASSERT_THAT(actions, Fails(ErrorKind::kCorrupt)) << bad;
    EXPECT_EQ(actions.error().where, "7.json:3") << bad;
  }
}

TEST(ParseActions, RefusesOtherFileFormats) {
  EXPECT_THAT(ParseActions(R"({"metaData":{"id":"a","format":{"provider":"orc"}}})", "test"),
              Fails(ErrorKind::kUnsupported));
}

TEST(ParseSchema, ReadsAllTypes) {
  const std::string json =
      R"json({"type":"struct","fields":[)json"
      R"json({"name":"a","type":"decimal(38,18)","nullable":false,)json"
      R"json("metadata":{"k":1,"t":"x"}},)json"
      R"json({"name":"b","type":{"type":"array","elementType":"byte","containsNull":false},)json"
      R"json("nullable":true,"metadata":{}},)json"
      R"json({"name":"c","type":{"type":"map","keyType":"string","valueType":{"type":"struct",)json"
      R"json("fields":[{"name":"d","type":"timestamp_ntz","nullable":true,"metadata":{}}]},)json"
      R"json("valueContainsNull":true},"nullable":true,"metadata":{}}]})json";
  const Result<Schema> schema = ParseSchema(json);
  ASSERT_THAT(schema, IsOk());
  EXPECT_EQ(schema->fields[0].type, Decimal(38, 18));
  EXPECT_FALSE(schema->fields[0].nullable);
  EXPECT_EQ(schema->fields[0].metadata.at("t"), "\"x\"");
  EXPECT_EQ(schema->fields[1].type, ArrayOf(Primitive(TypeKind::kByte), false));
  EXPECT_EQ(schema->fields[2].type.ToString(), "map<string,struct<d:timestamp_ntz>>");
  EXPECT_EQ(FormatSchema(*schema), json);
}

TEST(ParseSchema, NamesColumnsOfUnknownTypes) {
  const auto field = [](std::string_view type) {
    return fmt::format(R"({{"type":"struct","fields":[{{"name":"g","type":{},"nullable":true}}]}})",
                       type);
  };
  const Result<Schema> schema = ParseSchema(field(R"({"type":"array","elementType":"geometry"})"));
  ASSERT_THAT(schema, Fails(ErrorKind::kUnsupported));
  EXPECT_NE(schema.error().message.find("g.element"), std::string::npos);
  EXPECT_THAT(ParseSchema(field("\"decimal(39,2)\"")), Fails(ErrorKind::kUnsupported));
  EXPECT_THAT(ParseSchema(field("7")), Fails(ErrorKind::kCorrupt));
  EXPECT_THAT(ParseSchema("{"), Fails(ErrorKind::kCorrupt));
  EXPECT_EQ(ParseSchema(field("\"decimal( 5 , 2 )\""))->fields[0].type, Decimal(5, 2));
}

TEST(EncodePath, IsDecodedByDecodePath) {
  for (const std::string path :
       {"a b", "a%20b", "p=a%2Fb/x#y?z", "ä/\"quoted\"", "/abs/with space", "x:y", "p=1:2/f"}) {
    EXPECT_EQ(*DecodePath(EncodePath(path)), path);
  }
  EXPECT_EQ(EncodePath("p=a%2Fb/c d"), "p=a%252Fb/c%20d");
  EXPECT_EQ(EncodePath("s3://b/a%20b"), "s3://b/a%20b");
  EXPECT_EQ(*DecodePath("file:/a%20b"), "file:/a%20b");
  EXPECT_THAT(DecodePath("a%2"), Fails(ErrorKind::kCorrupt));
}

TEST(FileKey, TakesSpellingsOfALocalPathForOne) {
  EXPECT_EQ(FileKey("file:/x%20y", {}), FileKey("/x y", {}));
  EXPECT_EQ(FileKey("file:///x", {}), FileKey("/x", {}));
  EXPECT_NE(FileKey("x", {}), FileKey("/x", {}));
  EXPECT_NE(FileKey("x", {}), FileKey("x", DeletionVector{'u', "a", 1, 2, 3}));
  EXPECT_EQ(FileKey("s3://b/x", {}), "s3://b/x");
}

}  // namespace
}  // namespace limno::table::delta
