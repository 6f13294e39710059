#include "engine/adoption.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/name_match.h"
#include "engine/errors.h"
#include "engine/file_link.h"
#include "engine/not_null.h"
#include "engine/types.h"
#include "engine/variant_column.h"
#include "table/column_annotations.h"
#include "table/physical_name.h"

namespace limno::engine {
namespace {

class Adoption {
 public:
  Adoption(TableState& table, const AdoptionOptions& options) : table_(table), options_(options) {
    for (const table::Field& field : metadata().schema.fields) {
      const Result<LogicalType> type = ToDuck(field.type);
      types_.push_back(type ? type->ToString() : std::string());
    }
  }

  /// Why no file at all can be taken as it is; empty if some may.
  std::string TableReason() const {
    const auto rules = Unwrap(table_.table().RowRules(metadata()));
    if (!rules.empty()) {
      return "the table checks or computes columns by rule " + rules.front().name;
    }
    if (!metadata().partition_columns.empty() &&
        table_.table().WritesPartitionColumns(table_.base().get(), metadata())) {
      return "the table has its partition columns in the files, too";
    }
    for (const table::Field& field : metadata().schema.fields) {
      if (table::IsIdentity(field)) {
        return "the table numbers rows in column " + field.name;
      }
      if (table::PhysicalName(field) != field.name || table::FieldId(field)) {
        return "the table maps columns to names of its own";
      }
    }
    return {};
  }

  /// Why this one cannot; empty if it can. Sets the partition it lies in.
  std::string FileReason(const AdoptableFile& file, table::PartitionValues& partition) const {
    for (const Column& column : file.parquet.columns) {
      const table::Field* field = metadata().schema.Find(column.name);
      if (field == nullptr || field->name != column.name) {
        return fmt::format("column {} of the file is {} the table", column.name,
                           field == nullptr ? "not in" : "called " + field->name + " in");
      }
    }
    const auto& fields = metadata().schema.fields;
    for (size_t index = 0; index < fields.size(); ++index) {
      std::string reason = IsPartition(fields[index].name)
                               ? PartitionReason(fields[index], file, partition)
                               : ColumnReason(fields[index], types_[index], file);
      if (!reason.empty()) {
        return reason;
      }
    }
    if (file.folder_values.size() != partition.size()) {
      return "its folders name columns that the table is not partitioned by";
    }
    SortAsTable(partition);
    return {};
  }

  /// False if the file system cannot have it under that key.
  bool Take(const AdoptableFile& file, const std::string& key) const {
    const auto path = table_.table().store().LocalPath(key);
    if (!path || !*path) {
      return false;
    }
    const auto made = LinkFile(file.parquet.path, file.parquet.bytes, **path,
                               {options_.may_link, options_.may_copy});
    if (!made && made.error().kind != ErrorKind::kUnsupported && options_.may_copy) {
      ThrowError(made.error());
    }
    return made.has_value();
  }

 private:
  const table::Metadata& metadata() const { return table_.metadata(); }

  bool IsPartition(const std::string& name) const {
    const auto& columns = metadata().partition_columns;
    return std::find(columns.begin(), columns.end(), name) != columns.end();
  }

  static const Column* FindColumn(const AdoptableFile& file, const std::string& name) {
    const auto& columns = file.parquet.columns;
    const auto found = std::find_if(columns.begin(), columns.end(),
                                    [&](const Column& column) { return column.name == name; });
    return found == columns.end() ? nullptr : &*found;
  }

