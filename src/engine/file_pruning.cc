#include "engine/file_pruning.h"

#include <algorithm>
#include <charconv>

#include "duckdb/planner/expression/bound_constant_expression.hpp"
#include "duckdb/storage/statistics/base_statistics.hpp"
#include "duckdb/storage/statistics/numeric_stats.hpp"
#include "duckdb/storage/statistics/string_stats.hpp"
#include "engine/errors.h"
#include "engine/types.h"
#include "engine/variant_column.h"
#include "table/physical_name.h"

namespace limno::engine {
namespace {

std::optional<Value> BoundValue(const std::optional<std::string>& text, const LogicalType& type) {
  if (!text) {
    return std::nullopt;
  }
  if (type.id() == LogicalTypeId::VARCHAR) {
    return Value(*text);
  }
  if (type.id() == LogicalTypeId::BIGINT || type.id() == LogicalTypeId::INTEGER) {
    // Keys are mostly these, and a cast would cost ten times as much for each file.
    int64_t number = 0;
    const char* const end = text->data() + text->size();
    const auto [rest, error] = std::from_chars(text->data(), end, number);
    const bool is_long = type.id() == LogicalTypeId::BIGINT;
    const bool fits = is_long || (number >= INT32_MIN && number <= INT32_MAX);
    if (error != std::errc() || rest != end || !fits) {
      return std::nullopt;
    }
    return is_long ? Value::BIGINT(number) : Value::INTEGER(static_cast<int32_t>(number));
  }
  auto value = PartitionValue(text, type);
  if (!value || value->IsNull()) {
    return std::nullopt;
  }
  return std::move(*value);
}

bool FilterMayMatch(const duckdb::TableFilter& filter, duckdb::BaseStatistics& statistics) {
  return filter.CheckStatistics(statistics) != duckdb::FilterPropagateResult::FILTER_ALWAYS_FALSE;
}

/// An arbitrary expression over a partition column is simply computed for the file's value.
bool ConstantMayMatch(ClientContext& context, const duckdb::TableFilter& filter,
                      const Value& value) {
  if (filter.filter_type == duckdb::TableFilterType::EXPRESSION_FILTER) {
    const duckdb::BoundConstantExpression constant(value);
    const auto expression = filter.ToExpression(constant);
    Value outcome;
    // What cannot be computed for just this value (a failing cast) must not fail the query here.
    if (!expression->IsFoldable() ||
        !duckdb::ExpressionExecutor::TryEvaluateScalar(context, *expression, outcome)) {
      return true;
    }
    return !outcome.IsNull() && outcome.GetValue<bool>();
  }
  auto statistics = duckdb::BaseStatistics::FromConstant(value);
  return FilterMayMatch(filter, statistics);
}

/// nullptr if the values say nothing.
duckdb::unique_ptr<duckdb::BaseStatistics> DuckBounds(const table::FileStatistics& statistics,
                                                      const table::ColumnStatistics& column,
                                                      const LogicalType& type) {
  if (type.IsNested() || column.has_nan) {
    return nullptr;
  }
  auto bounds = duckdb::BaseStatistics::CreateUnknown(type);
  const bool known_nulls =
      column.null_count && (statistics.tight_bounds || *column.null_count == 0);
  if (known_nulls && *column.null_count == 0) {
    bounds.Set(duckdb::StatsInfo::CANNOT_HAVE_NULL_VALUES);
  }
  const auto min = BoundValue(column.min, type);
  const auto max = BoundValue(column.max, type);
  switch (bounds.GetStatsType()) {
    case duckdb::StatisticsType::NUMERIC_STATS:
      // NaN sorts above every number here, and Delta's bounds leave it out.
      if (type.id() == LogicalTypeId::FLOAT || type.id() == LogicalTypeId::DOUBLE) {
        return nullptr;
      }
      if (min && max) {
        duckdb::NumericStats::SetMin(bounds, *min);
        duckdb::NumericStats::SetMax(bounds, *max);
      }
      break;
    case duckdb::StatisticsType::STRING_STATS: {
      if (!min || !max || type.id() != LogicalTypeId::VARCHAR) {
        break;
      }
      auto strings = duckdb::StringStats::CreateEmpty(type);
      duckdb::StringStats::Update(strings, duckdb::string_t(duckdb::StringValue::Get(*min)));
      duckdb::StringStats::Update(strings, duckdb::string_t(duckdb::StringValue::Get(*max)));
      duckdb::StringStats::ResetMaxStringLength(strings);
      duckdb::StringStats::SetContainsUnicode(strings);
      strings.CopyValidity(bounds);
      return strings.ToUnique();
    }
    default:
      break;
  }
  return bounds.ToUnique();
}

}  // namespace

std::shared_ptr<const ScanColumns> MakeScanColumns(const table::Metadata& metadata) {
  auto columns = std::make_shared<ScanColumns>();
  columns->metadata = metadata;
  for (const table::Field& field : metadata.schema.fields) {
    columns->types.push_back(Unwrap(ToDuck(field.type)));
    columns->holds_variants = columns->holds_variants || HoldsVariant(columns->types.back());
    const auto& partitions = metadata.partition_columns;
    columns->is_partition.push_back(std::find(partitions.begin(), partitions.end(), field.name) !=
                                    partitions.end());
    columns->physical_names.push_back(PhysicalName(field));
    columns->alone.push_back({{field}});
  }
  return columns;
}

Value PartitionValueOf(const table::DataFile& file, const ScanColumns& columns, size_t column) {
  for (const auto& [name, text] : file.partition_values) {
    if (name == columns.physical_names[column]) {
      return Unwrap(PartitionValue(text, columns.types[column]));
    }
  }
  return Value(columns.types[column]);
}

ColumnBounds ParseBounds(table::Table& table, const table::DataFile& file,
                         const ScanColumns& columns, size_t column) {
  const auto parsed = table.ParseStatistics(file, columns.alone[column]);
  const auto* found = parsed.Find(columns.physical_names[column]);
  if (found == nullptr) {
    return {};
  }
  return {DuckBounds(parsed, *found, columns.types[column]), parsed.tight_bounds && found->exact};
}

const ColumnBounds& BoundsCache::Get(table::Table& table, const std::vector<ScanFile>& files,
                                     size_t position, const ScanColumns& columns, size_t column) {
  const std::lock_guard<std::mutex> lock(mutex_);
  auto& of_column = parsed_[column];
  of_column.resize(files.size());
  auto& bounds = of_column[position];
  if (bounds == nullptr) {
    bounds = std::make_unique<const ColumnBounds>(
        ParseBounds(table, *files[position].file, columns, column));
  }
  return *bounds;
}

bool MayMatch(ClientContext& context, const table::DataFile& file,
              const std::vector<ColumnFilter>& filters, const ScanColumns& columns,
              const BoundsOfColumn& bounds_of) {
  for (const ColumnFilter& filter : filters) {
    if (columns.is_partition[filter.column]) {
      if (!ConstantMayMatch(context, *filter.filter,
                            PartitionValueOf(file, columns, filter.column))) {
        return false;
      }
      continue;
    }
    const auto& bounds = bounds_of(filter.column).statistics;
    if (bounds != nullptr && !FilterMayMatch(*filter.filter, *bounds)) {
      return false;
    }
  }
  return true;
}

}  // namespace limno::engine
