#include "engine/file_pruning.h"

#include <algorithm>

#include "duckdb/planner/expression/bound_constant_expression.hpp"
#include "duckdb/storage/statistics/base_statistics.hpp"
#include "duckdb/storage/statistics/numeric_stats.hpp"
#include "duckdb/storage/statistics/string_stats.hpp"
#include "engine/errors.h"
#include "engine/types.h"
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

}  // namespace

std::shared_ptr<const ScanColumns> MakeScanColumns(const table::Metadata& metadata) {
  auto columns = std::make_shared<ScanColumns>();
  columns->metadata = metadata;
  for (const table::Field& field : metadata.schema.fields) {
    columns->types.push_back(Unwrap(ToDuck(field.type)));
    const auto& partitions = metadata.partition_columns;
    columns->is_partition.push_back(std::find(partitions.begin(), partitions.end(), field.name) !=
                                    partitions.end());
    columns->physical_names.push_back(PhysicalName(field));
  }
  return columns;
}

std::shared_ptr<const table::FileStatistics> StatisticsCache::Get(const table::DataFile& file,
                                                                  const table::Schema& schema) {
  const std::string key = file.Key();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (const auto found = parsed_.find(key); found != parsed_.end()) {
      return found->second;
    }
  }
  auto statistics =
      std::make_shared<const table::FileStatistics>(table_->ParseStatistics(file, schema));
  const std::lock_guard<std::mutex> lock(mutex_);
  return parsed_.emplace(key, std::move(statistics)).first->second;
}

Value PartitionValueOf(const table::DataFile& file, const ScanColumns& columns, size_t column) {
  for (const auto& [name, text] : file.partition_values) {
    if (name == columns.physical_names[column]) {
      return Unwrap(PartitionValue(text, columns.types[column]));
    }
  }
  return Value(columns.types[column]);
}

duckdb::unique_ptr<duckdb::BaseStatistics> ColumnBounds(const table::FileStatistics& statistics,
                                                        const std::string& physical_name,
                                                        const LogicalType& type) {
  const table::ColumnStatistics* column = statistics.Find(physical_name);
  if (column == nullptr || type.IsNested() || column->has_nan) {
    return nullptr;
  }
  auto bounds = duckdb::BaseStatistics::CreateUnknown(type);
  const bool known_nulls =
      column->null_count && (statistics.tight_bounds || *column->null_count == 0);
  if (known_nulls && *column->null_count == 0) {
    bounds.Set(duckdb::StatsInfo::CANNOT_HAVE_NULL_VALUES);
  }
  const auto min = BoundValue(column->min, type);
  const auto max = BoundValue(column->max, type);
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

bool MayMatch(ClientContext& context, const table::DataFile& file,
              const std::vector<ColumnFilter>& filters, const ScanColumns& columns,
              StatisticsCache& statistics) {
  for (const ColumnFilter& filter : filters) {
    if (columns.is_partition[filter.column]) {
      if (!ConstantMayMatch(context, *filter.filter,
                            PartitionValueOf(file, columns, filter.column))) {
        return false;
      }
      continue;
    }
    const auto parsed = statistics.Get(file, columns.metadata.schema);
    const auto bounds =
        ColumnBounds(*parsed, columns.physical_names[filter.column], columns.types[filter.column]);
    if (bounds != nullptr && !FilterMayMatch(*filter.filter, *bounds)) {
      return false;
    }
  }
  return true;
}

}  // namespace limno::engine
