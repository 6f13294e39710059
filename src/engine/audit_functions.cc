#include "engine/audit_functions.h"

#include <utility>
#include <vector>

#include "duckdb/main/extension/extension_loader.hpp"
#include "engine/engine.h"
#include "engine/errors.h"
#include "engine/known_rows.h"
#include "engine/lake_transaction.h"
#include "engine/row_history.h"

namespace limno::engine {
namespace {

using Rows = std::vector<KnownRow>;

/// What a call names.
struct AuditData {
  std::shared_ptr<TableState> table;
  /// The table as statements name it.
  std::string sql_name;
  std::string condition;
};

struct OutputColumn {
  const char* name;
  LogicalType type;
};

/// What makes one of these functions: its columns and its rows.
struct AuditFunction {
  const char* name;
  bool has_condition;
  std::vector<OutputColumn> (*columns)();
  Rows (*rows)(ClientContext& context, const AuditData& data);
};

Value Text(const std::string& text) { return text.empty() ? Value() : Value(text); }

std::vector<OutputColumn> CompatibilityColumns() {
  return {{"engine", LogicalType::VARCHAR},   {"version", LogicalType::VARCHAR},
          {"reads", LogicalType::BOOLEAN},    {"writes", LogicalType::BOOLEAN},
          {"obstacle", LogicalType::VARCHAR}, {"stands_in_way_of", LogicalType::VARCHAR},
          {"why", LogicalType::VARCHAR},      {"silently_wrong", LogicalType::BOOLEAN},
          {"remark", LogicalType::VARCHAR}};
}

Rows CompatibilityRows(ClientContext& /*context*/, const AuditData& data) {
  Rows rows;
  for (const auto& engine : data.table->table().CompatibilityWith(*data.table->base()).engines) {
    const KnownRow head = {Value(engine.engine), Value(engine.version),
                           Value::BOOLEAN(engine.CanRead()), Value::BOOLEAN(engine.CanWrite())};
    const auto add = [&](std::initializer_list<Value> rest) {
      rows.push_back(head);
      rows.back().insert(rows.back().end(), rest);
      rows.back().push_back(Text(engine.remark));
    };
    for (const table::Obstacle& obstacle : engine.obstacles) {
      add({Value(obstacle.what), Value(obstacle.to_reading ? "reading" : "writing"),
           Value(obstacle.why), Value::BOOLEAN(obstacle.silent)});
    }
    if (engine.obstacles.empty()) {
      add({Value(), Value(), Value(), Value()});
    }
  }
  return rows;
}

std::vector<OutputColumn> DowngradeColumns() {
  return {{"obstacle", LogicalType::VARCHAR},
          {"statement", LogicalType::VARCHAR},
          {"cost", LogicalType::VARCHAR}};
}

Rows DowngradeRows(ClientContext& /*context*/, const AuditData& data) {
  Rows rows;
  for (const auto& step : data.table->table().CompatibilityWith(*data.table->base()).steps) {
    std::string statement = step.statement;
    statement.replace(statement.find("{}"), 2, data.sql_name);
    rows.push_back({Value(step.what), Value(statement), Text(step.cost)});
  }
  return rows;
}

std::vector<OutputColumn> RowHistoryColumns() {
  return {{"version", LogicalType::BIGINT},    {"timestamp", LogicalType::TIMESTAMP_TZ},
          {"operation", LogicalType::VARCHAR}, {"appeared", LogicalType::BIGINT},
          {"changed", LogicalType::BIGINT},    {"vanished", LogicalType::BIGINT}};
}

Rows RowHistoryRows(ClientContext& context, const AuditData& data) {
  Rows rows;
  for (const RowEvent& event : Unwrap(ReadRowHistory(*context.db, data.table, data.condition))) {
    rows.push_back({Value::BIGINT(event.version), TimeValue(event.timestamp_millis),
                    Value(event.operation), Value::BIGINT(event.appeared),
                    Value::BIGINT(event.changed), Value::BIGINT(event.vanished)});
  }
  return rows;
}

std::vector<OutputColumn> RowFilesColumns() {
  return {{"path", LogicalType::VARCHAR},         {"rows", LogicalType::BIGINT},
          {"current_rows", LogicalType::BIGINT},  {"status", LogicalType::VARCHAR},
          {"first_version", LogicalType::BIGINT}, {"last_version", LogicalType::BIGINT}};
}

/// What the file is to the table.
const char* StatusOf(const RetainedFile& file) {
  if (!file.first_version) {
    return "of no version";
  }
  if (file.last_version) {
    return "of old versions";
  }
  return file.rows.value_or(0) > file.current_rows ? "current, with deleted rows" : "current";
}

Rows RowFilesRows(ClientContext& context, const AuditData& data) {
  const auto count = [](const std::optional<int64_t>& number) {
    return number ? Value::BIGINT(*number) : Value();
  };
  Rows rows;
  for (const RetainedFile& file :
       Unwrap(FindRetainedRows(*context.db, data.table, data.condition))) {
    rows.push_back({Value(file.path), count(file.rows), Value::BIGINT(file.current_rows),
                    Value(StatusOf(file)), count(file.first_version), count(file.last_version)});
  }
  return rows;
}

constexpr AuditFunction kFunctions[] = {
    {"delta_compatibility", false, CompatibilityColumns, CompatibilityRows},
    {"delta_downgrades", false, DowngradeColumns, DowngradeRows},
    {"delta_row_history", true, RowHistoryColumns, RowHistoryRows},
    {"delta_row_files", true, RowFilesColumns, RowFilesRows},
};

const AuditFunction& FunctionOf(const std::string& name) {
  for (const AuditFunction& function : kFunctions) {
    if (name == function.name) {
      return function;
    }
  }
  ThrowError({ErrorKind::kInternal, "there is no function " + name, "", ""});
}

struct BoundAudit final : duckdb::TableFunctionData {
  const AuditFunction* function = nullptr;
  AuditData data;
};

duckdb::unique_ptr<duckdb::FunctionData> BindAudit(ClientContext& context,
                                                   duckdb::TableFunctionBindInput& input,
                                                   duckdb::vector<LogicalType>& types,
                                                   duckdb::vector<duckdb::string>& names) {
  for (const Value& argument : input.inputs) {
    if (argument.IsNull()) {
      ThrowError({ErrorKind::kUsage, input.table_function.name + "() takes no NULL", "",
                  "give it 'namespace.name' or the path of a table"});
    }
  }
  auto bound = duckdb::make_uniq<BoundAudit>();
  bound->function = &FunctionOf(input.table_function.name);
  const std::string name = duckdb::StringValue::Get(input.inputs[0]);
  bound->data.table = OpenCommitted(context, name);
  const bool is_bare_path = ParseTableTarget(name).path == name;
  bound->data.sql_name = is_bare_path ? "delta(" + QuoteString(name) + ")" : name;
  if (bound->function->has_condition) {
    bound->data.condition = duckdb::StringValue::Get(input.inputs[1]);
  }
  for (const OutputColumn& column : bound->function->columns()) {
    names.emplace_back(column.name);
    types.push_back(column.type);
  }
  return bound;
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> StartAudit(
    ClientContext& context, duckdb::TableFunctionInitInput& input) {
  const auto& bound = input.bind_data->Cast<BoundAudit>();
  auto state = duckdb::make_uniq<KnownRows>();
  state->rows = bound.function->rows(context, bound.data);
  return state;
}

}  // namespace

void RegisterAuditFunctions(duckdb::DatabaseInstance& database) {
  duckdb::ExtensionLoader loader(database, "limno");
  for (const AuditFunction& function : kFunctions) {
    duckdb::vector<LogicalType> arguments = {LogicalType::VARCHAR};
    if (function.has_condition) {
      arguments.push_back(LogicalType::VARCHAR);
    }
    loader.RegisterFunction(
        duckdb::TableFunction(function.name, arguments, NextKnownRows, BindAudit, StartAudit));
  }
}

}  // namespace limno::engine
