#include "engine/data_file_writer.h"

#include <algorithm>

#include "duckdb/common/vector_operations/vector_operations.hpp"
#include "engine/errors.h"
#include "engine/layout_settings.h"
#include "engine/not_null.h"
#include "engine/types.h"
#include "engine/variant_column.h"
#include "table/physical_name.h"

namespace limno::engine {
namespace {

constexpr char kChangeTypeColumn[] = "_change_type";

/// Beyond this many open partitions the one not used for longest is closed.
constexpr size_t kMaxOpenPartitions = 128;

/// Text that is equal for two rows exactly if they belong to one partition.
std::vector<std::string> PartitionKeys(ClientContext& context, DataChunk& rows,
                                       const std::vector<idx_t>& columns) {
  std::vector<std::string> keys(rows.size());
  for (const idx_t column : columns) {
    duckdb::Vector text(LogicalType::VARCHAR, rows.size());
    duckdb::VectorOperations::Cast(context, rows.data[column], text, rows.size());
    duckdb::UnifiedVectorFormat format;
    text.ToUnifiedFormat(rows.size(), format);
    const auto* strings = duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(format);
    for (idx_t row = 0; row < rows.size(); ++row) {
      const idx_t index = format.sel->get_index(row);
      std::string& key = keys[row];
      if (!format.validity.RowIsValid(index)) {
        key += "-;";
        continue;
      }
      key += std::to_string(strings[index].GetSize());
      key += ':';
      key.append(strings[index].GetData(), strings[index].GetSize());
    }
  }
  return keys;
}

}  // namespace

struct DataFileWriter::OpenFile {
  table::WrittenFile written;
  std::unique_ptr<ParquetFile> parquet;
  /// Threads whose Local points here.
  int users = 0;
  bool closed = false;
};

struct DataFileWriter::Partition {
  std::mutex mutex;
  Local local;
  /// What the file holds of the partition columns; empty if it does not.
  std::vector<Value> values;
  uint64_t last_used = 0;
};

DataFileWriter::DataFileWriter(ClientContext& context, std::shared_ptr<TableState> table,
                               DataFileExtras extras)
    : table_(std::move(table)),
      fields_(table_->metadata().schema.fields),
      change_type_(std::move(extras.change_type)),
      target_bytes_(
          table_->file_layout().target_bytes.value_or(TargetFileBytes(table_->metadata()))) {
  const auto& partitions = table_->metadata().partition_columns;
  for (const std::string& name : partitions) {
    partition_columns_.push_back(*table_->metadata().schema.IndexOf(name));
  }
  for (size_t column = 0; column < fields_.size(); ++column) {
    if (std::count(partition_columns_.begin(), partition_columns_.end(), column) > 0) {
      continue;
    }
    data_columns_.push_back(column);
    data_fields_.push_back(table::PhysicalField(fields_[column]));
  }
  AddIdentity(extras.identity);
  measured_fields_ = data_fields_;
  AddPartitionColumns();
  if (!change_type_.empty()) {
    data_fields_.push_back(
        {kChangeTypeColumn, table::Primitive(table::TypeKind::kString), true, {}});
  }
  format_ =
      std::make_unique<ParquetFormat>(context, data_fields_, table_->file_layout().rows_per_group);
}

void DataFileWriter::AddIdentity(KeptIdentity identity) {
  const auto columns = table_->table().RowIdentity(table_->metadata());
  if (identity == KeptIdentity::kNone || !columns) {
    return;
  }
  std::vector<std::string> names{columns->row_id};
  if (identity == KeptIdentity::kRowIdAndVersion) {
    names.push_back(columns->commit_version);
  }
  for (size_t index = 0; index < names.size(); ++index) {
    data_columns_.push_back(fields_.size() + index);
    data_fields_.push_back({names[index], table::Primitive(table::TypeKind::kLong), true, {}});
    if (const auto id = index == 0 ? columns->row_id_field_id : columns->commit_version_field_id) {
      table::SetFieldId(data_fields_.back(), *id);
    }
  }
}

void DataFileWriter::AddPartitionColumns() {
  writes_partitions_ =
      table_->table().WritesPartitionColumns(table_->base().get(), table_->metadata());
  for (size_t index = 0; writes_partitions_ && index < partition_columns_.size(); ++index) {
    data_fields_.push_back(table::PhysicalField(fields_[partition_columns_[index]]));
  }
}

DataFileWriter::~DataFileWriter() {
  if (taken_) {
    return;
  }
  current_.reset();
  partitions_.clear();
  for (const std::string& key : created_keys_) {
    // Best effort: an unreferenced file is VACUUM's business.
    (void)table_->table().store().Delete(key);
  }
}

std::shared_ptr<DataFileWriter::OpenFile> DataFileWriter::Open(ClientContext& context,
                                                               table::PartitionValues values) {
  auto file = std::make_shared<OpenFile>();
  file->written.key = change_type_.empty() ? table_->table().NewDataFileKey(values)
                                           : table_->table().NewChangeFileKey(values);
  file->written.partition_values = std::move(values);
  created_keys_.push_back(file->written.key);
  const auto path = Unwrap(table_->table().store().LocalPath(file->written.key));
  if (!path) {
    ThrowError({ErrorKind::kUnsupported, "this store cannot be written by the engine",
                table_->name(), ""});
  }
  file->parquet = std::make_unique<ParquetFile>(context, *format_, *path);
  return file;
}

void DataFileWriter::CloseFile(ClientContext& context, OpenFile& file) {
  if (file.closed) {
    return;
  }
  file.closed = true;
  file.parquet->Close(context);
  file.written.size_bytes = static_cast<int64_t>(file.parquet->size_bytes());
  file.written.statistics = file.parquet->Statistics(measured_fields_);
  file.written.order = table_->file_layout().order;
  rows_written_ += file.parquet->row_count();
  bytes_written_ += file.parquet->size_bytes();
  finished_.push_back(table_->table().Describe(file.written, table_->metadata()));
}

void DataFileWriter::ReferenceDataColumns(DataChunk& target, DataChunk& rows,
                                          const std::vector<Value>& partition_values) const {
  size_t column = 0;
  for (const idx_t data_column : data_columns_) {
    duckdb::Vector& source = rows.data[data_column];
    duckdb::Vector& place = target.data[column++];
    if (source.GetType() == place.GetType()) {
      place.Reference(source);
      continue;
    }
    duckdb::Vector stored(place.GetType(), rows.size());
    VariantsToFile(source, stored, rows.size());
    place.Reference(stored);
  }
  for (const Value& value : partition_values) {
    target.data[column++].Reference(value);
  }
  if (!change_type_.empty()) {
    target.data[column].Reference(Value(change_type_));
  }
  target.SetCardinality(rows.size());
}

void DataFileWriter::Leave(duckdb::ExecutionContext& context, Local& local) {
  const auto file = std::move(local.file);
  if (file == nullptr) {
    return;
  }
  file->parquet->Combine(context, local.state);
  local.state.reset();
  const std::lock_guard<std::mutex> lock(mutex_);
  if (--file->users == 0 && file != current_) {
    CloseFile(context.client, *file);
  }
}

void DataFileWriter::SinkUnpartitioned(duckdb::ExecutionContext& context, Local& local,
                                       DataChunk& rows) {
  std::shared_ptr<OpenFile> file;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (current_ != nullptr && current_->parquet->HasReached(target_bytes_)) {
      const auto full = std::move(current_);
      if (full->users == 0) {
        CloseFile(context.client, *full);
      }
    }
    if (current_ == nullptr) {
      current_ = Open(context.client, {});
    }
    file = current_;
    if (local.file != file) {
      ++file->users;
    }
  }
  if (local.file != file) {
    Leave(context, local);
    local.file = file;
    local.state = file->parquet->MakeLocal(context);
  }
  ReferenceDataColumns(local.data_columns, rows, {});
  file->parquet->Sink(context, local.state, local.data_columns);
}

