#include "engine/conversion.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/name_match.h"
#include "engine/errors.h"
#include "engine/json_list.h"
#include "engine/lake_catalog.h"
#include "engine/lake_transaction.h"
#include "engine/parquet_footer.h"
#include "engine/partition_folders.h"
#include "engine/schema_merge.h"
#include "engine/types.h"

namespace limno::engine {
namespace {

constexpr std::string_view kNestedLog = "/_delta_log/";

/// The folder as a table that may not be one yet.
Result<std::shared_ptr<table::Table>> OpenFolder(duckdb::Connection& connection,
                                                 const TableTarget& target) {
  return Fenced([&]() -> Result<std::shared_ptr<table::Table>> {
    std::shared_ptr<table::Table> table;
    connection.context->RunFunctionInTransaction([&] {
      auto& lake = duckdb::Catalog::GetCatalog(*connection.context, kLakeName).Cast<LakeCatalog>();
      table =
          Unwrap(target.path.empty() ? lake.names().PrepareTable({target.name_space, target.name})
                                     : lake.names().OpenPath(target.path));
    });
    return table;
  });
}

class Conversion {
 public:
  Conversion(duckdb::Connection& connection, table::Table& table, const Convert& statement)
      : connection_(connection), table_(table), statement_(statement) {}

  Result<table::Change> Build() {
    LIMNO_TRY(DefinePartitions());
    LIMNO_TRY(ListFiles());
    LIMNO_TRY(CheckFolders());
    LIMNO_TRY(ReadFiles());
    change_.metadata = metadata_;
    change_.operation.name = "CONVERT";
    const std::string count = std::to_string(change_.added.size());
    change_.operation.parameters = {{"numFiles", count},
                                    {"partitionedBy", JsonList(metadata_.partition_columns)},
                                    {"collectStats", statement_.statistics ? "true" : "false"},
                                    {"sourceFormat", "parquet"}};
    change_.operation.metrics = {{"numConvertedFiles", count}};
    return std::move(change_);
  }

 private:
  Result<void> DefinePartitions() {
    return Fenced([&]() -> Result<void> {
      for (const auto& [name, type_name] : statement_.partition_columns) {
        LogicalType type;
        connection_.context->RunFunctionInTransaction([&, &spelled = type_name] {
          type = duckdb::TransformStringToLogicalType(spelled, *connection_.context);
        });
        LIMNO_ASSIGN(table::DataType table_type, FromDuck(type));
        partition_fields_.push_back({name, std::move(table_type), true, {}});
        metadata_.partition_columns.push_back(name);
      }
      return {};
    });
  }

  Result<void> ListFiles() {
    storage::ListOptions options;
    while (true) {
      LIMNO_ASSIGN(storage::ListPage page, table_.store().List("", options));
      const bool more = page.truncated && !page.objects.empty();
      if (more) {
        options.start_after = page.objects.back().key;
      }
      for (storage::ObjectInfo& object : page.objects) {
        const size_t log = object.key.find(kNestedLog);
        if (log != std::string::npos && !IsHiddenKey(object.key.substr(0, log))) {
          return Fail(ErrorKind::kRefused,
                      fmt::format("the folder below it, {}, is a table of its own",
                                  object.key.substr(0, log)),
                      table_.store().Describe(), "convert a folder that holds nothing else");
        }
        if (!IsHiddenKey(object.key)) {
          files_.push_back(std::move(object));
        }
      }
      if (!more) {
        break;
      }
    }
    return files_.empty()
               ? Result<void>(Fail(ErrorKind::kNotFound, "there are no Parquet files to convert",
                                   table_.store().Describe(), "check the path"))
               : Result<void>();
  }

  Result<void> CheckFolders() {
    PartitionTypeGuess guess;
    bool partitioned = false;
    for (const storage::ObjectInfo& file : files_) {
      if (!partition_fields_.empty()) {
        LIMNO_ASSIGN(const auto values, MatchFolders(file.key, metadata_.partition_columns));
        LIMNO_TRY(CheckValues(file.key, values));
        continue;
      }
      const auto values = FolderValues(file.key);
      partitioned = partitioned || !values.empty();
      guess.Add(values);
    }
    return partitioned ? Result<void>(Fail(ErrorKind::kUsage,
                                           "the names of its folders hold values of columns",
                                           table_.store().Describe(),
                                           "say of which types: PARTITIONED BY " + guess.ToSql()))
                       : Result<void>();
  }

