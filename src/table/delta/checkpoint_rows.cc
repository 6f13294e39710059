#include "table/delta/checkpoint_rows.h"

#include <nlohmann/json.hpp>

#include "table/delta/action_json.h"

namespace limno::table::delta {
namespace {

constexpr int64_t kBatchRows = 10'000;
constexpr size_t kBatchBytes = size_t{32} << 20U;

/// Positions of the action columns in the root; the last one is there only if needed.
enum RootColumn : size_t { kTransaction, kAdd, kRemove, kMetadata, kProtocol, kDomain };

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

ArrowColumn AddColumn() {
  return StructColumn("add", ArrowColumn::Utf8("path"), ArrowColumn::StringMap("partitionValues"),
                      ArrowColumn::Int64("size"), ArrowColumn::Int64("modificationTime"),
                      ArrowColumn::Bool("dataChange"), ArrowColumn::StringMap("tags"),
                      VectorColumn(), ArrowColumn::Int64("baseRowId"),
                      ArrowColumn::Int64("defaultRowCommitVersion"),
                      ArrowColumn::Utf8("clusteringProvider"), ArrowColumn::Utf8("stats"));
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

void AppendVector(ArrowColumn& column, const std::optional<DeletionVector>& vector) {
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

void AppendAdd(ArrowColumn& add, const DataFile& file) {
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
  if (file.statistics.empty()) {
    add.child(next).AppendNull();
  } else {
    add.child(next).Append(file.statistics);
  }
  add.AppendStruct();
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

}  // namespace

CheckpointRows::CheckpointRows(const DeltaSnapshot& snapshot, base::UnixMillis tombstones_from)
    : snapshot_(snapshot),
      files_(snapshot.files.ToVector()),
      next_transaction_(snapshot.transactions.begin()),
      next_domain_(snapshot.domains.begin()) {
  snapshot.tombstones.ForEach([&](const std::string&, const std::shared_ptr<const Remove>& remove) {
    if (remove->deletion_millis.value_or(0) >= tombstones_from) {
      tombstones_.push_back(remove);
    }
    return true;
  });
}

ArrowColumn CheckpointRows::MakeRoot() const {
  std::vector<ArrowColumn> columns;
  columns.push_back(StructColumn("txn", ArrowColumn::Utf8("appId"), ArrowColumn::Int64("version"),
                                 ArrowColumn::Int64("lastUpdated")));
  columns.push_back(AddColumn());
  columns.push_back(RemoveColumn());
  columns.push_back(MetadataColumn());
  columns.push_back(ProtocolColumn(snapshot_.protocol));
  if (!snapshot_.domains.empty()) {
    columns.push_back(StructColumn("domainMetadata", ArrowColumn::Utf8("domain"),
                                   ArrowColumn::Utf8("configuration"),
                                   ArrowColumn::Bool("removed")));
  }
  return ArrowColumn::Struct("", std::move(columns));
}

void CheckpointRows::AppendProtocol(ArrowColumn& protocol) const {
  size_t next = 0;
  protocol.child(next++).Append(int64_t{snapshot_.protocol.min_reader_version});
  protocol.child(next++).Append(int64_t{snapshot_.protocol.min_writer_version});
  if (snapshot_.protocol.reader_features) {
    AppendList(protocol.child(next++), *snapshot_.protocol.reader_features);
  }
  if (snapshot_.protocol.writer_features) {
    AppendList(protocol.child(next), *snapshot_.protocol.writer_features);
  }
  protocol.AppendStruct();
}

void CheckpointRows::AppendMetadata(ArrowColumn& column) const {
  const Metadata& metadata = snapshot_.metadata;
  size_t next = 0;
  column.child(next++).Append(metadata.id);
  column.child(next++).AppendOptional(metadata.name);
  column.child(next++).AppendOptional(metadata.description);
  ArrowColumn& format = column.child(next++);
  format.child(0).Append("parquet");
  format.child(1).EndRow();
  format.AppendStruct();
  column.child(next++).Append(FormatSchema(metadata.schema));
  AppendList(column.child(next++), metadata.partition_columns);
  ArrowColumn& configuration = column.child(next++);
  for (const auto& [key, value] : metadata.properties) {
    configuration.AppendEntry(key, value);
  }
  configuration.EndRow();
  column.child(next).AppendOptional(metadata.created_millis);
  column.AppendStruct();
}

bool CheckpointRows::AppendNext(ArrowColumn& root) {
  RootColumn filled = kProtocol;
  while (true) {
    if (step_ == Step::kProtocol) {
      AppendProtocol(root.child(kProtocol));
      step_ = Step::kMetadata;
      break;
    }
    if (step_ == Step::kMetadata) {
      filled = kMetadata;
      AppendMetadata(root.child(kMetadata));
      step_ = Step::kTransactions;
      break;
    }
    if (step_ == Step::kTransactions && next_transaction_ != snapshot_.transactions.end()) {
      filled = kTransaction;
      const Transaction& transaction = (next_transaction_++)->second;
      root.child(filled).child(0).Append(transaction.app_id);
      root.child(filled).child(1).Append(transaction.version);
      root.child(filled).child(2).AppendOptional(transaction.last_updated_millis);
      root.child(filled).AppendStruct();
      break;
    }
    if (step_ == Step::kDomains && next_domain_ != snapshot_.domains.end()) {
      filled = kDomain;
      const auto& [name, configuration] = *next_domain_++;
      root.child(filled).child(0).Append(name);
      root.child(filled).child(1).Append(configuration);
      root.child(filled).child(2).AppendBool(false);
      root.child(filled).AppendStruct();
      break;
    }
    if (step_ == Step::kFiles && next_file_ < files_.size()) {
      filled = kAdd;
      AppendAdd(root.child(kAdd), *files_[next_file_++]);
      break;
    }
    if (step_ == Step::kTombstones && next_tombstone_ < tombstones_.size()) {
      filled = kRemove;
      AppendRemove(root.child(kRemove), *tombstones_[next_tombstone_++]);
      break;
    }
    if (step_ == Step::kDone) {
      return false;
    }
    step_ = static_cast<Step>(static_cast<int>(step_) + 1);
  }
  const size_t columns = snapshot_.domains.empty() ? kDomain : kDomain + 1;
  for (size_t column = 0; column < columns; ++column) {
    if (column != filled) {
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
