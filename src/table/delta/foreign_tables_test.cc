// Every table that Spark and delta-rs wrote for the shared test data: what the log says must be
// what Spark read from it. Tables whose versions need a Parquet checkpoint are left to the
// acceptance run.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/clock.h"
#include "base/random.h"
#include "storage/local_store.h"
#include "table/delta/action_json.h"
#include "table/delta/delta_snapshot.h"
#include "table/delta/delta_table.h"

namespace limno::table::delta {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

fs::path TablesFolder() {
  const char* shared = std::getenv("LIMNO_SHARED");
  const fs::path root =
      shared != nullptr ? fs::path(shared) : fs::path(LIMNO_SOURCE_DIR) / "../shared";
  return root / "data" / "delta";
}

/// Its checkpoint says something else than its commits, and Spark goes by the checkpoint.
constexpr std::string_view kContradictoryTable = "features/parquet_row_group_skipping";

/// Spark gives up on checkpoints without protocol or metadata; their commits are all there.
const std::set<std::string>& ReadInSpiteOfTheirCheckpoint() {
  static const std::set<std::string> kTables = {
      "golden/deltalog-state-reconstruction-from-checkpoint-missing-protocol/delta",
      "golden/deltalog-state-reconstruction-from-checkpoint-missing-metadata/delta"};
  return kTables;
}

json ProtocolJson(const Protocol& protocol) {
  json out = {{"minReaderVersion", protocol.min_reader_version},
              {"minWriterVersion", protocol.min_writer_version},
              {"readerFeatures", nullptr},
              {"writerFeatures", nullptr}};
  if (protocol.reader_features) {
    out["readerFeatures"] = *protocol.reader_features;
  }
  if (protocol.writer_features) {
    out["writerFeatures"] = *protocol.writer_features;
  }
  return out;
}

json Sorted(json protocol) {
  for (const char* list : {"readerFeatures", "writerFeatures"}) {
    if (protocol[list].is_array()) {
      std::sort(protocol[list].begin(), protocol[list].end());
    }
  }
  return protocol;
}

void ExpectSame(const json& expected, const DeltaSnapshot& snapshot) {
  EXPECT_EQ(snapshot.version, expected["version"]);
  EXPECT_EQ(ProtocolJson(snapshot.protocol), Sorted(expected["protocol"]));
  EXPECT_EQ(snapshot.metadata.id, expected["table_id"]);
  EXPECT_EQ(json(snapshot.metadata.properties), expected["properties"]);
  EXPECT_EQ(json(snapshot.metadata.partition_columns), expected["partition_columns"]);
  const std::string schema = FormatSchema(snapshot.metadata.schema);
  EXPECT_EQ(json::parse(schema),
            json::parse(expected["schema"].is_null() ? R"({"type":"struct","fields":[]})"
                                                     : expected["schema"].get<std::string>()));
  EXPECT_EQ(static_cast<int64_t>(snapshot.files.size()), expected["files"]);
  int64_t bytes = 0;
  for (const DataFilePtr& file : snapshot.files.ToVector()) {
    bytes += file->size_bytes;
  }
  EXPECT_EQ(bytes, expected["bytes"]);
  if (expected["timestamp"].is_number()) {
    EXPECT_EQ(snapshot.timestamp_millis, expected["timestamp"]);
  }
}

class ForeignTables : public testing::Test {
 protected:
  void Check(const std::string& name, const json& oracle) {
    SCOPED_TRACE(name);
    Environment environment;
    environment.store = storage::MakeLocalStore(fs::canonical(TablesFolder() / name), {});
    environment.clock = &clock_;
    environment.random = &random_;
    const std::unique_ptr<Table> table = OpenTable(environment);
    const Result<SnapshotPtr> latest = table->Latest();
    if (!latest && latest.error().message.find("no reader for Parquet") != std::string::npos) {
      ++left_out_;
      return;
    }
    if (ReadInSpiteOfTheirCheckpoint().count(name) > 0) {
      EXPECT_TRUE(latest) << latest.error().ToString();
      return;
    }
    if (oracle["latest_version"].is_null()) {
      ASSERT_FALSE(latest) << "Spark refuses: " << oracle["error"];
      EXPECT_TRUE(latest.error().kind == ErrorKind::kCorrupt ||
                  latest.error().kind == ErrorKind::kUnsupported ||
                  latest.error().kind == ErrorKind::kNotFound)
          << latest.error().ToString();
      return;
    }
    ASSERT_TRUE(latest) << latest.error().ToString();
    ++checked_;
    EXPECT_EQ((*latest)->version, oracle["latest_version"]);
    for (const json& expected : oracle["versions"]) {
      CheckVersion(*table, expected);
    }
    CheckHistory(*table, oracle);
  }

  void CheckVersion(Table& table, const json& expected) {
    SCOPED_TRACE(fmt::format("version {}", expected["version"].get<int64_t>()));
    const Result<SnapshotPtr> snapshot = table.AtVersion(expected["version"]);
    if (!snapshot && snapshot.error().message.find("no reader for Parquet") != std::string::npos) {
      return;
    }
    ASSERT_TRUE(snapshot) << snapshot.error().ToString();
    ExpectSame(expected, dynamic_cast<const DeltaSnapshot&>(**snapshot));
  }

  void CheckHistory(Table& table, const json& oracle) {
    if (!oracle.contains("history") || !oracle["history"].is_array()) {
      return;
    }
    const Result<std::vector<HistoryEntry>> history = table.History(std::nullopt);
    ASSERT_TRUE(history) << history.error().ToString();
    std::map<int64_t, const HistoryEntry*> entries;
    for (const HistoryEntry& entry : *history) {
      entries[entry.version] = &entry;
    }
    for (const json& expected : oracle["history"]) {
      const auto entry = entries.find(expected["version"].get<int64_t>());
      ASSERT_NE(entry, entries.end()) << expected.dump();
      if (expected["operation"].is_string()) {
        EXPECT_EQ(entry->second->operation, expected["operation"].get<std::string>());
      }
    }
  }

  base::SystemClock clock_;
  base::Random random_{1};
  int checked_ = 0;
  int left_out_ = 0;
};

TEST_F(ForeignTables, LogsSayWhatSparkRead) {
  const fs::path oracles = TablesFolder() / "oracles";
  if (!fs::exists(oracles)) {
    GTEST_SKIP() << "no test tables in " << TablesFolder() << " (LIMNO_SHARED names their place)";
  }
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(oracles)) {
    if (entry.path().filename() != "oracle.json") {
      continue;
    }
    const std::string name = fs::relative(entry.path().parent_path(), oracles);
    if (!fs::exists(TablesFolder() / name) || name == kContradictoryTable) {
      continue;
    }
    std::ifstream file(entry.path());
    Check(name, json::parse(file));
  }
  EXPECT_GT(checked_, 100);
  fmt::print("{} tables compared, {} need a Parquet checkpoint\n", checked_, left_out_);
}

}  // namespace
}  // namespace limno::table::delta
