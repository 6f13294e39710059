#include "engine/query_to_parquet.h"

#include <fmt/format.h>

#include <cstdio>

#include "engine/duck_rows.h"
#include "engine/errors.h"
#include "engine/parquet_file.h"
#include "engine/statement_run.h"
#include "engine/types.h"

namespace limno::engine {
namespace {

/// Columns of what COPY ... (RETURN_STATS) returns.
constexpr idx_t kRows = 1;
constexpr idx_t kFileBytes = 2;
constexpr idx_t kColumnStatistics = 4;

/// MAP(column path, MAP(statistic, value)).
WrittenStatistics StatisticsFromMap(const Value& map) {
  WrittenStatistics statistics;
  for (const Value& column : duckdb::MapValue::GetChildren(map)) {
    const auto& path_and_values = duckdb::StructValue::GetChildren(column);
    auto& values = statistics[path_and_values[0].ToString()];
    for (const Value& statistic : duckdb::MapValue::GetChildren(path_and_values[1])) {
      const auto& name_and_value = duckdb::StructValue::GetChildren(statistic);
      values[name_and_value[0].ToString()] = name_and_value[1];
    }
  }
  return statistics;
}

}  // namespace

Result<ParquetFileInfo> WriteQueryToParquet(duckdb::Connection& connection,
                                            const std::string& query, const std::string& path) {
  return Fenced([&]() -> Result<ParquetFileInfo> {
    const auto prepared = connection.Prepare(query);
    if (prepared->HasError()) {
      return Fail(FromDuck(prepared->error));
    }
    ParquetFileInfo info;
    info.path = path;
    info.columns = ColumnsOf(prepared->GetNames(), prepared->GetTypes());
    const auto result = RunText(
        connection, fmt::format("COPY ({}) TO {} (FORMAT parquet, COMPRESSION zstd, RETURN_STATS)",
                                query, QuoteString(path)));
    if (result->HasError()) {
      (void)std::remove(path.c_str());
      return Fail(FromDuck(result->GetErrorObject()));
    }
    std::vector<table::Field> fields;
    for (size_t column = 0; column < info.columns.size(); ++column) {
      // What has no place in a table needs no statistics.
      if (Result<table::DataType> type = FromDuck(prepared->GetTypes()[column])) {
        fields.push_back({info.columns[column].name, *std::move(type), true, {}});
      }
    }
    info.rows = result->GetValue(kRows, 0).GetValue<uint64_t>();
    info.bytes = result->GetValue(kFileBytes, 0).GetValue<uint64_t>();
    info.statistics = ToFileStatistics(
        info.rows, StatisticsFromMap(result->GetValue(kColumnStatistics, 0)), fields);
    return info;
  });
}

}  // namespace limno::engine
