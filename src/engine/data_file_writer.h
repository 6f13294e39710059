// Rows of a table become its data files: Parquet, one file per partition, rotated at a target size.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/duck.h"
#include "engine/parquet_file.h"
#include "engine/table_state.h"

namespace limno::engine {

/// What rows bring of the columns of Table::RowIdentity, after the table's own.
enum class KeptIdentity { kNone, kRowId, kRowIdAndVersion };

struct DataFileExtras {
  KeptIdentity identity = KeptIdentity::kNone;
  /// Not empty: the files are change data files that say so of each row.
  std::string change_type;
};

/// Shared by all threads of a sink; each thread brings its own Local. Files that were written and
/// not taken by Finish() are deleted by the destructor.
class DataFileWriter {
 public:
  struct OpenFile;
  /// A thread's place in the file it is currently filling.
  struct Local {
    std::shared_ptr<OpenFile> file;
    ParquetFile::Local state;
    DataChunk data_columns;
    bool initialized = false;
  };

  DataFileWriter(ClientContext& context, std::shared_ptr<TableState> table,
                 DataFileExtras extras = {});
  ~DataFileWriter();

  /// `rows` has all columns of the table in schema order, then those of its identity. Throws on
  /// NULL in a NOT NULL column.
  void Sink(duckdb::ExecutionContext& context, Local& local, DataChunk& rows);
  void Combine(duckdb::ExecutionContext& context, Local& local);
  /// Closes what is open and returns the entries to add. After all Combines.
  std::vector<table::DataFile> Finish(ClientContext& context);

  uint64_t rows_written() const { return rows_written_; }
  uint64_t bytes_written() const { return bytes_written_; }

 private:
  struct Partition;

  std::shared_ptr<OpenFile> Open(ClientContext& context, table::PartitionValues values);
  void CloseFile(ClientContext& context, OpenFile& file);
  void Leave(duckdb::ExecutionContext& context, Local& local);
  void SinkUnpartitioned(duckdb::ExecutionContext& context, Local& local, DataChunk& rows);
  void SinkPartitioned(duckdb::ExecutionContext& context, DataChunk& rows);
  void SinkIntoPartition(duckdb::ExecutionContext& context, const std::string& key, DataChunk& rows,
                         idx_t representative);
  std::shared_ptr<Partition> FindPartition(duckdb::ExecutionContext& context,
                                           const std::string& key, DataChunk& rows,
                                           idx_t representative);
  void CloseOldestPartition(duckdb::ExecutionContext& context);
  /// `partition_values`: of the columns of files that hold them.
  void ReferenceDataColumns(DataChunk& target, DataChunk& rows,
                            const std::vector<Value>& partition_values) const;
  void AddIdentity(KeptIdentity identity);
  void AddPartitionColumns();

  std::shared_ptr<TableState> table_;
  std::vector<table::Field> fields_;
  std::vector<idx_t> data_columns_;
  std::vector<idx_t> partition_columns_;
  /// As files have them: those of `data_columns_`, then what rows do not bring.
  std::vector<table::Field> data_fields_;
  /// Those of data_fields_ that get statistics.
  std::vector<table::Field> measured_fields_;
  /// Files hold the partition columns, too.
  bool writes_partitions_ = false;
  const std::string change_type_;
  std::unique_ptr<ParquetFormat> format_;
  uint64_t target_bytes_;

  std::mutex mutex_;
  std::shared_ptr<OpenFile> current_;
  std::unordered_map<std::string, std::shared_ptr<Partition>> partitions_;
  uint64_t use_counter_ = 0;
  std::vector<table::DataFile> finished_;
  std::vector<std::string> created_keys_;
  bool taken_ = false;
  uint64_t rows_written_ = 0;
  uint64_t bytes_written_ = 0;
};

}  // namespace limno::engine
