#include "table/delta/checkpoint_rows.h"

#include <nlohmann/json.hpp>

#include "table/delta/action_json.h"

namespace limno::table::delta {
namespace {

constexpr int64_t kBatchRows = 10'000;
constexpr size_t kBatchBytes = size_t{32} << 20U;

template <typename... Columns>
ArrowColumn StructColumn(std::string name, Columns... columns) {
  std::vector<ArrowColumn> children;
  children.reserve(sizeof...(columns));
  (children.push_back(std::move(columns)), ...);
  return ArrowColumn::Struct(std::move(name), std::move(children));
}

ArrowColumn VectorColumn() {
  return StructColumn("deletionVector", ArrowColumn::Utf8("storageType"),
                      ArrowColumn::Utf8("pathOrInlineDv"), ArrowColumn::Int32("offset"),
                      ArrowColumn::Int32("sizeInBytes"), ArrowColumn::Int64("cardinality"));
}

ArrowColumn RemoveColumn() {
  return StructColumn("remove", ArrowColumn::Utf8("path"), ArrowColumn::Int64("deletionTimestamp"),
                      ArrowColumn::Bool("dataChange"), ArrowColumn::Bool("extendedFileMetadata"),
                      ArrowColumn::StringMap("partitionValues"), ArrowColumn::Int64("size"),
                      VectorColumn(), ArrowColumn::Int64("baseRowId"),
                      ArrowColumn::Int64("defaultRowCommitVersion"));
}

ArrowColumn MetadataColumn() {
  return StructColumn(
      "metaData", ArrowColumn::Utf8("id"), ArrowColumn::Utf8("name"),
      ArrowColumn::Utf8("description"),
      StructColumn("format", ArrowColumn::Utf8("provider"), ArrowColumn::StringMap("options")),
      ArrowColumn::Utf8("schemaString"), ArrowColumn::StringList("partitionColumns"),
      ArrowColumn::StringMap("configuration"), ArrowColumn::Int64("createdTime"));
}

/// Lists that the protocol does not have are left out rather than written as null.
ArrowColumn ProtocolColumn(const Protocol& protocol) {
  std::vector<ArrowColumn> children;
  children.push_back(ArrowColumn::Int32("minReaderVersion"));
  children.push_back(ArrowColumn::Int32("minWriterVersion"));
  if (protocol.reader_features) {
    children.push_back(ArrowColumn::StringList("readerFeatures"));
  }
  if (protocol.writer_features) {
    children.push_back(ArrowColumn::StringList("writerFeatures"));
  }
  return ArrowColumn::Struct("protocol", std::move(children));
}

void AppendPartition(ArrowColumn& column, const PartitionValues& values) {
  for (const auto& [name, value] : values) {
    column.AppendEntry(name, value);
  }
  column.EndRow();
}

/// `tags` is the text of a JSON object, or empty.
void AppendTags(ArrowColumn& column, const std::string& tags) {
  const nlohmann::json parsed = nlohmann::json::parse(tags, nullptr, false);
  if (!parsed.is_object()) {
    column.AppendNull();
    return;
  }
  for (const auto& [key, value] : parsed.items()) {
    if (value.is_null()) {
      column.AppendEntry(key, std::nullopt);
    } else {
      column.AppendEntry(key, value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
  column.EndRow();
}

void AppendVector(ArrowColumn& column, const Boxed<DeletionVector>& vector) {
  if (!vector) {
    column.AppendNull();
    return;
  }
  column.child(0).Append(std::string_view(&vector->storage_type, 1));
  column.child(1).Append(vector->path_or_inline);
  if (vector->offset) {
    column.child(2).Append(int64_t{*vector->offset});
  } else {
    column.child(2).AppendNull();
  }
  column.child(3).Append(int64_t{vector->size_bytes});
  column.child(4).Append(vector->cardinality);
  column.AppendStruct();
}

void AppendRemove(ArrowColumn& column, const Remove& remove) {
  size_t next = 0;
  column.child(next++).Append(EncodePath(remove.path));
  column.child(next++).AppendOptional(remove.deletion_millis);
  column.child(next++).AppendBool(remove.data_change);
  column.child(next++).AppendBool(remove.extended_file_metadata);
  if (remove.extended_file_metadata) {
    AppendPartition(column.child(next++), remove.partition_values);
  } else {
    column.child(next++).AppendNull();
  }
  column.child(next++).AppendOptional(remove.size_bytes);
  AppendVector(column.child(next++), remove.deletion_vector);
  column.child(next++).AppendOptional(remove.base_row_id);
  column.child(next).AppendOptional(remove.default_row_commit_version);
  column.AppendStruct();
}

void AppendList(ArrowColumn& column, const std::vector<std::string>& values) {
  for (const std::string& value : values) {
    column.AppendElement(value);
  }
  column.EndRow();
}

void AppendAction(ArrowColumn& column, const Protocol& protocol) {
  size_t next = 0;
  column.child(next++).Append(int64_t{protocol.min_reader_version});
  column.child(next++).Append(int64_t{protocol.min_writer_version});
  if (protocol.reader_features) {
    AppendList(column.child(next++), *protocol.reader_features);
  }
  if (protocol.writer_features) {
    AppendList(column.child(next), *protocol.writer_features);
  }
}

void AppendAction(ArrowColumn& column, const MetadataAction& action) {
  const Metadata& metadata = action.metadata;
  size_t next = 0;
  column.child(next++).Append(metadata.id);
  column.child(next++).AppendOptional(metadata.name);
  column.child(next++).AppendOptional(metadata.description);
  ArrowColumn& format = column.child(next++);
  format.child(0).Append("parquet");
  format.child(1).EndRow();
  format.AppendStruct();
  column.child(next++).Append(action.schema_text);
  AppendList(column.child(next++), metadata.partition_columns);
  ArrowColumn& configuration = column.child(next++);
  for (const auto& [key, value] : metadata.properties) {
    configuration.AppendEntry(key, value);
  }
  configuration.EndRow();
  column.child(next).AppendOptional(metadata.created_millis);
}

void AppendAction(ArrowColumn& column, const Transaction& transaction) {
  column.child(0).Append(transaction.app_id);
  column.child(1).Append(transaction.version);
  column.child(2).AppendOptional(transaction.last_updated_millis);
}

void AppendAction(ArrowColumn& column, const DomainMetadata& domain) {
  column.child(0).Append(domain.domain);
  column.child(1).Append(domain.configuration);
  column.child(2).AppendBool(domain.removed);
}

void AppendAction(ArrowColumn& column, const CheckpointMetadata& checkpoint) {
  column.child(0).Append(checkpoint.version);
  column.child(1).AppendNull();
}

void AppendAction(ArrowColumn& column, const Sidecar& sidecar) {
  column.child(0).Append(EncodePath(sidecar.path));
  column.child(1).Append(sidecar.size_bytes);
  column.child(2).Append(sidecar.modified_millis);
  column.child(3).AppendNull();
}

}  // namespace

CheckpointRows::Kind CheckpointRows::KindOf(const Action& action) {
  if (std::holds_alternative<Protocol>(action)) {
    return kProtocol;
  }
  if (std::holds_alternative<MetadataAction>(action)) {
    return kMetadata;
  }
  if (std::holds_alternative<Transaction>(action)) {
    return kTransaction;
  }
  if (std::holds_alternative<DomainMetadata>(action)) {
    return kDomain;
  }
  if (std::holds_alternative<CheckpointMetadata>(action)) {
    return kCheckpointMetadata;
  }
  return std::holds_alternative<Sidecar>(action) ? kSidecar : kKinds;
}

CheckpointRows::CheckpointRows(const CheckpointContent& content, CheckpointPart part)
    : content_(content),
      part_(std::move(part)),
      forms_(CheckpointStatistics(content.snapshot.metadata)),
      parsed_(forms_.columns ? std::make_optional<ParsedFileColumns>(content.snapshot)
                             : std::nullopt),
      next_file_(part_.begin) {
  std::array<bool, kKinds> needed{};
  needed[kAdd] = true;
  needed[kRemove] = true;
  for (const Action& action : part_.table_actions) {
    needed[KindOf(action)] = true;
    // Readers look for it where there is the other, to learn whether there are any.
    needed[kSidecar] = needed[kSidecar] || needed[kCheckpointMetadata];
  }
  for (size_t kind = 0; kind < kKinds; ++kind) {
    if (needed[kind]) {
      position_[kind] = columns_++;
    }
  }
}

ArrowColumn CheckpointRows::MakeColumn(Kind kind) const {
  switch (kind) {
    case kTransaction:
      return StructColumn("txn", ArrowColumn::Utf8("appId"), ArrowColumn::Int64("version"),
                          ArrowColumn::Int64("lastUpdated"));
    case kAdd:
      return MakeAdd();
    case kRemove:
      return RemoveColumn();
    case kMetadata:
      return MetadataColumn();
    case kProtocol:
      return ProtocolColumn(content_.snapshot.protocol);
    case kDomain:
      return StructColumn("domainMetadata", ArrowColumn::Utf8("domain"),
                          ArrowColumn::Utf8("configuration"), ArrowColumn::Bool("removed"));
    case kCheckpointMetadata:
      return StructColumn("checkpointMetadata", ArrowColumn::Int64("version"),
                          ArrowColumn::StringMap("tags"));
    default:
      return StructColumn("sidecar", ArrowColumn::Utf8("path"), ArrowColumn::Int64("sizeInBytes"),
                          ArrowColumn::Int64("modificationTime"), ArrowColumn::StringMap("tags"));
  }
}

ArrowColumn CheckpointRows::MakeRoot() const {
  std::vector<ArrowColumn> columns;
  for (size_t kind = 0; kind < kKinds; ++kind) {
    if (position_[kind]) {
      columns.push_back(MakeColumn(static_cast<Kind>(kind)));
    }
  }
  return ArrowColumn::Struct("", std::move(columns));
}

ArrowColumn CheckpointRows::MakeAdd() const {
  std::vector<ArrowColumn> columns;
  columns.push_back(ArrowColumn::Utf8("path"));
  columns.push_back(ArrowColumn::StringMap("partitionValues"));
  columns.push_back(ArrowColumn::Int64("size"));
  columns.push_back(ArrowColumn::Int64("modificationTime"));
  columns.push_back(ArrowColumn::Bool("dataChange"));
  columns.push_back(ArrowColumn::StringMap("tags"));
  columns.push_back(VectorColumn());
  columns.push_back(ArrowColumn::Int64("baseRowId"));
  columns.push_back(ArrowColumn::Int64("defaultRowCommitVersion"));
  columns.push_back(ArrowColumn::Utf8("clusteringProvider"));
  if (forms_.json) {
    columns.push_back(ArrowColumn::Utf8("stats"));
  }
  if (parsed_) {
    for (ArrowColumn& column : parsed_->Make()) {
      columns.push_back(std::move(column));
    }
  }
  return ArrowColumn::Struct("add", std::move(columns));
}

void CheckpointRows::AppendAdd(ArrowColumn& add, const DataFile& file) const {
  size_t next = 0;
  add.child(next++).Append(EncodePath(file.path));
  AppendPartition(add.child(next++), file.partition_values);
  add.child(next++).Append(file.size_bytes);
  add.child(next++).Append(file.modified_millis);
  add.child(next++).AppendBool(false);
  AppendTags(add.child(next++), file.tags);
  AppendVector(add.child(next++), file.deletion_vector);
  add.child(next++).AppendOptional(file.base_row_id);
  add.child(next++).AppendOptional(file.default_row_commit_version);
  add.child(next++).AppendOptional(file.clustering_provider);
  if (forms_.json && file.statistics.empty()) {
    add.child(next++).AppendNull();
  } else if (forms_.json) {
    add.child(next++).Append(file.statistics);
  }
  if (parsed_) {
    parsed_->Append(add, next, file);
  }
  add.AppendStruct();
}

bool CheckpointRows::AppendNext(ArrowColumn& root) {
  Kind filled = kAdd;
  if (next_action_ < part_.table_actions.size()) {
    const Action& action = part_.table_actions[next_action_++];
    filled = KindOf(action);
    ArrowColumn& column = root.child(*position_[filled]);
    std::visit(
        [&column](const auto& known) {
          if constexpr (requires { AppendAction(column, known); }) {
            AppendAction(column, known);
          }
        },
        action);
    column.AppendStruct();
  } else if (next_file_ >= part_.end) {
    return false;
  } else if (next_file_ < content_.files.size()) {
    AppendAdd(root.child(*position_[kAdd]), *content_.files[next_file_++]);
  } else {
    filled = kRemove;
    AppendRemove(root.child(*position_[kRemove]),
                 *content_.tombstones[next_file_++ - content_.files.size()]);
  }
  for (size_t column = 0; column < columns_; ++column) {
    if (column != *position_[filled]) {
      root.child(column).AppendNull();
    }
  }
  root.AppendStruct();
  ++rows_;
  return true;
}

Result<bool> CheckpointRows::Fill(ArrowColumn& root) {
  // Asking a column for its size walks all of it, so that is done now and then only.
  constexpr int64_t kRowsBetweenSizes = 256;
  while (root.length() < kBatchRows && AppendNext(root)) {
    if (root.length() % kRowsBetweenSizes == 0 && root.size_bytes() > kBatchBytes) {
      break;
    }
  }
  return root.length() > 0;
}

}  // namespace limno::table::delta
