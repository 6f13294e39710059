#include "engine/table_changes.h"

#include "duckdb/main/extension/extension_loader.hpp"
#include "engine/errors.h"
#include "engine/lake_scan.h"
#include "engine/lake_transaction.h"
#include "engine/types.h"
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

/// The first version at or after a time; a version as it is.
int64_t StartVersion(table::Table& table, const Value& bound) {
  if (!IsTime(bound)) {
    return bound.GetValue<int64_t>();
  }
  const auto before = table.AtTimestamp(FloorMillis(bound) - 1);
  if (!before && before.error().kind == ErrorKind::kNotFound) {
    return 0;
  }
  return Unwrap(before)->version + 1;
}

/// The last version at or before a time; a version as it is.
int64_t EndVersion(table::Table& table, const Value& bound) {
  return IsTime(bound) ? Unwrap(table.AtTimestamp(FloorMillis(bound)))->version
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
  auto state = OpenCommitted(context, duckdb::StringValue::Get(arguments[0]));
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
  // Files of recorded changes do not say which rows theirs are.
  scan->identity.reset();
  return scan;
}

duckdb::unique_ptr<duckdb::FunctionData> BindChanges(ClientContext& context,
                                                     duckdb::TableFunctionBindInput& input,
                                                     duckdb::vector<LogicalType>& types,
                                                     duckdb::vector<duckdb::string>& names) {
  return BindAsLakeScan(context, ScanOfChanges(context, input.inputs), input, types, names);
}

}  // namespace

void RegisterTableChanges(duckdb::DatabaseInstance& database) {
  duckdb::ExtensionLoader loader(database, "limno");
  duckdb::TableFunction function = LakeScanFunction(loader, "table_changes", BindChanges);
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
