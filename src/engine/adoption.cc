#include "engine/adoption.h"

#include <algorithm>

#include "engine/errors.h"
#include "engine/file_copy.h"
#include "engine/types.h"
#include "table/column_annotations.h"
#include "table/physical_name.h"

namespace limno::engine {
namespace {

/// Many loads of many small files must not leave as many data files behind.
constexpr uint64_t kSmallestBytes = uint64_t{1} << 20;

/// The column is in the file exactly as the table's own writer would have put it there.
bool IsAsWritten(const table::Field& field, const ParquetFileInfo& file) {
  if (table::PhysicalName(field) != field.name || table::FieldId(field)) {
    return false;
  }
  const auto column = std::find_if(file.columns.begin(), file.columns.end(),
                                   [&](const Column& each) { return each.name == field.name; });
  if (column == file.columns.end()) {
    return field.nullable;
  }
  const Result<LogicalType> type = ToDuck(field.type);
  if (!type || type->ToString() != column->type) {
    return false;
  }
  const table::ColumnStatistics* known = file.statistics.Find(field.name);
  return field.nullable || (known != nullptr && known->null_count == 0);
}

bool CanHave(const table::Metadata& metadata, const ParquetFileInfo& file) {
  const auto& fields = metadata.schema.fields;
  return metadata.partition_columns.empty() &&
         std::all_of(file.columns.begin(), file.columns.end(),
                     [&](const Column& column) {
                       return std::any_of(
                           fields.begin(), fields.end(),
                           [&](const table::Field& field) { return field.name == column.name; });
                     }) &&
         std::all_of(fields.begin(), fields.end(),
                     [&](const table::Field& field) { return IsAsWritten(field, file); });
}

/// The file under a key of the table; false if the file system cannot link it there.
bool Link(storage::ObjectStore& store, const ParquetFileInfo& file, const std::string& key) {
  const auto path = store.LocalPath(key);
  if (!path || !*path) {
    return false;
  }
  return LinkFile(file.path, **path);
}

}  // namespace

std::vector<ParquetFileInfo> AdoptFiles(TableState& table,
                                        const std::vector<ParquetFileInfo>& files) {
  const auto& fields = table.metadata().schema.fields;
  const bool fills_columns = std::any_of(fields.begin(), fields.end(), [](const auto& field) {
    return field.metadata.contains(table::kDefaultAnnotation) || table::IsIdentity(field);
  });
  if (fills_columns || !Unwrap(table.table().RowRules(table.metadata())).empty()) {
    return files;
  }
  std::vector<ParquetFileInfo> left_over;
  std::map<std::string, int64_t> metrics;
  for (const ParquetFileInfo& file : files) {
    table::WrittenFile written{table.table().NewDataFileKey({}),
                               {},
                               static_cast<int64_t>(file.bytes),
                               file.statistics,
                               {}};
    const bool large = file.bytes >= kSmallestBytes || files.size() == 1;
    if (!large || !CanHave(table.metadata(), file) ||
        !Link(table.table().store(), file, written.key)) {
      left_over.push_back(file);
      continue;
    }
    table.StageAdd(table.table().Describe(written, table.metadata()));
    metrics["numFiles"] += 1;
    metrics["numOutputRows"] += static_cast<int64_t>(file.rows);
    metrics["numOutputBytes"] += static_cast<int64_t>(file.bytes);
  }
  if (!metrics.empty()) {
    table.StageOperation("WRITE", {{"mode", "Append"}}, metrics);
  }
  return left_over;
}

}  // namespace limno::engine
