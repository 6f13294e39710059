// One Parquet file being written through DuckDB's copy function, statistics included.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/duck.h"
#include "table/data_file.h"
#include "table/data_type.h"

namespace limno::engine {

/// How files of one shape are written: bound once, used for any number of files.
class ParquetFormat {
 public:
  /// `fields`: as files have them (table::PhysicalField).
  ParquetFormat(ClientContext& context, const std::vector<table::Field>& fields,
                std::optional<uint64_t> rows_per_group);

  const duckdb::CopyFunction& function() const { return function_; }
  duckdb::FunctionData& bind_data() const { return *bind_data_; }
  const duckdb::vector<LogicalType>& types() const { return types_; }

 private:
  duckdb::CopyFunction function_;
  duckdb::unique_ptr<duckdb::CopyInfo> info_;
  duckdb::unique_ptr<duckdb::FunctionData> bind_data_;
  duckdb::vector<LogicalType> types_;
};

/// Column path (quoted names joined by dots) -> name of a statistic -> its value.
using WrittenStatistics = decltype(duckdb::CopyFunctionFileStatistics::column_statistics);

/// What DuckDB's writer has noted, for columns of these names and types.
table::FileStatistics ToFileStatistics(uint64_t rows, const WrittenStatistics& statistics,
                                       const std::vector<table::Field>& fields);

/// Several threads may sink into one file, each with its own Local. Close() once, after the last
/// Combine. On an exception the caller removes the file.
class ParquetFile {
 public:
  using Local = duckdb::unique_ptr<duckdb::LocalFunctionData>;

  ParquetFile(ClientContext& context, const ParquetFormat& format, const std::string& path);

  Local MakeLocal(duckdb::ExecutionContext& context) const;
  void Sink(duckdb::ExecutionContext& context, Local& local, DataChunk& rows);
  void Combine(duckdb::ExecutionContext& context, Local& local);
  /// The file has reached that many bytes (counting flushed row groups only).
  bool HasReached(uint64_t bytes) const;
  void Close(ClientContext& context);

  uint64_t size_bytes() const { return statistics_.file_size_bytes; }
  uint64_t row_count() const { return statistics_.row_count; }
  /// After Close: what is known of the rows, for columns of these names and types.
  table::FileStatistics Statistics(const std::vector<table::Field>& fields) const {
    return ToFileStatistics(statistics_.row_count, statistics_.column_statistics, fields);
  }

 private:
  const ParquetFormat& format_;
  duckdb::unique_ptr<duckdb::GlobalFunctionData> state_;
  duckdb::CopyFunctionFileStatistics statistics_;
};

}  // namespace limno::engine
