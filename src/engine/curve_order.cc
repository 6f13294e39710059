#include "engine/curve_order.h"

#include <fmt/format.h>

#include <algorithm>

#include "duckdb/main/extension/extension_loader.hpp"
#include "engine/engine.h"
#include "engine/errors.h"
#include "engine/registered_scan.h"
#include "engine/space_filling_curve.h"
#include "engine/statement_run.h"
#include "engine/types.h"

namespace limno::engine {
namespace {

/// Ranks are positions among one less than 2^kUsedBits boundaries.
constexpr int kUsedBits = 10;
constexpr size_t kShares = size_t{1} << kUsedBits;
constexpr size_t kSampleRows = 100'000;
/// The sample is drawn from so many files and rows: opening each of many small files costs more
/// than reading it.
constexpr size_t kSampledFiles = 64;
constexpr int64_t kSampledRows = 1'000'000;

/// limno_rank(key, boundaries) -> USMALLINT: how many boundaries are less than or equal, spread
/// over 16 bits; 0 for NULL.
template <typename Key>
void Rank(DataChunk& input, duckdb::Vector& result) {
  const idx_t count = input.size();
  duckdb::UnifiedVectorFormat keys;
  duckdb::UnifiedVectorFormat lists;
  input.data[0].ToUnifiedFormat(count, keys);
  input.data[1].ToUnifiedFormat(count, lists);
  auto& elements = duckdb::ListVector::GetEntry(input.data[1]);
  elements.Flatten(duckdb::ListVector::GetListSize(input.data[1]));
  const auto* boundaries = duckdb::FlatVector::GetData<Key>(elements);
  const auto* key_data = duckdb::UnifiedVectorFormat::GetData<Key>(keys);
  const auto* list_data = duckdb::UnifiedVectorFormat::GetData<duckdb::list_entry_t>(lists);
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* ranks = duckdb::FlatVector::GetData<uint16_t>(result);
  for (idx_t row = 0; row < count; ++row) {
    const idx_t position = keys.sel->get_index(row);
    if (!keys.validity.RowIsValid(position)) {
      ranks[row] = 0;
      continue;
    }
    const auto& list = list_data[lists.sel->get_index(row)];
    const auto* begin = boundaries + list.offset;
    const auto* end = begin + list.length;
    const auto below =
        static_cast<uint64_t>(std::upper_bound(begin, end, key_data[position]) - begin);
    ranks[row] = static_cast<uint16_t>((below << kRankBits) / (list.length + 1));
  }
}

void RankFunction(DataChunk& input, duckdb::ExpressionState& /*state*/, duckdb::Vector& result) {
  using duckdb::PhysicalType;
  switch (input.data[0].GetType().InternalType()) {
    case PhysicalType::INT8:
      return Rank<int8_t>(input, result);
    case PhysicalType::INT16:
      return Rank<int16_t>(input, result);
    case PhysicalType::INT32:
      return Rank<int32_t>(input, result);
    case PhysicalType::INT64:
      return Rank<int64_t>(input, result);
    case PhysicalType::INT128:
      return Rank<duckdb::hugeint_t>(input, result);
    case PhysicalType::VARCHAR:
      return Rank<duckdb::string_t>(input, result);
    default:
      ThrowError(
          {ErrorKind::kInternal, "limno_rank() of " + input.data[0].GetType().ToString(), "", ""});
  }
}

/// What RankFunction takes for a column: itself, or bytes that sort as it does.
std::string RankKey(const table::ColumnPath& path, const table::DataType& type) {
  const std::string column = ColumnSql(path);
  switch (type.kind) {
    case table::TypeKind::kByte:
    case table::TypeKind::kShort:
    case table::TypeKind::kInteger:
    case table::TypeKind::kLong:
    case table::TypeKind::kDecimal:
    case table::TypeKind::kDate:
    case table::TypeKind::kTimestamp:
    case table::TypeKind::kTimestampNtz:
      return column;
    case table::TypeKind::kString:
      return "encode(" + column + ")";
    default:
      return fmt::format(
          "CASE WHEN {0} IS NOT NULL THEN create_sort_key({0}, 'ASC NULLS FIRST') END", column);
  }
}

/// Calls put(row, ranks) for each row of columns of ranks.
template <typename Put>
void ForEachRow(DataChunk& input, Put put) {
  std::vector<const uint16_t*> columns;
  for (auto& column : input.data) {
    column.Flatten(input.size());
    columns.push_back(duckdb::FlatVector::GetData<uint16_t>(column));
  }
  std::vector<uint16_t> ranks(columns.size());
  for (idx_t row = 0; row < input.size(); ++row) {
    for (size_t column = 0; column < columns.size(); ++column) {
      ranks[column] = columns[column][row];
    }
    put(row, ranks);
  }
}

/// limno_interleave(USMALLINT...) -> UBIGINT.
void InterleaveFunction(DataChunk& input, duckdb::ExpressionState& /*state*/,
                        duckdb::Vector& result) {
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* keys = duckdb::FlatVector::GetData<uint64_t>(result);
  ForEachRow(input, [&](idx_t row, const std::vector<uint16_t>& ranks) {
    keys[row] = InterleaveInWord(ranks);
  });
}

/// limno_interleave_many(USMALLINT...) -> BLOB.
void InterleaveManyFunction(DataChunk& input, duckdb::ExpressionState& /*state*/,
                            duckdb::Vector& result) {
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* keys = duckdb::FlatVector::GetData<duckdb::string_t>(result);
  ForEachRow(input, [&](idx_t row, const std::vector<uint16_t>& ranks) {
    keys[row] = duckdb::StringVector::AddStringOrBlob(result, InterleaveBits(ranks));
  });
}

/// limno_hilbert(USMALLINT...) -> UBIGINT.
void HilbertFunction(DataChunk& input, duckdb::ExpressionState& /*state*/, duckdb::Vector& result) {
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* keys = duckdb::FlatVector::GetData<uint64_t>(result);
  ForEachRow(input, [&](idx_t row, std::vector<uint16_t>& ranks) {
    keys[row] = HilbertInWord(ranks, kUsedBits);
  });
}

/// Some of the files, not the first ones: what was written together may be alike.
std::vector<ScanFile> FilesToSample(const TableState& table, const std::vector<ScanFile>& files) {
  std::vector<std::pair<size_t, const ScanFile*>> shuffled;
  shuffled.reserve(files.size());
  for (const ScanFile& file : files) {
    shuffled.emplace_back(std::hash<std::string>()(file.file->path), &file);
  }
  std::sort(shuffled.begin(), shuffled.end());
  std::vector<ScanFile> chosen;
  int64_t rows = 0;
  for (const auto& [order, file] : shuffled) {
    if (chosen.size() >= kSampledFiles && rows >= kSampledRows) {
      break;
    }
    rows += table.LiveRows(*file).value_or(0);
    chosen.push_back(*file);
  }
  return chosen;
}

int64_t CountRows(const TableState& table, const std::vector<ScanFile>& files) {
  int64_t rows = 0;
  for (const ScanFile& file : files) {
    rows += table.LiveRows(file).value_or(0);
  }
  return rows;
}

/// For each column a list of the values between equal shares of the rows, ascending.
Result<duckdb::unique_ptr<duckdb::MaterializedQueryResult>> SampleBoundaries(
    duckdb::Connection& connection, const std::shared_ptr<TableState>& table,
    const std::vector<ScanFile>& files, const std::vector<std::string>& keys) {
  auto sampled = FilesToSample(*table, files);
  const int64_t rows = std::max<int64_t>(CountRows(*table, sampled), 1);
  const double percent =
      std::min(100.0, 100.0 * static_cast<double>(kSampleRows) / static_cast<double>(rows));
  std::vector<std::string> columns;
  std::vector<std::string> sorted;
  std::vector<std::string> boundaries;
  for (size_t column = 0; column < keys.size(); ++column) {
    columns.push_back(fmt::format("{} AS k{}", keys[column], column));
    sorted.push_back(
        fmt::format("list_sort(list(k{0}) FILTER (k{0} IS NOT NULL)) AS s{0}", column));
    boundaries.push_back(fmt::format(
        "list_distinct([s{0}[1 + (len(s{0}) * i) // {1}] FOR i IN range(1, {1}) IF len(s{0}) > 0])",
        column, kShares));
  }
  const RegisteredScan scan(connection, table, std::move(sampled));
  auto result = RunText(
      connection,
      fmt::format("SELECT {} FROM (SELECT {} FROM (SELECT {} FROM {} USING SAMPLE {:.6f} PERCENT "
                  "(bernoulli, 1)))",
                  fmt::join(boundaries, ", "), fmt::join(sorted, ", "), fmt::join(columns, ", "),
                  scan.sql(), percent));
  if (result->HasError()) {
    return Fail(FromDuck(result->GetErrorObject()));
  }
  return result;
}

/// The SQL text of a list of boundaries.
std::string BoundaryList(const Value& boundaries, const LogicalType& list_type) {
  const std::string type = duckdb::ListType::GetChildType(list_type).ToString();
  auto values =
      boundaries.IsNull() ? duckdb::vector<Value>() : duckdb::ListValue::GetChildren(boundaries);
  std::sort(values.begin(), values.end());
  std::string list;
  for (const Value& value : values) {
    list += (list.empty() ? "" : ", ") + QuoteString(value.ToString()) + "::" + type;
  }
  return "[" + list + "]::" + type + "[]";
}

}  // namespace

std::string ColumnSql(const table::ColumnPath& path) {
  std::vector<std::string> quoted;
  quoted.reserve(path.size());
  for (const std::string& name : path) {
    quoted.push_back(QuoteIdentifier(name));
  }
  return fmt::format("{}", fmt::join(quoted, "."));
}

Result<std::string> CurveOrder(duckdb::Connection& connection,
                               const std::shared_ptr<TableState>& table,
                               const std::vector<ScanFile>& files,
                               const std::vector<table::ColumnPath>& columns, Curve curve) {
  if (columns.size() == 1) {
    return " ORDER BY " + ColumnSql(columns[0]) + " NULLS FIRST";
  }
  std::vector<std::string> keys;
  for (const table::ColumnPath& path : columns) {
    keys.push_back(RankKey(path, table::FindField(table->metadata().schema, path)->type));
  }
  LIMNO_ASSIGN(const auto sample, SampleBoundaries(connection, table, files, keys));
  std::vector<std::string> ranks;
  for (size_t column = 0; column < columns.size(); ++column) {
    ranks.push_back(fmt::format("limno_rank({}, {})", keys[column],
                                BoundaryList(sample->GetValue(column, 0), sample->types[column])));
  }
  const char* function = "limno_hilbert";
  if (curve == Curve::kZOrder) {
    function = columns.size() > kRanksInWord ? "limno_interleave_many" : "limno_interleave";
  }
  return fmt::format(" ORDER BY {}({})", function, fmt::join(ranks, ", "));
}

void RegisterCurveFunctions(duckdb::DatabaseInstance& database) {
  duckdb::ExtensionLoader loader(database, "limno");
  duckdb::ScalarFunction rank(
      "limno_rank", {LogicalType::TEMPLATE("T"), LogicalType::LIST(LogicalType::TEMPLATE("T"))},
      LogicalType::USMALLINT, RankFunction);
  rank.SetNullHandling(duckdb::FunctionNullHandling::SPECIAL_HANDLING);
  loader.RegisterFunction(rank);
  const auto add = [&](const char* name, const LogicalType& result,
                       duckdb::scalar_function_t function) {
    duckdb::ScalarFunction curve(name, {}, result, std::move(function));
    curve.varargs = LogicalType::USMALLINT;
    loader.RegisterFunction(curve);
  };
  add("limno_interleave", LogicalType::UBIGINT, InterleaveFunction);
  add("limno_interleave_many", LogicalType::BLOB, InterleaveManyFunction);
  add("limno_hilbert", LogicalType::UBIGINT, HilbertFunction);
}

}  // namespace limno::engine