  /// The column is in the file exactly as the table's own writer would have put it there.
  static std::string ColumnReason(const table::Field& field, const std::string& type,
                                  const AdoptableFile& file) {
    const Column* column = FindColumn(file, field.name);
    if (column == nullptr) {
      if (field.metadata.contains(table::kDefaultAnnotation)) {
        return fmt::format("column {} gets its default", field.name);
      }
      return field.nullable
                 ? std::string()
                 : fmt::format("column {} must not be NULL and is not in the file", field.name);
    }
    if (type != column->type) {
      return fmt::format("column {} is {} in the file and {} in the table", field.name,
                         column->type, type.empty() ? field.type.ToString() : type);
    }
    if (HoldsVariant(Unwrap(ToDuck(field.type)))) {
      return fmt::format("variants of column {} may be shredded, which a table has to allow",
                         field.name);
    }
    if (HasInnerNotNull(field.type)) {
      return fmt::format("fields of column {} must not be NULL", field.name);
    }
    const table::ColumnStatistics* known = file.parquet.statistics.Find(field.name);
    const bool proven = file.parquet.rows == 0 || (known != nullptr && known->null_count == 0);
    return field.nullable || proven
               ? std::string()
               : fmt::format("column {} must not be NULL, and the footer does not show it",
                             field.name);
  }

  static std::string PartitionReason(const table::Field& field, const AdoptableFile& file,
                                     table::PartitionValues& partition) {
    if (FindColumn(file, field.name) != nullptr) {
      return fmt::format("the partition column {} is in the file", field.name);
    }
    const auto folder =
        std::find_if(file.folder_values.begin(), file.folder_values.end(), [&](const auto& value) {
          return base::FoldCase(value.first) == base::FoldCase(field.name);
        });
    if (folder == file.folder_values.end()) {
      return fmt::format("no folder says which partition {} it is", field.name);
    }
    std::optional<std::string> text = folder->second;
    if (text) {
      Value value(*text);
      if (!value.DefaultTryCastAs(Unwrap(ToDuck(field.type)))) {
        return fmt::format("'{}' is no {} for the partition column {}", *text,
                           field.type.ToString(), field.name);
      }
      text = PartitionText(value);
    }
    if (!field.nullable && !text) {
      return fmt::format("column {} must not be NULL", field.name);
    }
    partition.emplace_back(field.name, std::move(text));
    return {};
  }

  void SortAsTable(table::PartitionValues& partition) const {
    table::PartitionValues sorted;
    for (const std::string& column : metadata().partition_columns) {
      for (const auto& value : partition) {
        if (value.first == column) {
          sorted.push_back(value);
        }
      }
    }
    partition = std::move(sorted);
  }

  TableState& table_;
  const AdoptionOptions& options_;
  /// Of the columns, as DuckDB prints them; empty for those it has not.
  std::vector<std::string> types_;
};

}  // namespace

std::vector<LeftOverFile> AdoptFiles(TableState& table, const std::vector<AdoptableFile>& files,
                                     const AdoptionOptions& options) {
  const Adoption adoption(table, options);
  const std::string table_reason = adoption.TableReason();
  std::vector<LeftOverFile> left_over;
  std::map<std::string, int64_t> metrics;
  for (size_t index = 0; index < files.size(); ++index) {
    const ParquetFileInfo& parquet = files[index].parquet;
    table::WrittenFile written;
    std::string reason = table_reason;
    if (reason.empty() && parquet.bytes < options.smallest_bytes && files.size() > 1) {
      reason = "it is small";
    }
    if (reason.empty()) {
      reason = adoption.FileReason(files[index], written.partition_values);
    }
    if (reason.empty()) {
      written.key = table.table().NewDataFileKey(written.partition_values);
      reason = adoption.Take(files[index], written.key) ? "" : "it is on another file system";
    }
    if (!reason.empty()) {
      left_over.push_back({index, std::move(reason)});
      continue;
    }
    written.size_bytes = static_cast<int64_t>(parquet.bytes);
    written.statistics = parquet.statistics;
    table.StageAdd(table.table().Describe(written, table.metadata()));
    metrics["numFiles"] += 1;
    metrics["numOutputRows"] += static_cast<int64_t>(parquet.rows);
    metrics["numOutputBytes"] += static_cast<int64_t>(parquet.bytes);
  }
  if (!metrics.empty()) {
    table.StageOperation("WRITE", {{"mode", "Append"}}, metrics);
  }
  return left_over;
}

}  // namespace limno::engine