void DataFileWriter::CloseOldestPartition(duckdb::ExecutionContext& context) {
  auto oldest = partitions_.begin();
  for (auto entry = partitions_.begin(); entry != partitions_.end(); ++entry) {
    if (entry->second->last_used < oldest->second->last_used) {
      oldest = entry;
    }
  }
  const auto partition = oldest->second;
  partitions_.erase(oldest);
  const std::lock_guard<std::mutex> lock(partition->mutex);
  partition->local.file->parquet->Combine(context, partition->local.state);
  CloseFile(context.client, *partition->local.file);
}

std::shared_ptr<DataFileWriter::Partition> DataFileWriter::FindPartition(
    duckdb::ExecutionContext& context, const std::string& key, DataChunk& rows,
    idx_t representative) {
  const std::lock_guard<std::mutex> lock(mutex_);
  auto& partition = partitions_[key];
  if (partition == nullptr) {
    table::PartitionValues values;
    for (const idx_t column : partition_columns_) {
      values.emplace_back(table::PhysicalName(fields_[column]),
                          PartitionText(rows.GetValue(column, representative)));
    }
    auto opened = std::make_shared<Partition>();
    for (size_t index = 0; writes_partitions_ && index < values.size(); ++index) {
      // As readers take it from the log.
      opened->values.push_back(Unwrap(
          PartitionValue(values[index].second, rows.data[partition_columns_[index]].GetType())));
    }
    opened->local.file = Open(context.client, std::move(values));
    opened->local.state = opened->local.file->parquet->MakeLocal(context);
    opened->local.data_columns.InitializeEmpty(format_->types());
    partition = std::move(opened);
  }
  partition->last_used = ++use_counter_;
  const auto found = partition;
  if (partitions_.size() > kMaxOpenPartitions) {
    CloseOldestPartition(context);
  }
  return found;
}

