#include "engine/describe_functions.h"

#include "duckdb/main/extension/extension_loader.hpp"
#include "engine/errors.h"
#include "engine/known_rows.h"
#include "engine/lake_transaction.h"

namespace limno::engine {
namespace {

using Row = KnownRow;

/// Columns of delta_history() from HistoryEntry::origin.
constexpr const char* kOriginColumns[] = {"userId",   "userName",  "job",
                                          "notebook", "clusterId", "clientVersion"};

struct DescribeData final : duckdb::TableFunctionData {
  std::shared_ptr<TableState> table;
  std::optional<int64_t> newest;
  /// Rows that are known when the function is bound.
  std::vector<Row> rows;
};

LogicalType TextMap() { return LogicalType::MAP(LogicalType::VARCHAR, LogicalType::VARCHAR); }

Value MapValue(const std::map<std::string, std::string>& map) {
  duckdb::vector<Value> keys;
  duckdb::vector<Value> values;
  for (const auto& [key, value] : map) {
    keys.emplace_back(key);
    values.emplace_back(value);
  }
  return Value::MAP(LogicalType::VARCHAR, LogicalType::VARCHAR, std::move(keys), std::move(values));
}

Value TextList(const std::vector<std::string>& texts) {
  duckdb::vector<Value> values(texts.begin(), texts.end());
  return Value::LIST(LogicalType::VARCHAR, std::move(values));
}

template <typename T>
Value OptionalValue(const std::optional<T>& value) {
  return value ? Value::CreateValue(*value) : Value();
}

duckdb::unique_ptr<DescribeData> OpenNamed(ClientContext& context,
                                           const duckdb::TableFunctionBindInput& input) {
  if (input.inputs[0].IsNull()) {
    ThrowError({ErrorKind::kUsage, input.table_function.name + "() needs a table, not NULL", "",
                "give it 'namespace.name' or the path of a table"});
  }
  auto data = duckdb::make_uniq<DescribeData>();
  data->table = OpenCommitted(context, duckdb::StringValue::Get(input.inputs[0]));
  return data;
}

duckdb::unique_ptr<duckdb::FunctionData> BindHistory(ClientContext& context,
                                                     duckdb::TableFunctionBindInput& input,
                                                     duckdb::vector<LogicalType>& types,
                                                     duckdb::vector<duckdb::string>& names) {
  auto data = OpenNamed(context, input);
  const auto newest = input.named_parameters.find("newest");
  if (newest != input.named_parameters.end() && !newest->second.IsNull()) {
    data->newest = newest->second.GetValue<int64_t>();
  }
  const auto add = [&](const char* name, LogicalType type) {
    names.emplace_back(name);
    types.push_back(std::move(type));
  };
  add("version", LogicalType::BIGINT);
  add("timestamp", LogicalType::TIMESTAMP_TZ);
  add("operation", LogicalType::VARCHAR);
  add("operationParameters", TextMap());
  add("operationMetrics", TextMap());
  add("readVersion", LogicalType::BIGINT);
  add("isolationLevel", LogicalType::VARCHAR);
  add("isBlindAppend", LogicalType::BOOLEAN);
  add("engineInfo", LogicalType::VARCHAR);
  add("userMetadata", LogicalType::VARCHAR);
  for (const char* member : kOriginColumns) {
    add(member, LogicalType::VARCHAR);
  }
  return data;
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> StartHistory(
    ClientContext& /*context*/, duckdb::TableFunctionInitInput& input) {
  const auto& data = input.bind_data->Cast<DescribeData>();
  auto state = duckdb::make_uniq<KnownRows>();
  for (const auto& entry : Unwrap(data.table->table().History(data.newest))) {
    state->rows.push_back(
        {Value::BIGINT(entry.version), TimeValue(entry.timestamp_millis), Value(entry.operation),
         MapValue(entry.parameters), MapValue(entry.metrics), OptionalValue(entry.read_version),
         OptionalValue(entry.isolation_level), OptionalValue(entry.is_blind_append),
         OptionalValue(entry.engine_info), OptionalValue(entry.user_metadata)});
    for (const char* member : kOriginColumns) {
      const auto told = entry.origin.find(member);
      state->rows.back().push_back(told == entry.origin.end() ? Value() : Value(told->second));
    }
  }
  return state;
}

/// The columns depend on the format of the table, so the row is made along with them.
duckdb::unique_ptr<duckdb::FunctionData> BindDetail(ClientContext& context,
                                                    duckdb::TableFunctionBindInput& input,
                                                    duckdb::vector<LogicalType>& types,
                                                    duckdb::vector<duckdb::string>& names) {
  auto data = OpenNamed(context, input);
  const TableState& table = *data->table;
  const table::Snapshot& snapshot = *table.base();
  const table::Metadata& metadata = snapshot.metadata;
  int64_t bytes = 0;
  snapshot.files.ForEach([&](const table::DataFilePtr& file) {
    bytes += file->size_bytes;
    return true;
  });
  Row row;
  const auto add = [&](const std::string& name, LogicalType type, Value value) {
    names.push_back(name);
    types.push_back(std::move(type));
    row.push_back(std::move(value));
  };
  add("format", LogicalType::VARCHAR, Value(table.table().format()));
  add("id", LogicalType::VARCHAR, Value(metadata.id));
  add("name", LogicalType::VARCHAR, Value(table.name()));
  add("description", LogicalType::VARCHAR, OptionalValue(metadata.description));
  add("location", LogicalType::VARCHAR, Value(table.root().substr(0, table.root().size() - 1)));
  add("createdAt", LogicalType::TIMESTAMP_TZ,
      metadata.created_millis ? TimeValue(*metadata.created_millis) : Value());
  add("lastModified", LogicalType::TIMESTAMP_TZ, TimeValue(snapshot.timestamp_millis));
  add("version", LogicalType::BIGINT, Value::BIGINT(snapshot.version));
  add("partitionColumns", LogicalType::LIST(LogicalType::VARCHAR),
      TextList(metadata.partition_columns));
  std::vector<std::string> clustering;
  for (const table::ColumnPath& path :
       metadata.clustering_columns.value_or(std::vector<table::ColumnPath>())) {
    clustering.push_back(table::ColumnPathText(path));
  }
  add("clusteringColumns", LogicalType::LIST(LogicalType::VARCHAR), TextList(clustering));
  add("numFiles", LogicalType::BIGINT, Value::BIGINT(static_cast<int64_t>(snapshot.files.size())));
  add("sizeInBytes", LogicalType::BIGINT, Value::BIGINT(bytes));
  add("properties", TextMap(), MapValue(metadata.properties));
  for (const auto& [name, value] : table.table().FormatDetail(snapshot)) {
    add(name, LogicalType::VARCHAR, Value(value));
  }
  data->rows.push_back(std::move(row));
  return data;
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> StartDetail(
    ClientContext& /*context*/, duckdb::TableFunctionInitInput& input) {
  auto state = duckdb::make_uniq<KnownRows>();
  state->rows = input.bind_data->Cast<DescribeData>().rows;
  return state;
}

}  // namespace

void RegisterDescribeFunctions(duckdb::DatabaseInstance& database) {
  duckdb::ExtensionLoader loader(database, "limno");
  duckdb::TableFunction history("delta_history", {LogicalType::VARCHAR}, NextKnownRows, BindHistory,
                                StartHistory);
  history.named_parameters["newest"] = LogicalType::BIGINT;
  loader.RegisterFunction(history);
  loader.RegisterFunction(duckdb::TableFunction("delta_detail", {LogicalType::VARCHAR},
                                                NextKnownRows, BindDetail, StartDetail));
}

}  // namespace limno::engine
