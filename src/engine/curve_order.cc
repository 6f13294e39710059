#include "engine/zorder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "duckdb/main/extension/extension_loader.hpp"
#include "engine/engine.h"
#include "engine/errors.h"
#include "engine/file_list.h"
#include "engine/statement_run.h"
#include "engine/types.h"
#include "table/physical_name.h"

namespace limno::engine {
namespace {

/// Ranks are positions among this many boundaries.
constexpr size_t kBoundaries = 1023;
constexpr size_t kSampleRows = 100'000;
constexpr int kRankBits = 16;

/// limno_rank(key, boundaries) -> USMALLINT: how many boundaries are less than or equal, spread
/// over 16 bits. Sort keys are BIGINT for short types and BLOB for all others.
template <typename Key>
void RankFunction(DataChunk& input, duckdb::ExpressionState& /*state*/, duckdb::Vector& result) {
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
    const auto& list = list_data[lists.sel->get_index(row)];
    const auto* begin = boundaries + list.offset;
    const auto* end = begin + list.length;
    const Key key = key_data[keys.sel->get_index(row)];
    const auto position = static_cast<uint64_t>(std::upper_bound(begin, end, key) - begin);
    ranks[row] = static_cast<uint16_t>((position << kRankBits) / (list.length + 1));
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

/// The eight bits of every byte, `distance` apart.
constexpr std::array<uint64_t, 256> SpreadBytes(size_t distance) {
  std::array<uint64_t, 256> spread{};
  for (size_t byte = 0; byte < spread.size(); ++byte) {
    for (size_t bit = 0; bit < 8; ++bit) {
      spread[byte] |= static_cast<uint64_t>(byte >> bit & 1) << (bit * distance);
    }
  }
  return spread;
}

constexpr std::array<std::array<uint64_t, 256>, kRanksInWord> kSpread = {
    SpreadBytes(1), SpreadBytes(2), SpreadBytes(3), SpreadBytes(4)};

std::string SortKey(const std::string& column) {
  return "create_sort_key(" + QuoteIdentifier(column) + ", 'ASC NULLS FIRST')";
}

/// The boundaries between equal shares of ascending keys, as the SQL text of a list.
std::string Boundaries(const duckdb::vector<Value>& keys, const std::string& type) {
  std::string list;
  std::string last;
  for (size_t boundary = 1; boundary <= kBoundaries && !keys.empty(); ++boundary) {
    std::string text = keys[boundary * keys.size() / (kBoundaries + 1)].ToString();
    if (text == last) {
      continue;
    }
    list += (list.empty() ? "" : ", ") + QuoteString(text) + "::" + type;
    last = std::move(text);
  }
  return "[" + list + "]::" + type + "[]";
}

/// For each column its sort keys in a sample of the rows, ascending.
Result<duckdb::unique_ptr<duckdb::MaterializedQueryResult>> SampleKeys(
    duckdb::Connection& connection, const std::string& source,
    const std::vector<std::string>& columns) {
  std::vector<std::string> keys;
  std::vector<std::string> lists;
  for (size_t column = 0; column < columns.size(); ++column) {
    keys.push_back(fmt::format("{} AS k{}", SortKey(columns[column]), column));
    lists.push_back(fmt::format("list_sort(list(k{}))", column));
  }
  auto result = RunText(
      connection,
      fmt::format(
          "SELECT {} FROM (SELECT {} FROM {} USING SAMPLE reservoir({} ROWS) REPEATABLE (1))",
          fmt::join(lists, ", "), fmt::join(keys, ", "), source, kSampleRows));
  if (result->HasError()) {
    return Fail(FromDuck(result->GetErrorObject()));
  }
  return result;
}

}  // namespace

std::string InterleaveBits(const std::vector<uint16_t>& ranks) {
  std::string key(ranks.size() * kRankBits / 8, '\0');
  size_t position = 0;
  for (int bit = kRankBits - 1; bit >= 0; --bit) {
    for (const uint16_t rank : ranks) {
      if ((rank >> bit & 1) != 0) {
        key[position / 8] = static_cast<char>(key[position / 8] | 0x80 >> position % 8);
      }
      ++position;
    }
  }
  return key;
}

uint64_t InterleaveInWord(const std::vector<uint16_t>& ranks) {
  const size_t count = ranks.size();
  const auto& spread = kSpread[count - 1];
  uint64_t key = 0;
  for (const uint16_t rank : ranks) {
    key = key << 1 | spread[rank & 0xffU] | spread[rank >> 8U] << (8 * count);
  }
  return key;
}

Result<std::string> ZOrderClause(duckdb::Connection& connection, const std::string& source,
                                 const std::vector<std::string>& columns) {
  LIMNO_ASSIGN(const auto sample, SampleKeys(connection, source, columns));
  std::vector<std::string> ranks;
  for (size_t column = 0; column < columns.size(); ++column) {
    const Value keys = sample->GetValue(column, 0);
    const std::string boundaries =
        Boundaries(keys.IsNull() ? duckdb::vector<Value>() : duckdb::ListValue::GetChildren(keys),
                   duckdb::ListType::GetChildType(sample->types[column]).ToString());
    ranks.push_back(fmt::format("limno_rank({}, {})", SortKey(columns[column]), boundaries));
  }
  std::string clause =
      fmt::format(" ORDER BY limno_interleave{}({})", columns.size() > kRanksInWord ? "_many" : "",
                  fmt::join(ranks, ", "));
  // Within one cell the columns' own order keeps row groups narrow.
  for (const std::string& column : columns) {
    clause += ", " + QuoteIdentifier(column);
  }
  return clause;
}

std::vector<double> FilesReadByPoint(const TableState& table, const std::vector<ScanFile>& files,
                                     const std::vector<std::string>& columns) {
  std::vector<double> result(columns.size(), 0.0);
  for (size_t index = 0; index < columns.size(); ++index) {
    const table::Field* field = table.metadata().schema.Find(columns[index]);
    std::vector<Value> minima;
    std::vector<Value> maxima;
    table::Schema alone;
    if (field != nullptr) {
      alone.fields.push_back(*field);
    }
    for (const ScanFile& file : files) {
      const auto statistics = table.table().ParseStatistics(*file.file, alone);
      const auto* column =
          field == nullptr ? nullptr : statistics.Find(table::PhysicalName(*field));
      if (column == nullptr || !column->min || !column->max) {
        continue;
      }
      const LogicalType type = Unwrap(ToDuck(field->type));
      minima.push_back(Unwrap(PartitionValue(column->min, type)));
      maxima.push_back(Unwrap(PartitionValue(column->max, type)));
    }
    std::sort(minima.begin(), minima.end());
    std::sort(maxima.begin(), maxima.end());
    // A file is read for a point if it begins at or before it and does not end before it.
    int64_t reads = 0;
    for (const Value& point : minima) {
      reads += std::upper_bound(minima.begin(), minima.end(), point) - minima.begin();
      reads -= std::lower_bound(maxima.begin(), maxima.end(), point) - maxima.begin();
    }
    result[index] = static_cast<double>(files.size() - minima.size());
    if (!minima.empty()) {
      result[index] += static_cast<double>(reads) / static_cast<double>(minima.size());
    }
  }
  return result;
}

void RegisterZOrderFunctions(duckdb::DatabaseInstance& database) {
  duckdb::ExtensionLoader loader(database, "limno");
  duckdb::ScalarFunctionSet rank("limno_rank");
  const auto add = [&](const LogicalType& key, duckdb::scalar_function_t function) {
    rank.AddFunction(duckdb::ScalarFunction({key, LogicalType::LIST(key)}, LogicalType::USMALLINT,
                                            std::move(function)));
  };
  add(LogicalType::BLOB, RankFunction<duckdb::string_t>);
  add(LogicalType::BIGINT, RankFunction<int64_t>);
  loader.RegisterFunction(rank);
  duckdb::ScalarFunction interleave("limno_interleave", {}, LogicalType::UBIGINT,
                                    InterleaveFunction);
  interleave.varargs = LogicalType::USMALLINT;
  loader.RegisterFunction(interleave);
  duckdb::ScalarFunction many("limno_interleave_many", {}, LogicalType::BLOB,
                              InterleaveManyFunction);
  many.varargs = LogicalType::USMALLINT;
  loader.RegisterFunction(many);
}

}  // namespace limno::engine
