#include "base/json_writer.h"
#include "table/delta/action_json.h"

namespace limno::table::delta {
namespace {

using base::JsonWriter;

void WriteOptional(JsonWriter& json, std::string_view key, const std::optional<int64_t>& value) {
  if (value) {
    json.Key(key).Int(*value);
  }
}

void WriteOptional(JsonWriter& json, std::string_view key,
                   const std::optional<std::string>& value) {
  if (value) {
    json.Key(key).String(*value);
  }
}

void WriteStrings(JsonWriter& json, std::string_view key, const std::vector<std::string>& values) {
  json.Key(key).BeginArray();
  for (const std::string& value : values) {
    json.String(value);
  }
  json.EndArray();
}

void WriteTexts(JsonWriter& json, std::string_view key,
                const std::map<std::string, std::string>& values) {
  json.Key(key).BeginObject();
  for (const auto& [name, value] : values) {
    json.Key(name).String(value);
  }
  json.EndObject();
}

void WritePartition(JsonWriter& json, const PartitionValues& values) {
  json.Key("partitionValues").BeginObject();
  for (const auto& [column, value] : values) {
    json.Key(column);
    if (value) {
      json.String(*value);
    } else {
      // Here null is a value, and leaving the member out is not legal.
      json.Null();
    }
  }
  json.EndObject();
}

void WriteVector(JsonWriter& json, const Boxed<DeletionVector>& vector) {
  if (!vector) {
    return;
  }
  json.Key("deletionVector").BeginObject();
  json.Key("storageType").String(std::string(1, vector->storage_type));
  json.Key("pathOrInlineDv").String(vector->path_or_inline);
  if (vector->offset) {
    json.Key("offset").Int(*vector->offset);
  }
  json.Key("sizeInBytes").Int(vector->size_bytes);
  json.Key("cardinality").Int(vector->cardinality).EndObject();
}

void WriteRaw(JsonWriter& json, std::string_view key, const std::string& text) {
  if (!text.empty()) {
    json.Key(key).Raw(text);
  }
}

void WriteStatistics(JsonWriter& json, const std::string& statistics) {
  if (!statistics.empty()) {
    json.Key("stats").String(statistics);
  }
}

void WriteUnknown(JsonWriter& json, const std::vector<std::string>& members) {
  for (const std::string& member : members) {
    json.Raw(member);
  }
}

const char* KindOf(const Protocol&) { return "protocol"; }
const char* KindOf(const MetadataAction&) { return "metaData"; }
const char* KindOf(const Add&) { return "add"; }
const char* KindOf(const Remove&) { return "remove"; }
const char* KindOf(const Transaction&) { return "txn"; }
const char* KindOf(const DomainMetadata&) { return "domainMetadata"; }
const char* KindOf(const ChangeFile&) { return "cdc"; }
const char* KindOf(const CommitInfo&) { return "commitInfo"; }
const char* KindOf(const Sidecar&) { return "sidecar"; }
const char* KindOf(const CheckpointMetadata&) { return "checkpointMetadata"; }

void WriteBody(JsonWriter& json, const Protocol& protocol) {
  json.BeginObject();
  json.Key("minReaderVersion").Int(protocol.min_reader_version);
  json.Key("minWriterVersion").Int(protocol.min_writer_version);
  if (protocol.reader_features) {
    WriteStrings(json, "readerFeatures", *protocol.reader_features);
  }
  if (protocol.writer_features) {
    WriteStrings(json, "writerFeatures", *protocol.writer_features);
  }
  json.EndObject();
}

void WriteBody(JsonWriter& json, const MetadataAction& action) {
  const Metadata& metadata = action.metadata;
  json.BeginObject().Key("id").String(metadata.id);
  WriteOptional(json, "name", metadata.name);
  WriteOptional(json, "description", metadata.description);
  json.Key("format").BeginObject().Key("provider").String("parquet");
  json.Key("options").BeginObject().EndObject().EndObject();
  json.Key("schemaString");
  json.String(action.schema_text.empty() ? FormatSchema(metadata.schema) : action.schema_text);
  WriteStrings(json, "partitionColumns", metadata.partition_columns);
  WriteTexts(json, "configuration", metadata.properties);
  WriteOptional(json, "createdTime", metadata.created_millis);
  WriteUnknown(json, metadata.unknown_members);
  json.EndObject();
}

void WriteBody(JsonWriter& json, const Add& add) {
  const DataFile& file = add.file;
  json.BeginObject().Key("path").String(EncodePath(file.path));
  WritePartition(json, file.partition_values);
  json.Key("size").Int(file.size_bytes).Key("modificationTime").Int(file.modified_millis);
  json.Key("dataChange").Bool(file.data_change);
  WriteStatistics(json, file.statistics);
  WriteRaw(json, "tags", file.tags);
  WriteVector(json, file.deletion_vector);
  WriteOptional(json, "baseRowId", file.base_row_id);
  WriteOptional(json, "defaultRowCommitVersion", file.default_row_commit_version);
  WriteOptional(json, "clusteringProvider", file.clustering_provider);
  WriteUnknown(json, file.unknown_members);
  json.EndObject();
}

void WriteBody(JsonWriter& json, const Remove& remove) {
  json.BeginObject().Key("path").String(EncodePath(remove.path));
  WriteOptional(json, "deletionTimestamp", remove.deletion_millis);
  json.Key("dataChange").Bool(remove.data_change);
  if (remove.extended_file_metadata) {
    json.Key("extendedFileMetadata").Bool(true);
  }
  if (remove.extended_file_metadata || !remove.partition_values.empty()) {
    WritePartition(json, remove.partition_values);
  }
  WriteOptional(json, "size", remove.size_bytes);
  WriteStatistics(json, remove.statistics);
  WriteRaw(json, "tags", remove.tags);
  WriteVector(json, remove.deletion_vector);
  WriteOptional(json, "baseRowId", remove.base_row_id);
  WriteOptional(json, "defaultRowCommitVersion", remove.default_row_commit_version);
  json.EndObject();
}

void WriteBody(JsonWriter& json, const Transaction& transaction) {
  json.BeginObject().Key("appId").String(transaction.app_id);
  json.Key("version").Int(transaction.version);
  WriteOptional(json, "lastUpdated", transaction.last_updated_millis);
  json.EndObject();
}

void WriteBody(JsonWriter& json, const DomainMetadata& domain) {
  json.BeginObject().Key("domain").String(domain.domain);
  json.Key("configuration").String(domain.configuration);
  json.Key("removed").Bool(domain.removed).EndObject();
}

void WriteBody(JsonWriter& json, const ChangeFile& file) {
  json.BeginObject().Key("path").String(EncodePath(file.path));
  WritePartition(json, file.partition_values);
  json.Key("size").Int(file.size_bytes).Key("dataChange").Bool(false);
  WriteRaw(json, "tags", file.tags);
  json.EndObject();
}

void WriteBody(JsonWriter& json, const CommitInfo& info) {
  json.BeginObject();
  WriteOptional(json, "inCommitTimestamp", info.in_commit_timestamp_millis);
  WriteOptional(json, "timestamp", info.timestamp_millis);
  json.Key("operation").String(info.operation);
  WriteTexts(json, "operationParameters", info.operation_parameters);
  WriteOptional(json, "readVersion", info.read_version);
  WriteOptional(json, "isolationLevel", info.isolation_level);
  if (info.is_blind_append) {
    json.Key("isBlindAppend").Bool(*info.is_blind_append);
  }
  if (!info.operation_metrics.empty()) {
    WriteTexts(json, "operationMetrics", info.operation_metrics);
  }
  WriteOptional(json, "userMetadata", info.user_metadata);
  WriteOptional(json, "engineInfo", info.engine_info);
  WriteOptional(json, "txnId", info.txn_id);
  if (!info.tags.empty()) {
    WriteTexts(json, "tags", info.tags);
  }
  json.EndObject();
}

void WriteBody(JsonWriter& json, const Sidecar& sidecar) {
  json.BeginObject().Key("path").String(EncodePath(sidecar.path));
  json.Key("sizeInBytes").Int(sidecar.size_bytes);
  json.Key("modificationTime").Int(sidecar.modified_millis).EndObject();
}

void WriteBody(JsonWriter& json, const CheckpointMetadata& checkpoint) {
  json.BeginObject();
  json.Key("version").Int(checkpoint.version).EndObject();
}

}  // namespace

std::string FormatAction(const Action& action) {
  if (const auto* unknown = std::get_if<UnknownAction>(&action)) {
    return unknown->json;
  }
  JsonWriter json;
  json.BeginObject();
  std::visit(
      [&json](const auto& known) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(known)>, UnknownAction>) {
          json.Key(KindOf(known));
          WriteBody(json, known);
        }
      },
      action);
  json.EndObject();
  return json.Take();
}

template <typename Known>
std::string FormatActionBody(const Known& action) {
  JsonWriter json;
  WriteBody(json, action);
  return json.Take();
}

template std::string FormatActionBody(const Protocol&);
template std::string FormatActionBody(const MetadataAction&);
template std::string FormatActionBody(const Transaction&);
template std::string FormatActionBody(const DomainMetadata&);
template std::string FormatActionBody(const Sidecar&);

}  // namespace limno::table::delta