  /// A first look, so that many footers are not read in vain; the commit looks closer.
  Result<void> CheckValues(const std::string& key, const table::PartitionValues& values) const {
    for (size_t index = 0; index < values.size(); ++index) {
      LIMNO_ASSIGN(const LogicalType type, ToDuck(partition_fields_[index].type));
      if (!PartitionValue(values[index].second, type)) {
        return Fail(ErrorKind::kRefused,
                    fmt::format("'{}' is no value of column {}, which is to be of type {}",
                                values[index].second.value_or(""), values[index].first,
                                partition_fields_[index].type.ToString()),
                    key, "PARTITIONED BY with a type that holds all values");
      }
    }
    return {};
  }

  Result<void> ReadFiles() {
    std::vector<std::string> paths;
    for (const storage::ObjectInfo& file : files_) {
      LIMNO_ASSIGN(const auto path, table_.store().LocalPath(file.key));
      if (!path) {
        return Fail(ErrorKind::kUnsupported, "only folders of a local disk can be converted",
                    table_.store().Describe());
      }
      paths.push_back(*path);
    }
    size_t next = 0;
    LIMNO_TRY(ReadParquetFooters(*connection_.context, paths, [&](const ParquetFooter& footer) {
      return TakeFile(files_[next++], footer);
    }));
    return {};
  }

  Result<void> TakeFile(const storage::ObjectInfo& file, const ParquetFooter& footer) {
    LIMNO_ASSIGN(const bool changed, schema_.Add(*footer.fields, file.key));
    if (changed) {
      DefineSchema();
    }
    table::PartitionValues values;
    if (!partition_fields_.empty()) {
      LIMNO_ASSIGN(values, MatchFolders(file.key, metadata_.partition_columns));
    }
    table::DataFile entry = table_.Describe({file.key,
                                             std::move(values),
                                             static_cast<int64_t>(file.size_bytes),
                                             WithAbsentColumns(footer),
                                             {}},
                                            metadata_);
    if (!statement_.statistics) {
      entry.statistics.clear();
    }
    entry.modified_millis = file.modified_millis;
    change_.added.push_back(std::move(entry));
    return {};
  }

  /// Partition columns that files have, too, keep their place; the value in the folder's name
  /// counts.
  void DefineSchema() {
    metadata_.schema.fields = schema_.fields();
    for (const table::Field& partition : partition_fields_) {
      if (const auto index = metadata_.schema.IndexOf(partition.name)) {
        metadata_.schema.fields[*index] = partition;
      } else {
        metadata_.schema.fields.push_back(partition);
      }
    }
  }

  /// A column that the file does not have is NULL in all of its rows.
  table::FileStatistics WithAbsentColumns(const ParquetFooter& footer) const {
    table::FileStatistics statistics = footer.statistics;
    for (const table::Field& field : schema_.fields()) {
      const bool present =
          std::any_of(footer.fields->begin(), footer.fields->end(),
                      [&](const table::Field& own) { return own.name == field.name; });
      if (!present && !field.type.IsNested()) {
        table::ColumnStatistics absent;
        absent.path = {field.name};
        absent.null_count = statistics.row_count;
        statistics.columns.push_back(std::move(absent));
      }
    }
    return statistics;
  }

  duckdb::Connection& connection_;
  table::Table& table_;
  const Convert& statement_;
  std::vector<storage::ObjectInfo> files_;
  std::vector<table::Field> partition_fields_;
  SchemaMerge schema_;
  table::Metadata metadata_;
  table::Change change_;
};

TextTable Converted(int64_t version, size_t files) {
  TextTable result;
  result.columns = {{"version", "BIGINT", true}, {"num_converted_files", "BIGINT", true}};
  result.rows.push_back({{std::to_string(version), false}, {std::to_string(files), false}});
  return result;
}

}  // namespace

Result<TextTable> RunConvert(duckdb::Connection& connection, const Convert& statement) {
  LIMNO_ASSIGN(const auto table, OpenFolder(connection, statement.table));
  const Result<table::SnapshotPtr> there = table->Latest();
  if (there) {
    return Converted((*there)->version, 0);
  }
  if (there.error().kind != ErrorKind::kNotFound) {
    return Fail(there.error());
  }
  LIMNO_ASSIGN(const table::Change change, Conversion(connection, *table, statement).Build());
  Result<table::CommitOutcome> outcome = table->Commit(change);
  if (!outcome) {
    Error error = std::move(outcome).error();
    // Run again, the statement finds the table that somebody else has just made.
    error.kind = error.kind == ErrorKind::kAlreadyExists ? ErrorKind::kConflict : error.kind;
    return Fail(std::move(error));
  }
  const std::string name = statement.table.path.empty()
                               ? statement.table.name_space + "." + statement.table.name
                               : statement.table.path;
  SessionState::Of(*connection.context)
      ->commits.push_back(
          {name, outcome->version, change.operation.name, change.operation.metrics});
  return Converted(outcome->version, change.added.size());
}

}  // namespace limno::engine
