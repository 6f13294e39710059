#include "engine/insertion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/name_match.h"
#include "engine/automatic_widening.h"
#include "engine/engine.h"
#include "engine/errors.h"
#include "engine/query_schema.h"
#include "engine/spark_spelling.h"
#include "engine/statement_run.h"
#include "engine/table_definition.h"
#include "engine/types.h"

namespace limno::engine {
namespace {

/// Which rows of the table as it was an INSERT replaces.
enum class Replaced { kNone, kAll, kWhere, kPartitionsOfRows };

struct Plan {
  Replaced replaced = Replaced::kNone;
  /// kWhere: SQL text of the condition.
  std::string condition;
};

Result<std::string> OverwriteMode(duckdb::Connection& connection) {
  Value mode;
  (void)connection.context->TryGetCurrentSetting(kPartitionOverwriteMode, mode);
  const std::string text = mode.IsNull() ? "" : base::FoldCase(mode.ToString());
  if (!text.empty() && text != "static" && text != "dynamic") {
    return Fail(ErrorKind::kUsage, std::string(kPartitionOverwriteMode) + " is " + text, "settings",
                "set it to static or dynamic");
  }
  return text;
}

/// The columns of PARTITION (...) are partition columns, each named once, by their right names.
Result<void> ResolvePartition(const table::Metadata& metadata, const std::string& table,
                              Insert& statement) {
  std::set<std::string> seen;
  for (auto& [column, value] : statement.partition) {
    LIMNO_ASSIGN(const table::Field* field,
                 FindColumn(metadata.schema, column, " to name a partition by", table));
    const auto& columns = metadata.partition_columns;
    if (std::find(columns.begin(), columns.end(), field->name) == columns.end()) {
      return Fail(ErrorKind::kUsage, "the table is not partitioned by " + field->name, table,
                  columns.empty() ? "leave PARTITION out"
                                  : fmt::format("it is by {}", fmt::join(columns, ", ")));
    }
    if (!seen.insert(field->name).second) {
      return Fail(ErrorKind::kUsage, "PARTITION names " + field->name + " twice", table);
    }
    column = field->name;
  }
  return {};
}

Result<Plan> PlanOf(duckdb::Connection& connection, const table::Metadata& metadata,
                    const Insert& statement) {
  if (!statement.overwrite) {
    return Plan{};
  }
  if (!statement.replace_where.empty()) {
    return Plan{Replaced::kWhere, statement.replace_where};
  }
  LIMNO_ASSIGN(const std::string mode, OverwriteMode(connection));
  std::vector<std::string> conditions;
  for (const auto& [column, value] : statement.partition) {
    if (value) {
      const bool null = base::FoldCase(*value) == "null";
      conditions.push_back(QuoteIdentifier(column) +
                           (null ? std::string(" IS NULL") : " = (" + *value + ")"));
    }
  }
  const bool any_open = conditions.size() < metadata.partition_columns.size();
  const bool open_named = conditions.size() < statement.partition.size();
  if (any_open && (mode == "dynamic" || (mode.empty() && open_named))) {
    return Plan{Replaced::kPartitionsOfRows, {}};
  }
  return conditions.empty()
             ? Plan{Replaced::kAll, {}}
             : Plan{Replaced::kWhere, fmt::format("{}", fmt::join(conditions, " AND "))};
}

/// The columns the query's are for, in its order, where it does not name them itself.
std::vector<std::string> QueryColumns(const table::Metadata& metadata, const Insert& statement,
                                      const table::Schema* query) {
  if (!statement.columns.empty()) {
    return statement.columns;
  }
  std::vector<std::string> columns;
  for (const table::Field& field : metadata.schema.fields) {
    const bool fixed = std::any_of(
        statement.partition.begin(), statement.partition.end(),
        [&](const auto& partition) { return partition.second && partition.first == field.name; });
    if (!fixed) {
      columns.push_back(field.name);
    }
  }
  for (size_t index = columns.size(); query != nullptr && index < query->fields.size(); ++index) {
    columns.push_back(query->fields[index].name);
  }
  return columns;
}

/// Gives the table what the query has beyond it, and returns the names the query's columns go by.
Result<std::vector<std::string>> Evolve(duckdb::Connection& connection, TableState& state,
                                        const Insert& statement) {
  LIMNO_ASSIGN(table::Schema query, QuerySchema(connection, RewriteQuery(statement.query)));
  table::Metadata metadata = state.metadata();
  std::vector<std::string> columns = QueryColumns(metadata, statement, &query);
  if (!statement.by_name) {
    if (columns.size() < query.fields.size()) {
      return Fail(
          ErrorKind::kUsage,
          fmt::format("the query has {} columns for {} names", query.fields.size(), columns.size()),
          state.name());
    }
    columns.resize(query.fields.size());
    for (size_t index = 0; index < columns.size(); ++index) {
      query.fields[index].name = columns[index];
    }
  }
  LIMNO_ASSIGN(const bool widened, WidenColumns(state, metadata, query));
  LIMNO_ASSIGN(const bool evolved,
               EvolveSchema(metadata.schema, query, state.name(), TypeClash::kCast));
  if (widened || evolved) {
    state.StageMetadata(std::move(metadata));
    state.StageOperation("WRITE", {{"mode", "Append"}}, {});
  }
  return columns;
}

/// The INSERT as DuckDB knows it, with the values of PARTITION among its columns.
std::string InsertSql(const Insert& statement, std::vector<std::string> columns) {
  std::string sql = "INSERT INTO " + statement.table.ToSql();
  std::string values;
  for (const auto& [column, value] : statement.partition) {
    if (value) {
      values += fmt::format(", ({}) AS {}", *value, QuoteIdentifier(column));
      columns.push_back(column);
    }
  }
  if (statement.by_name) {
    sql += " BY NAME ";
  } else {
    for (std::string& column : columns) {
      column = QuoteIdentifier(column);
    }
    sql += fmt::format(" ({}) ", fmt::join(columns, ", "));
  }
  const std::string query = RewriteQuery(statement.query);
  return sql + (values.empty() ? query : fmt::format("SELECT *{} FROM ({})", values, query));
}

Result<std::string> RunInsert(duckdb::Connection& connection, TableState& state,
                              const Insert& statement) {
  std::vector<std::string> columns;
  if (statement.evolve_schema) {
    LIMNO_ASSIGN(columns, Evolve(connection, state, statement));
  } else {
    columns = QueryColumns(state.metadata(), statement, nullptr);
  }
  const auto result = RunText(connection, InsertSql(statement, std::move(columns)));
  if (result->HasError()) {
    return Fail(FromDuck(result->GetErrorObject()));
  }
  return result->GetValue(0, 0).ToString();
}

std::set<std::string> KeysOf(const std::vector<ScanFile>& files) {
  std::set<std::string> keys;
  for (const ScanFile& file : files) {
    keys.insert(file.file->Key());
  }
  return keys;
}

/// Stages the removal of those files for which `goes` holds, as a read of them.
void RemoveFiles(TableState& state, const std::vector<ScanFile>& files, const FilePredicate& goes) {
  std::vector<table::DataFilePtr> read;
  int64_t rows = 0;
  for (const ScanFile& scanned : files) {
    if (goes(*scanned.file)) {
      rows += state.LiveRows(scanned).value_or(0);
      read.push_back(scanned.file);
      state.StageRemove(scanned.file);
    }
  }
  const auto count = static_cast<int64_t>(read.size());
  state.RecordRead(goes, std::move(read), TableState::ReadScope::kFiles);
  state.StageOperation("WRITE", {}, {{"numRemovedFiles", count}, {"numDeletedRows", rows}});
}

/// The partition of a file, whoever spelled its values.
using PartitionKey = std::vector<std::optional<std::string>>;

PartitionKey PartitionOf(const table::DataFile& file, const std::vector<LogicalType>& types) {
  PartitionKey key;
  for (size_t index = 0; index < file.partition_values.size(); ++index) {
    const auto& text = file.partition_values[index].second;
    const auto value = PartitionValue(text, types.at(index));
    key.push_back(value ? PartitionText(*value) : text);
  }
  return key;
}

/// Does a file lie in one of the partitions that `added` lie in?
FilePredicate InPartitionsOf(const std::vector<table::DataFilePtr>& added,
                             const table::Metadata& metadata) {
  std::vector<LogicalType> types;
  for (const std::string& column : metadata.partition_columns) {
    types.push_back(Unwrap(ToDuck(metadata.schema.Find(column)->type)));
  }
  std::set<PartitionKey> partitions;
  for (const table::DataFilePtr& file : added) {
    partitions.insert(PartitionOf(*file, types));
  }
  return [partitions, types](const table::DataFile& file) {
    return partitions.count(PartitionOf(file, types)) > 0;
  };
}

/// Takes away the rows that the new ones replace. `before` are the files as the statement found
/// them; what has been added since is kept out of sight meanwhile.
Result<void> StageReplaced(duckdb::Connection& connection, TableState& state, const Plan& plan,
                           const Insert& statement, const std::vector<ScanFile>& before) {
  const std::vector<table::DataFilePtr> added = state.TakeAdded(KeysOf(before));
  if (plan.replaced == Replaced::kAll) {
    RemoveFiles(state, before, [](const table::DataFile&) { return true; });
  } else if (plan.replaced == Replaced::kPartitionsOfRows) {
    RemoveFiles(state, before, InPartitionsOf(added, state.metadata()));
  } else {
    LIMNO_TRY(RunSql(connection, fmt::format("DELETE FROM {} WHERE {}", statement.table.ToSql(),
                                             RewriteQuery(plan.condition))));
  }
  for (const table::DataFilePtr& file : added) {
    state.StageReturn(file);
  }
  return {};
}

std::map<std::string, std::string> Parameters(const Plan& plan) {
  std::map<std::string, std::string> parameters = {{"mode", "Overwrite"}};
  if (plan.replaced == Replaced::kWhere) {
    parameters["predicate"] = plan.condition;
  } else if (plan.replaced == Replaced::kPartitionsOfRows) {
    parameters["isDynamicPartitionOverwrite"] = "true";
  }
  return parameters;
}

}  // namespace

Result<TextTable> StageInsert(duckdb::Connection& connection,
                              const std::shared_ptr<TableState>& state, const Insert& statement) {
  Insert resolved = statement;
  LIMNO_TRY(ResolvePartition(state->metadata(), state->name(), resolved));
  LIMNO_ASSIGN(const Plan plan, PlanOf(connection, state->metadata(), resolved));
  const std::vector<ScanFile> before = state->Files();
  state->SetRowCondition(statement.replace_where);
  auto count = RunInsert(connection, *state, resolved);
  state->SetRowCondition({});
  LIMNO_TRY(count);
  if (plan.replaced != Replaced::kNone) {
    LIMNO_TRY(StageReplaced(connection, *state, plan, resolved, before));
    state->NameOperation("WRITE", Parameters(plan));
  }
  return TextTable{{{"Count", "BIGINT", true}}, {{{*count, false}}}};
}

}  // namespace limno::engine
