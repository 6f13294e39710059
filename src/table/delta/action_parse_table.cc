#include <algorithm>

#include "base/json_writer.h"
#include "table/delta/action_parser.h"

namespace limno::table::delta {
namespace {

/// Members of commitInfo that tell who made a commit.
constexpr std::string_view kOriginMembers[] = {"userId",   "userName",  "job",
                                               "notebook", "clusterId", "clientVersion"};

}  // namespace

bool ActionParser::Texts(Value& value, std::map<std::string, std::string>& out) {
  out.clear();
  return reader_.ForEachMember(value, [&](std::string_view key, Value& member) {
    std::string& text = out[std::string(key)];
    return reader_.Text(member, text);
  });
}

bool ActionParser::Strings(Value& value, std::vector<std::string>& out) {
  out.clear();
  simdjson::ondemand::array array;
  if (value.get_array().get(array)) {
    return false;
  }
  for (auto element : array) {
    std::string_view text;
    if (element.get_string().get(text)) {
      return false;
    }
    out.emplace_back(text);
  }
  return true;
}

bool ActionParser::UnknownMember(std::string_view key, Value& value,
                                 std::vector<std::string>& out) {
  std::string member;
  base::AppendJsonString(member, key);
  std::string json;
  if (!reader_.Raw(value, json)) {
    return false;
  }
  member += ':';
  member += json;
  out.push_back(std::move(member));
  return true;
}

bool ActionParser::ParseProtocol(Value& value) {
  Protocol protocol;
  protocol.min_reader_version = 0;
  protocol.min_writer_version = 0;
  std::vector<std::string> reader_features;
  std::vector<std::string> writer_features;
  const bool read = reader_.ForEachMember(value, [&](std::string_view key, Value& member) {
    if (key == "minReaderVersion") {
      return reader_.Int32(member, protocol.min_reader_version);
    }
    if (key == "minWriterVersion") {
      return reader_.Int32(member, protocol.min_writer_version);
    }
    if (key == "readerFeatures") {
      return Strings(member, reader_features);
    }
    return key != "writerFeatures" || Strings(member, writer_features);
  });
  if (!read) {
    return false;
  }
  if (protocol.min_reader_version <= 0 || protocol.min_writer_version <= 0) {
    return Missing("protocol",
                   protocol.min_reader_version <= 0 ? "minReaderVersion" : "minWriterVersion");
  }
  constexpr int kReaderWithFeatures = 3;
  constexpr int kWriterWithFeatures = 7;
  if (protocol.min_reader_version >= kReaderWithFeatures) {
    std::sort(reader_features.begin(), reader_features.end());
    protocol.reader_features = std::move(reader_features);
  }
  if (protocol.min_writer_version >= kWriterWithFeatures) {
    std::sort(writer_features.begin(), writer_features.end());
    protocol.writer_features = std::move(writer_features);
  }
  out_.emplace_back(std::move(protocol));
  return true;
}

bool ActionParser::MetadataMember(std::string_view key, Value& value, MetadataAction& action) {
  Metadata& metadata = action.metadata;
  if (key == "id") {
    return reader_.String(value, metadata.id);
  }
  if (key == "name") {
    return reader_.String(value, metadata.name.emplace());
  }
  if (key == "description") {
    return reader_.String(value, metadata.description.emplace());
  }
  if (key == "schemaString") {
    if (!reader_.String(value, action.schema_text)) {
      return false;
    }
    Result<Schema> schema = ParseSchema(action.schema_text);
    if (!schema) {
      return reader_.Fail(schema.error().message, schema.error().kind);
    }
    metadata.schema = *std::move(schema);
    return true;
  }
  if (key == "partitionColumns") {
    return Strings(value, metadata.partition_columns);
  }
  if (key == "configuration") {
    return Texts(value, metadata.properties);
  }
  if (key == "createdTime") {
    return reader_.Int(value, metadata.created_millis);
  }
  return UnknownMember(key, value, metadata.unknown_members);
}

bool ActionParser::ParseMetadata(Value& value) {
  MetadataAction action;
  std::string provider = "parquet";
  const bool read = reader_.ForEachMember(value, [&](std::string_view key, Value& member) {
    if (key != "format") {
      return MetadataMember(key, member, action);
    }
    return reader_.ForEachMember(member, [&](std::string_view inner_key, Value& inner) {
      return inner_key != "provider" || reader_.String(inner, provider);
    });
  });
  if (!read) {
    return false;
  }
  if (provider != "parquet") {
    return reader_.Fail(
        fmt::format("data files are in format '{}', only parquet is known", provider),
        ErrorKind::kUnsupported);
  }
  // A table that was created but has no columns yet comes without a schemaString.
  if (action.metadata.id.empty()) {
    return Missing("metaData", "id");
  }
  out_.emplace_back(std::move(action));
  return true;
}

bool ActionParser::ParseTransaction(Value& value) {
  Transaction transaction;
  bool has_id = false;
  bool has_version = false;
  const bool read = reader_.ForEachMember(value, [&](std::string_view key, Value& member) {
    if (key == "appId") {
      has_id = true;
      return reader_.String(member, transaction.app_id);
    }
    if (key == "version") {
      has_version = true;
      return reader_.Int(member, transaction.version);
    }
    return key != "lastUpdated" || reader_.Int(member, transaction.last_updated_millis);
  });
  if (read && !(has_id && has_version)) {
    return Missing("txn", has_id ? "version" : "appId");
  }
  out_.emplace_back(std::move(transaction));
  return read;
}

bool ActionParser::ParseDomain(Value& value) {
  DomainMetadata domain;
  const bool read = reader_.ForEachMember(value, [&](std::string_view key, Value& member) {
    if (key == "domain") {
      return reader_.String(member, domain.domain);
    }
    if (key == "configuration") {
      return reader_.String(member, domain.configuration);
    }
    return key != "removed" || reader_.Bool(member, domain.removed);
  });
  if (read && domain.domain.empty()) {
    return Missing("domainMetadata", "domain");
  }
  out_.emplace_back(std::move(domain));
  return read;
}

bool ActionParser::ParseCommitInfoMember(std::string_view key, Value& value, CommitInfo& info) {
  if (key == "timestamp") {
    return reader_.Int(value, info.timestamp_millis);
  }
  if (key == "inCommitTimestamp") {
    return reader_.Int(value, info.in_commit_timestamp_millis);
  }
  if (key == "operation") {
    return reader_.Text(value, info.operation);
  }
  if (key == "operationParameters") {
    return Texts(value, info.operation_parameters);
  }
  if (key == "operationMetrics") {
    return Texts(value, info.operation_metrics);
  }
  if (key == "readVersion") {
    return reader_.Int(value, info.read_version);
  }
  if (key == "isolationLevel") {
    return reader_.Text(value, info.isolation_level.emplace());
  }
  if (key == "isBlindAppend") {
    bool blind = false;
    const bool read = reader_.Bool(value, blind);
    if (read) {
      info.is_blind_append = blind;
    }
    return read;
  }
  if (key == "userMetadata") {
    return reader_.Text(value, info.user_metadata.emplace());
  }
  if (key == "engineInfo") {
    return reader_.Text(value, info.engine_info.emplace());
  }
  if (std::find(std::begin(kOriginMembers), std::end(kOriginMembers), key) !=
      std::end(kOriginMembers)) {
    return reader_.Text(value, info.origin[std::string(key)]);
  }
  return key != "txnId" || reader_.Text(value, info.txn_id.emplace());
}

bool ActionParser::ParseCommitInfo(Value& value) {
  CommitInfo info;
  // What others wrote for people to read must not make a table unreadable: a member of a strange
  // type is left out. Broken JSON still shows when the iteration goes on.
  const bool read = reader_.ForEachMember(value, [&](std::string_view key, Value& member) {
    if (!ParseCommitInfoMember(key, member, info)) {
      reader_.ClearProblem();
    }
    return true;
  });
  out_.emplace_back(std::move(info));
  return read;
}

bool ActionParser::ParseCheckpointMetadata(Value& value) {
  CheckpointMetadata checkpoint;
  const bool read = reader_.ForEachMember(value, [&](std::string_view key, Value& member) {
    return key != "version" || reader_.Int(member, checkpoint.version);
  });
  out_.emplace_back(checkpoint);
  return read;
}

bool ActionParser::ParseUnknown(std::string_view kind, Value& value) {
  std::vector<std::string> members;
  if (!UnknownMember(kind, value, members)) {
    return false;
  }
  out_.emplace_back(UnknownAction{"{" + members[0] + "}"});
  return true;
}

}  // namespace limno::table::delta
