#include "table/delta/version_checksum.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <utility>

#include "base/json_writer.h"
#include "table/delta/action_json.h"
#include "table/delta/log_replay.h"
#include "table/delta/protocol.h"

namespace limno::table::delta {
namespace {

/// Where there are more of them a checksum would cost more than it is worth; then they are left
/// out, as the protocol allows. As in Spark.
constexpr size_t kMaxTransactions = 100;
constexpr size_t kMaxDomains = 10;
/// Readers drop transactions by age, so that what they see is not what the log says.
constexpr const char* kTransactionRetention = "delta.setTransactionRetentionDuration";

template <size_t kCount>
void WriteNumbers(base::JsonWriter& json, std::string_view key,
                  const std::array<int64_t, kCount>& numbers) {
  json.Key(key).BeginArray();
  for (const int64_t number : numbers) {
    json.Int(number);
  }
  json.EndArray();
}

void WriteVectors(base::JsonWriter& json, const TableTotals& totals) {
  json.Key("numDeletedRecordsOpt").Int(totals.deleted_rows);
  json.Key("numDeletionVectorsOpt").Int(totals.deletion_vectors);
  json.Key("deletedRecordCountsHistogramOpt").BeginObject();
  WriteNumbers(json, "deletedRecordCounts", totals.files_by_deleted_rows);
  json.EndObject();
}

void WriteSizes(base::JsonWriter& json, const TableTotals& totals) {
  json.Key("fileSizeHistogram").BeginObject();
  WriteNumbers(json, "sortedBinBoundaries", SizeBinStarts());
  WriteNumbers(json, "fileCounts", totals.files_by_size);
  WriteNumbers(json, "totalBytes", totals.bytes_by_size);
  json.EndObject();
}

using Object = simdjson::dom::object;

/// Appends `{"kind":object}` as a line of a log.
void AppendLine(std::string& lines, std::string_view kind, const simdjson::dom::element& object) {
  lines += fmt::format("{{\"{}\":{}}}\n", kind, simdjson::minify(object));
}

std::string ActionLines(const Object& root) {
  std::string lines;
  simdjson::dom::element value;
  if (!root["protocol"].get(value)) {
    AppendLine(lines, "protocol", value);
  }
  if (!root["metadata"].get(value)) {
    AppendLine(lines, "metaData", value);
  }
  simdjson::dom::array array;
  if (!root["setTransactions"].get(array)) {
    for (const simdjson::dom::element entry : array) {
      AppendLine(lines, "txn", entry);
    }
  }
  if (!root["domainMetadata"].get(array)) {
    for (const simdjson::dom::element entry : array) {
      AppendLine(lines, "domainMetadata", entry);
    }
  }
  return lines;
}

std::optional<int64_t> IntOf(const Object& root, std::string_view key) {
  int64_t number = 0;
  return root[key].get(number) ? std::nullopt : std::optional<int64_t>(number);
}

void Place(std::vector<Action> actions, VersionChecksum& checksum) {
  for (Action& action : actions) {
    if (auto* protocol = std::get_if<Protocol>(&action)) {
      checksum.protocol = std::move(*protocol);
    } else if (auto* metadata = std::get_if<MetadataAction>(&action)) {
      checksum.metadata = std::move(*metadata);
    } else if (auto* transaction = std::get_if<Transaction>(&action)) {
      checksum.transactions->push_back(std::move(*transaction));
    } else if (auto* domain = std::get_if<DomainMetadata>(&action)) {
      checksum.domains->push_back(std::move(*domain));
    }
  }
}

void Compare(std::string_view what, int64_t stated, int64_t found,
             std::vector<std::string>& differences) {
  if (stated != found) {
    differences.push_back(fmt::format("{} {}, not {}", what, found, stated));
  }
}

}  // namespace

std::string FormatChecksum(const DeltaSnapshot& snapshot) {
  base::JsonWriter json;
  json.BeginObject();
  if (snapshot.txn_id) {
    json.Key("txnId").String(*snapshot.txn_id);
  }
  json.Key("tableSizeBytes").Int(snapshot.totals.size_bytes);
  json.Key("numFiles").Int(snapshot.totals.files);
  if (HasFeature(snapshot.protocol, "deletionVectors")) {
    WriteVectors(json, snapshot.totals);
  }
  json.Key("numMetadata").Int(1);
  json.Key("numProtocol").Int(1);
  if (UsesInCommitTimestamps(snapshot.metadata)) {
    json.Key("inCommitTimestampOpt").Int(snapshot.timestamp_millis);
  }
  if (snapshot.transactions.size() <= kMaxTransactions &&
      snapshot.metadata.properties.count(kTransactionRetention) == 0) {
    json.Key("setTransactions").BeginArray();
    for (const auto& [app_id, transaction] : snapshot.transactions) {
      json.Raw(FormatActionBody(transaction));
    }
    json.EndArray();
  }
  if (snapshot.domains.size() <= kMaxDomains) {
    json.Key("domainMetadata").BeginArray();
    for (const auto& [name, configuration] : snapshot.domains) {
      json.Raw(FormatActionBody(DomainMetadata{name, configuration, false}));
    }
    json.EndArray();
  }
  json.Key("metadata")
      .Raw(FormatActionBody(MetadataAction{snapshot.metadata, *snapshot.schema_text}));
  json.Key("protocol").Raw(FormatActionBody(snapshot.protocol));
  WriteSizes(json, snapshot.totals);
  json.EndObject();
  return json.Take();
}

Result<VersionChecksum> ParseChecksum(std::string_view text, std::string_view name) {
  const auto broken = [name](const char* why) {
    return Fail(ErrorKind::kCorrupt, fmt::format("no version checksum: {}", why),
                std::string(name));
  };
  simdjson::dom::parser parser;
  Object root;
  if (parser.parse(text.data(), text.size()).get(root)) {
    return broken("broken JSON");
  }
  const std::optional<int64_t> size_bytes = IntOf(root, "tableSizeBytes");
  const std::optional<int64_t> files = IntOf(root, "numFiles");
  if (!size_bytes || !files || *size_bytes < 0 || *files < 0) {
    return broken("it does not say how many files there are, and how large they are");
  }
  VersionChecksum checksum;
  checksum.size_bytes = *size_bytes;
  checksum.files = *files;
  checksum.deleted_rows = IntOf(root, "numDeletedRecordsOpt");
  checksum.deletion_vectors = IntOf(root, "numDeletionVectorsOpt");
  checksum.in_commit_timestamp_millis = IntOf(root, "inCommitTimestampOpt");
  if (std::string_view txn_id; !root["txnId"].get(txn_id)) {
    checksum.txn_id = txn_id;
  }
  simdjson::dom::array array;
  if (!root["setTransactions"].get(array)) {
    checksum.transactions.emplace();
  }
  if (!root["domainMetadata"].get(array)) {
    checksum.domains.emplace();
  }
  LIMNO_ASSIGN(std::vector<Action> actions, ParseActions(ActionLines(root), name));
  Place(std::move(actions), checksum);
  return checksum;
}

std::vector<std::string> Differences(const VersionChecksum& checksum,
                                     const DeltaSnapshot& snapshot) {
  std::vector<std::string> differences;
  if (checksum.txn_id && snapshot.txn_id && checksum.txn_id != snapshot.txn_id) {
    return differences;
  }
  const TableTotals& totals = snapshot.totals;
  Compare("the number of files is", checksum.files, totals.files, differences);
  Compare("the files' bytes are", checksum.size_bytes, totals.size_bytes, differences);
  if (checksum.deletion_vectors) {
    Compare("the number of deletion vectors is", *checksum.deletion_vectors,
            totals.deletion_vectors, differences);
  }
  if (checksum.deleted_rows) {
    Compare("the number of deleted rows is", *checksum.deleted_rows, totals.deleted_rows,
            differences);
  }
  if (checksum.protocol && !(*checksum.protocol == snapshot.protocol)) {
    differences.emplace_back("the protocol is another");
  }
  if (checksum.metadata && checksum.metadata->metadata.id != snapshot.metadata.id) {
    differences.emplace_back("the table's id is another");
  }
  if (checksum.metadata && !(checksum.metadata->metadata.schema == snapshot.metadata.schema)) {
    differences.emplace_back("the schema is another");
  }
  return differences;
}

}  // namespace limno::table::delta