void DataFileWriter::SinkIntoPartition(duckdb::ExecutionContext& context, const std::string& key,
                                       DataChunk& rows, idx_t representative) {
  while (true) {
    const auto partition = FindPartition(context, key, rows, representative);
    const std::lock_guard<std::mutex> lock(partition->mutex);
    if (partition->local.file->closed) {
      // Another thread closed it between finding and locking: open the next file of the partition.
      continue;
    }
    ReferenceDataColumns(partition->local.data_columns, rows, partition->values);
    partition->local.file->parquet->Sink(context, partition->local.state,
                                         partition->local.data_columns);
    return;
  }
}

void DataFileWriter::SinkPartitioned(duckdb::ExecutionContext& context, DataChunk& rows) {
  const auto keys = PartitionKeys(context.client, rows, partition_columns_);
  std::unordered_map<std::string, std::vector<duckdb::sel_t>> groups;
  for (idx_t row = 0; row < rows.size(); ++row) {
    groups[keys[row]].push_back(static_cast<duckdb::sel_t>(row));
  }
  for (auto& [key, group] : groups) {
    if (group.size() == rows.size()) {
      SinkIntoPartition(context, key, rows, 0);
      continue;
    }
    DataChunk slice;
    slice.InitializeEmpty(rows.GetTypes());
    duckdb::SelectionVector selection(group.data());
    slice.Slice(rows, selection, group.size());
    SinkIntoPartition(context, key, slice, 0);
  }
}

void DataFileWriter::Sink(duckdb::ExecutionContext& context, Local& local, DataChunk& rows) {
  if (rows.size() == 0) {
    return;
  }
  CheckNotNull(rows, fields_, table_->name());
  if (!partition_columns_.empty()) {
    SinkPartitioned(context, rows);
    return;
  }
  if (!local.initialized) {
    local.data_columns.InitializeEmpty(format_->types());
    local.initialized = true;
  }
  SinkUnpartitioned(context, local, rows);
}

void DataFileWriter::Combine(duckdb::ExecutionContext& context, Local& local) {
  Leave(context, local);
}

std::vector<table::DataFile> DataFileWriter::Finish(ClientContext& context) {
  duckdb::ThreadContext thread(context);
  duckdb::ExecutionContext execution(context, thread, nullptr);
  while (!partitions_.empty()) {
    CloseOldestPartition(execution);
  }
  if (current_ != nullptr) {
    CloseFile(context, *current_);
    current_.reset();
  }
  taken_ = true;
  return std::move(finished_);
}

}  // namespace limno::engine
