#include <map>
#include <utility>
#include <vector>

#include "base/json_writer.h"
#include "table/delta/statistics_columns.h"
#include "table/delta/statistics_json.h"
#include "table/delta/statistics_values.h"

namespace limno::table::delta {
namespace {

/// Path of a leaf and the JSON text of its value.
using LeafValue = std::pair<std::vector<std::string>, std::string>;

/// Writes `values` [begin, end), which share their first `depth` names, as nested objects.
void WriteLevel(base::JsonWriter& writer, const std::vector<LeafValue>& values, size_t begin,
                size_t end, size_t depth) {
  writer.BeginObject();
  while (begin < end) {
    const auto& [path, json] = values[begin];
    size_t next = begin + 1;
    writer.Key(path[depth]);
    if (path.size() == depth + 1) {
      writer.Raw(json);
    } else {
      while (next < end && values[next].first.size() > depth + 1 &&
             values[next].first[depth] == path[depth]) {
        ++next;
      }
      WriteLevel(writer, values, begin, next, depth + 1);
    }
    begin = next;
  }
  writer.EndObject();
}

/// Minima, maxima and null counts of the columns that are kept, in schema order.
struct Columns {
  std::vector<LeafValue> minima;
  std::vector<LeafValue> maxima;
  std::vector<LeafValue> null_counts;
  /// False if a bound is one that no row may attain, other than by the cuts every reader expects.
  bool tight = true;
};

void AddColumn(const StatisticsColumn& column, const ColumnStatistics& statistics, Columns& out) {
  if (statistics.null_count && *statistics.null_count >= 0) {
    out.null_counts.emplace_back(column.path, std::to_string(*statistics.null_count));
  }
  if (!HasBounds(column.type) || statistics.has_nan) {
    return;
  }
  const auto format = [&](const std::optional<std::string>& value, Bound bound) {
    return value ? FormatBound(column.type, *value, bound) : std::nullopt;
  };
  std::optional<std::string> min = format(statistics.min, Bound::kMin);
  std::optional<std::string> max = format(statistics.max, Bound::kMax);
  if (!statistics.exact && column.type.kind != TypeKind::kString && (min || max)) {
    out.tight = false;
  }
  if (min) {
    out.minima.emplace_back(column.path, *std::move(min));
  }
  if (max) {
    out.maxima.emplace_back(column.path, *std::move(max));
  }
}

}  // namespace

std::string FormatStatistics(const FileStatistics& statistics, const Metadata& metadata) {
  std::map<std::vector<std::string>, const ColumnStatistics*> by_path;
  for (const ColumnStatistics& column : statistics.columns) {
    by_path.emplace(column.path, &column);
  }
  Columns columns;
  for (const StatisticsColumn& column : StatisticsColumns(metadata)) {
    if (const auto found = by_path.find(column.path); found != by_path.end()) {
      AddColumn(column, *found->second, columns);
    }
  }
  base::JsonWriter writer;
  writer.BeginObject();
  if (statistics.row_count) {
    writer.Key("numRecords").Int(*statistics.row_count);
  }
  const std::pair<const char*, const std::vector<LeafValue>*> members[] = {
      {"minValues", &columns.minima},
      {"maxValues", &columns.maxima},
      {"nullCount", &columns.null_counts}};
  for (const auto& [name, values] : members) {
    writer.Key(name);
    WriteLevel(writer, *values, 0, values->size(), 0);
  }
  writer.Key("tightBounds").Bool(statistics.tight_bounds && columns.tight);
  writer.EndObject();
  return writer.Take();
}

}  // namespace limno::table::delta
