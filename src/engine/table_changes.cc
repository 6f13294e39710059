#include "engine/table_changes.h"

#include "duckdb/catalog/catalog_entry/table_function_catalog_entry.hpp"
#include "duckdb/main/extension/extension_loader.hpp"
#include "engine/errors.h"
#include "engine/lake_scan.h"
#include "engine/lake_transaction.h"
#include "table/timestamp_text.h"

namespace limno::engine {
namespace {

constexpr char kChangeType[] = "_change_type";
constexpr char kCommitVersion[] = "_commit_version";
constexpr char kCommitTimestamp[] = "_commit_timestamp";
constexpr int kMillisecondDigits = 3;

/// The columns of the feed. Version and time are constants of a file; the type is where the file
/// has no such column.
table::Metadata FeedMetadata(table::Metadata metadata) {
  auto& fields = metadata.schema.fields;
  fields.push_back({kChangeType, table::Primitive(table::TypeKind::kString), true, {}});
  fields.push_back({kCommitVersion, table::Primitive(table::TypeKind::kLong), true, {}});
  fields.push_back({kCommitTimestamp, table::Primitive(table::TypeKind::kTimestamp), true, {}});
  metadata.partition_columns.emplace_back(kCommitVersion);
  metadata.partition_columns.emplace_back(kCommitTimestamp);
  return metadata;
}

ScanFile FeedFile(const table::ChangedRows& rows) {
  table::DataFile file = *rows.file;
  if (rows.kind != table::ChangeKind::kRecorded) {
    file.partition_values.emplace_back(
        kChangeType, rows.kind == table::ChangeKind::kInserted ? "insert" : "delete");
  }
  file.partition_values.emplace_back(kCommitVersion, std::to_string(rows.version));
  file.partition_values.emplace_back(
      kCommitTimestamp,
      table::FormatTimestamp(rows.timestamp_millis * 1000, ' ', kMillisecondDigits));
  return {std::make_shared<const table::DataFile>(std::move(file)), rows.unchanged};
}

bool IsTime(const Value& bound) {
  return bound.type().id() != LogicalTypeId::BIGINT && bound.type().id() != LogicalTypeId::INTEGER;
}

int64_t MillisOf(const Value& bound) {
  const Value time = bound.DefaultCastAs(LogicalType::TIMESTAMP);
  const int64_t micros = time.GetValueUnsafe<duckdb::timestamp_t>().value;
  return micros >= 0 ? micros / 1000 : (micros - 999) / 1000;
}

/// The first version at or after a time; a version as it is.
int64_t StartVersion(table::Table& table, const Value& bound) {
  if (!IsTime(bound)) {
    return bound.GetValue<int64_t>();
  }
  const auto before = table.AtTimestamp(MillisOf(bound) - 1);
  if (!before && before.error().kind == ErrorKind::kNotFound) {
    return 0;
  }
  return Unwrap(before)->version + 1;
}

/// The last version at or before a time; a version as it is.
int64_t EndVersion(table::Table& table, const Value& bound) {
  return IsTime(bound) ? Unwrap(table.AtTimestamp(MillisOf(bound)))->version
                       : bound.GetValue<int64_t>();
}

std::shared_ptr<ScanContext> ScanOfChanges(ClientContext& context,
                                           const duckdb::vector<Value>& arguments) {
  for (const Value& argument : arguments) {
    if (argument.IsNull()) {
      ThrowError({ErrorKind::kUsage, "table_changes() takes no NULL", "",
                  "give it a table, a first version or time, and perhaps a last one"});
    }
  }
  auto state = OpenTarget(context, ParseTableTarget(duckdb::StringValue::Get(arguments[0])));
  if (state->base() == nullptr) {
    ThrowError({ErrorKind::kNotFound, "the table has no version before it is committed",
                state->name(), ""});
  }
  table::Table& table = state->table();
  const int64_t start = StartVersion(table, arguments[1]);
  const int64_t end =
      arguments.size() > 2 ? EndVersion(table, arguments[2]) : state->base()->version;
  const auto changes = Unwrap(table.ChangesBetween(start, end));
  const auto last = end == state->base()->version ? state->base() : Unwrap(table.AtVersion(end));
  std::vector<ScanFile> files;
  files.reserve(changes.size());
  for (const table::ChangedRows& rows : changes) {
    files.push_back(FeedFile(rows));
  }
  auto scan = std::make_shared<ScanContext>(std::move(state), FeedMetadata(last->metadata),
                                            std::move(files));
  scan->record_reads = false;
  return scan;
}

duckdb::unique_ptr<duckdb::FunctionData> BindChanges(ClientContext& context,
                                                     duckdb::TableFunctionBindInput& input,
                                                     duckdb::vector<LogicalType>& types,
                                                     duckdb::vector<duckdb::string>& names) {
  duckdb::unique_ptr<duckdb::FunctionData> bind_data;
  input.table_function = BindLakeScan(context, ScanOfChanges(context, input.inputs), bind_data);
  const auto& multi_file = bind_data->Cast<duckdb::MultiFileBindData>();
  types = multi_file.types;
  names = multi_file.names;
  return bind_data;
}

}  // namespace

void RegisterTableChanges(duckdb::DatabaseInstance& database) {
  duckdb::ExtensionLoader loader(database, "limno");
  auto& parquet = loader.GetTableFunction("parquet_scan");
  duckdb::TableFunction function = parquet.functions.GetFunctionByOffset(0);
  function.name = "table_changes";
  function.named_parameters.clear();
  function.bind = BindChanges;
  function.bind_replace = nullptr;
  duckdb::TableFunctionSet overloads("table_changes");
  for (const LogicalTypeId bound : {LogicalTypeId::BIGINT, LogicalTypeId::TIMESTAMP}) {
    function.arguments = {LogicalType::VARCHAR, bound};
    overloads.AddFunction(function);
    function.arguments = {LogicalType::VARCHAR, bound, bound};
    overloads.AddFunction(function);
  }
  loader.RegisterFunction(overloads);
}

}  // namespace limno::engine
