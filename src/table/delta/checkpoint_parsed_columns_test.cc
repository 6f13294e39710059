#include "table/delta/checkpoint_parsed_columns.h"

#include <gmock/gmock.h>

#include "table/arrow_view.h"
#include "table/delta/parsed_statistics.h"

namespace limno::table::delta {
namespace {

/// The columns of one file as an Arrow batch.
class Filled {
 public:
  Filled(const DeltaSnapshot& snapshot, const DataFile& file)
      : root_(ArrowColumn::Struct("", ParsedFileColumns(snapshot).Make())) {
    ParsedFileColumns(snapshot).Append(root_, 0, file);
    root_.AppendStruct();
    root_.ExportSchema(&schema_);
    root_.ExportArray(&array_);
  }
  ~Filled() {
    schema_.release(&schema_);
    array_.release(&array_);
  }
  Filled(const Filled&) = delete;
  Filled& operator=(const Filled&) = delete;

  std::string Statistics() const { return StatisticsFromColumns(View().Child("stats_parsed"), 0); }
  std::string Partition() const {
    return StatisticsFromColumns(View().Child("partitionValues_parsed"), 0);
  }
  ArrowView View() const { return {schema_, array_}; }

 private:
  ArrowColumn root_;
  ArrowSchema schema_{};
  ArrowArray array_{};
};

DeltaSnapshot SnapshotOf(std::vector<Field> fields, std::vector<std::string> partition = {}) {
  DeltaSnapshot snapshot;
  snapshot.metadata.schema.fields = std::move(fields);
  snapshot.metadata.partition_columns = std::move(partition);
  return snapshot;
}

TEST(ParsedFileColumns, SayWhatTheTextSays) {
  const DeltaSnapshot snapshot = SnapshotOf({
      {"by", Primitive(TypeKind::kByte), true, {}},
      {"sh", Primitive(TypeKind::kShort), true, {}},
      {"i", Primitive(TypeKind::kInteger), true, {}},
      {"l", Primitive(TypeKind::kLong), true, {}},
      {"f", Primitive(TypeKind::kFloat), true, {}},
      {"d", Primitive(TypeKind::kDouble), true, {}},
      {"n", Decimal(38, 10), true, {}},
      {"t", Primitive(TypeKind::kString), true, {}},
      {"day", Primitive(TypeKind::kDate), true, {}},
      {"z", Primitive(TypeKind::kTimestampNtz), true, {}},
      {"s",
       StructOf({{"a", Primitive(TypeKind::kLong), true, {}},
                 {"m", MapOf(Primitive(TypeKind::kLong), Primitive(TypeKind::kLong)), true, {}}}),
       true,
       {}},
  });
  DataFile file;
  file.statistics =
      R"({"numRecords":3,"minValues":{"by":-128,"sh":-32768,"i":-2147483648,)"
      R"("l":-9223372036854775808,"f":0.5,"d":-1.5,"n":-9999999999999999999999999999.9999999999,)"
      R"("t":"a","day":"0001-01-01","z":"1969-12-31T23:59:59.999999","s":{"a":1}},)"
      R"("maxValues":{"by":127,"sh":32767,"i":2147483647,"l":9223372036854775807,"f":2.5,"d":1e300,)"
      R"("n":0.0000000001,"t":"\u00e9","day":"9999-12-31","z":"2024-02-29T12:34:56.789012",)"
      R"("s":{"a":2}},"nullCount":{"by":0,"sh":1,"i":2,"l":3,"f":0,"d":0,"n":0,"t":0,"day":0,"z":0,)"
      R"("s":{"a":1,"m":2}}})";
  const std::string statistics = Filled(snapshot, file).Statistics();
  EXPECT_EQ(statistics,
            R"({"numRecords":3,"minValues":{"by":-128,"sh":-32768,"i":-2147483648,)"
            R"("l":-9223372036854775808,"f":0.5,"d":-1.5,)"
            R"("n":-9999999999999999999999999999.9999999999,"t":"a","day":"0001-01-01",)"
            R"("z":"1969-12-31T23:59:59.999999","s":{"a":1}},)"
            R"("maxValues":{"by":127,"sh":32767,"i":2147483647,"l":9223372036854775807,"f":2.5,)"
            R"("d":1e+300,"n":0.0000000001,"t":"é","day":"9999-12-31",)"
            R"("z":"2024-02-29T12:34:56.789012","s":{"a":2}},)"
            R"("nullCount":{"by":0,"sh":1,"i":2,"l":3,"f":0,"d":0,"n":0,"t":0,"day":0,"z":0,)"
            R"("s":{"a":1,"m":2}}})");
}

TEST(ParsedFileColumns, LeaveOutWhatIsNotStatedOrNoValue) {
  const DeltaSnapshot snapshot = SnapshotOf({{"i", Primitive(TypeKind::kInteger), true, {}},
                                             {"b", Primitive(TypeKind::kBinary), true, {}}});
  DataFile file;
  EXPECT_EQ(Filled(snapshot, file).Statistics(), "");
  file.statistics = R"({"numRecords":3,"minValues":{"i":5000000000},"nullCount":{"b":1}})";
  EXPECT_EQ(Filled(snapshot, file).Statistics(),
            R"({"numRecords":3,"minValues":{},"maxValues":{},"nullCount":{"b":1}})");
  file.statistics = "no JSON";
  EXPECT_EQ(Filled(snapshot, file).Statistics(),
            R"({"minValues":{},"maxValues":{},"nullCount":{}})");
}

TEST(ParsedFileColumns, HaveThePartitionValuesInTheirTypes) {
  DeltaSnapshot snapshot = SnapshotOf({{"d", Primitive(TypeKind::kDate), true, {}},
                                       {"n", Decimal(10, 3), true, {}},
                                       {"b", Primitive(TypeKind::kBoolean), true, {}},
                                       {"z", Primitive(TypeKind::kTimestamp), true, {}},
                                       {"t", Primitive(TypeKind::kString), true, {}},
                                       {"v", Primitive(TypeKind::kLong), true, {}}},
                                      {"d", "n", "b", "z", "t"});
  snapshot.metadata.schema.fields[1].metadata["delta.columnMapping.physicalName"] = "\"col-1\"";
  DataFile file;
  file.partition_values = {{"d", "1969-12-31"},
                           {"col-1", "-0.5"},
                           {"b", "true"},
                           {"z", "2024-01-02 03:04:05.678901"},
                           {"t", ""}};
  EXPECT_EQ(
      Filled(snapshot, file).Partition(),
      R"({"d":"1969-12-31","col-1":-0.500,"b":true,"z":"2024-01-02T03:04:05.678901Z","t":""})");
  file.partition_values = {{"d", std::nullopt}, {"col-1", "1.2345"}, {"b", ""}, {"z", "soon"}};
  EXPECT_EQ(Filled(snapshot, file).Partition(), "{}");
  EXPECT_FALSE(Filled(SnapshotOf({{"v", Primitive(TypeKind::kLong), true, {}}}), file)
                   .View()
                   .Child("partitionValues_parsed")
                   .exists());
}

TEST(ParsedFileColumns, ThePropertiesSayWhichFormsThereAre) {
  Metadata metadata;
  EXPECT_TRUE(CheckpointStatistics(metadata).json);
  EXPECT_TRUE(CheckpointStatistics(metadata).columns);
  metadata.properties = {{"delta.checkpoint.writeStatsAsJson", "false"},
                         {"delta.checkpoint.writeStatsAsStruct", "false"}};
  EXPECT_FALSE(CheckpointStatistics(metadata).json);
  EXPECT_FALSE(CheckpointStatistics(metadata).columns);
}

}  // namespace
}  // namespace limno::table::delta
