#include "engine/optimize_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/errors.h"
#include "engine/file_list.h"
#include "engine/types.h"

namespace limno::engine {
namespace {

uint64_t TotalBytes(const std::vector<ScanFile>& files) {
  uint64_t bytes = 0;
  for (const ScanFile& file : files) {
    bytes += static_cast<uint64_t>(file.file->size_bytes);
  }
  return bytes;
}

const table::ColumnStatistics* FindColumn(const table::FileStatistics& statistics,
                                          const table::ColumnPath& physical) {
  const auto found =
      std::find_if(statistics.columns.begin(), statistics.columns.end(),
                   [&](const table::ColumnStatistics& column) { return column.path == physical; });
  return found == statistics.columns.end() ? nullptr : &*found;
}

/// How many of the ranges hold one of their own minima, on average.
double AverageHits(std::vector<Value> minima, std::vector<Value> maxima) {
  if (minima.empty()) {
    return 0;
  }
  std::sort(minima.begin(), minima.end());
  std::sort(maxima.begin(), maxima.end());
  // A file is read for a point if it begins at or before it and does not end before it.
  int64_t reads = 0;
  for (const Value& point : minima) {
    reads += std::upper_bound(minima.begin(), minima.end(), point) - minima.begin();
    reads -= std::lower_bound(maxima.begin(), maxima.end(), point) - maxima.begin();
  }
  return static_cast<double>(reads) / static_cast<double>(minima.size());
}

}  // namespace

std::vector<double> FilesReadByPoint(const TableState& table, const std::vector<ScanFile>& files,
                                     const std::vector<table::ColumnPath>& columns) {
  std::vector<double> result;
  const table::Schema& schema = table.metadata().schema;
  for (const table::ColumnPath& path : columns) {
    const table::Field* top = schema.Find(path.front());
    const table::Field* field = table::FindField(schema, path);
    std::vector<Value> minima;
    std::vector<Value> maxima;
    if (top != nullptr && field != nullptr) {
      const table::Schema alone{{*top}};
      const table::ColumnPath physical = table::PhysicalPath(schema, path);
      const LogicalType type = Unwrap(ToDuck(field->type));
      for (const ScanFile& file : files) {
        const auto statistics = table.table().ParseStatistics(*file.file, alone);
        const auto* column = FindColumn(statistics, physical);
        if (column != nullptr && column->min && column->max) {
          minima.push_back(Unwrap(PartitionValue(column->min, type)));
          maxima.push_back(Unwrap(PartitionValue(column->max, type)));
        }
      }
    }
    const auto unknown = static_cast<double>(files.size() - minima.size());
    result.push_back(unknown + AverageHits(std::move(minima), std::move(maxima)));
  }
  return result;
}

std::map<std::string, std::string> OptimizeMetrics(const std::vector<ScanFile>& removed,
                                                   const std::vector<ScanFile>& added) {
  size_t vectors = 0;
  for (const ScanFile& file : removed) {
    vectors += file.file->deletion_vector ? 1 : 0;
  }
  std::vector<int64_t> sizes;
  for (const ScanFile& file : added) {
    sizes.push_back(file.file->size_bytes);
  }
  std::sort(sizes.begin(), sizes.end());
  const auto percentile = [&](size_t percent) {
    return std::to_string(sizes.empty() ? 0 : sizes[(sizes.size() - 1) * percent / 100]);
  };
  return {{"numAddedFiles", std::to_string(added.size())},
          {"numAddedBytes", std::to_string(TotalBytes(added))},
          {"numRemovedFiles", std::to_string(removed.size())},
          {"numRemovedBytes", std::to_string(TotalBytes(removed))},
          {"numDeletionVectorsRemoved", std::to_string(vectors)},
          {"minFileSize", percentile(0)},
          {"p25FileSize", percentile(25)},
          {"p50FileSize", percentile(50)},
          {"p75FileSize", percentile(75)},
          {"maxFileSize", percentile(100)}};
}

TextTable OptimizeReport::ToTable(const TableState& table) const {
  TextTable result;
  result.rows.resize(1);
  const auto add = [&](const std::string& name, const std::string& value) {
    result.columns.push_back({name, "BIGINT", true});
    result.rows[0].push_back({value, false});
  };
  add("filesRemoved", std::to_string(removed));
  add("filesAdded", std::to_string(added));
  add("filesBefore", std::to_string(before.size()));
  add("filesAfter", std::to_string(after.size()));
  add("bytesBefore", std::to_string(TotalBytes(before)));
  add("bytesAfter", std::to_string(TotalBytes(after)));
  const auto percent = [](double reads, size_t count) {
    return count == 0 ? std::string("0")
                      : fmt::format("{:.0f}", 100.0 * reads / static_cast<double>(count));
  };
  const auto reads_before = FilesReadByPoint(table, before, columns);
  const auto reads_after = FilesReadByPoint(table, after, columns);
  for (size_t index = 0; index < columns.size(); ++index) {
    const std::string name = table::ColumnPathText(columns[index]);
    add(name + "ReadPercentBefore", percent(reads_before[index], before.size()));
    add(name + "ReadPercentAfter", percent(reads_after[index], after.size()));
  }
  return result;
}

}  // namespace limno::engine
