#include "table/delta/checkpoint_write.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <string>

#include "base/json_writer.h"
#include "table/delta/checkpoint_rows.h"
#include "table/delta/interval_text.h"
#include "table/delta/log_path.h"

namespace limno::table::delta {
namespace {

constexpr int64_t kDefaultInterval = 10;
constexpr int64_t kDefaultRetentionMillis = 7LL * 24 * 3600 * 1000;
/// Hadoop's file systems verify a file against the checksum beside it, which we do not renew.
constexpr std::string_view kStaleHintChecksum = "_delta_log/._last_checkpoint.crc";

const std::string* FindProperty(const Metadata& metadata, const std::string& name) {
  const auto found = metadata.properties.find(name);
  return found == metadata.properties.end() ? nullptr : &found->second;
}

/// Version that _last_checkpoint names; -1 if there is none or it cannot be read.
int64_t HintedVersion(storage::ObjectStore& store) {
  const Result<std::string> text = store.Read(kLastCheckpointKey);
  if (!text) {
    return -1;
  }
  const nlohmann::json hint = nlohmann::json::parse(*text, nullptr, false);
  if (!hint.is_object() || !hint.contains("version") || !hint["version"].is_number_integer()) {
    return -1;
  }
  return hint["version"].get<int64_t>();
}

Result<void> WriteHint(storage::ObjectStore& store, int64_t version, const CheckpointRows& rows,
                       uint64_t size_bytes) {
  if (HintedVersion(store) >= version) {
    return {};
  }
  base::JsonWriter writer;
  writer.BeginObject();
  writer.Key("version").Int(version);
  writer.Key("size").Int(rows.rows());
  writer.Key("sizeInBytes").Int(static_cast<int64_t>(size_bytes));
  writer.Key("numOfAddFiles").Int(rows.add_count());
  writer.EndObject();
  LIMNO_TRY(store.Delete(kStaleHintChecksum));
  return store.Put(kLastCheckpointKey, writer.text());
}

}  // namespace

bool IsCheckpointDue(const DeltaSnapshot& snapshot) {
  int64_t interval = kDefaultInterval;
  if (const std::string* text = FindProperty(snapshot.metadata, "delta.checkpointInterval")) {
    int64_t stated = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), stated);
    if (error == std::errc() && end == text->data() + text->size() && stated > 0) {
      interval = stated;
    }
  }
  return snapshot.version > 0 && snapshot.version % interval == 0;
}

Result<void> WriteCheckpoint(const Environment& environment, const DeltaSnapshot& snapshot) {
  storage::ObjectStore& store = *environment.store;
  const std::string key = CheckpointKey(snapshot.version);
  // A checkpoint that is there holds the same and may have a checksum beside it.
  if (store.Head(key)) {
    return {};
  }
  const base::UnixMillis now = environment.clock->Now();
  CheckpointRows rows(snapshot, now - TombstoneRetentionMillis(snapshot.metadata));
  ArrowArrayStream stream;
  MakeArrowStream(
      rows.MakeRoot(), [&rows](ArrowColumn& root) { return rows.Fill(root); }, &stream);
  LIMNO_ASSIGN(const uint64_t size_bytes, environment.parquet->Write(store, key, &stream));
  LIMNO_TRY(store.Persist({key}));
  return WriteHint(store, snapshot.version, rows, size_bytes);
}

int64_t TombstoneRetentionMillis(const Metadata& metadata) {
  const std::string* text = FindProperty(metadata, "delta.deletedFileRetentionDuration");
  return text == nullptr ? kDefaultRetentionMillis
                         : ParseIntervalMillis(*text).value_or(kDefaultRetentionMillis);
}

}  // namespace limno::table::delta
