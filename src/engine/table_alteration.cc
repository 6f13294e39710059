#include "engine/table_alteration.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/name_match.h"
#include "engine/property_names.h"
#include "engine/spark_sql.h"
#include "engine/table_definition.h"
#include "engine/types.h"
#include "table/physical_name.h"

namespace limno::engine {
namespace {

using duckdb::AlterTableType;
/// Names from a column down to a field in it.
using Path = std::vector<std::string>;

std::string PathText(const Path& path) { return fmt::format("{}", fmt::join(path, ".")); }

Path PathOf(const duckdb::vector<duckdb::string>& names) { return {names.begin(), names.end()}; }

table::Field* FindAmong(std::vector<table::Field>& fields, const std::string& name) {
  table::Schema schema{fields};
  const auto index = schema.IndexOf(name);
  return index ? &fields[*index] : nullptr;
}

/// The fields among which the last name of `path` is, or would be.
Result<std::vector<table::Field>*> Siblings(table::Metadata& metadata, const Path& path,
                                            const std::string& table_name) {
  std::vector<table::Field>* fields = &metadata.schema.fields;
  for (size_t depth = 0; depth + 1 < path.size(); ++depth) {
    table::Field* field = FindAmong(*fields, path[depth]);
    if (field == nullptr) {
      return Fail(ErrorKind::kUsage, "no column " + PathText(path), table_name);
    }
    if (!field->type.IsNested()) {
      return Fail(
          ErrorKind::kUsage,
          fmt::format("column {} is {} and has no fields", path[depth], field->type.ToString()),
          table_name);
    }
    fields = &field->type.children;
  }
  return fields;
}

Result<table::Field*> FindField(std::vector<table::Field>& siblings, const Path& path,
                                const std::string& table_name) {
  if (table::Field* field = FindAmong(siblings, path.back())) {
    return field;
  }
  std::vector<std::string> names;
  for (const table::Field& field : siblings) {
    names.push_back(field.name);
  }
  return Fail(ErrorKind::kUsage, "no column " + PathText(path), table_name,
              base::NearestNameHint(path.back(), names));
}

/// A name that changes or goes away must not be the one by which files are read.
Result<void> CheckMapped(const table::Field& field, const char* change,
                         const std::string& table_name) {
  if (table::FieldId(field)) {
    return {};
  }
  return Fail(
      ErrorKind::kRefused,
      fmt::format("column {} cannot be {}: files have it under its name", field.name, change),
      table_name,
      "first ALTER TABLE ... SET ('delta.columnMapping.mode' = 'name'); readers then need "
      "to know column mapping");
}

/// Constraints and generated columns name columns; a change below them would break the table.
Result<void> CheckNotInRules(TableState& state, const table::Metadata& metadata,
                             const std::string& column, const char* change) {
  LIMNO_ASSIGN(const std::vector<table::RowRule> rules, state.table().RowRules(metadata));
  for (const table::RowRule& rule : rules) {
    LIMNO_ASSIGN(const std::set<std::string> read, ColumnsInSparkExpression(rule.expression));
    const bool named = std::any_of(read.begin(), read.end(), [&](const std::string& name) {
      return base::FoldCase(name) == base::FoldCase(column);
    });
    if (named && base::FoldCase(rule.name) != base::FoldCase(column)) {
      return Fail(ErrorKind::kRefused,
                  fmt::format("column {} cannot be {}: {} needs it ({})", column, change, rule.name,
                              rule.expression),
                  state.name(), "drop the constraint first");
    }
  }
  return {};
}

Result<void> AddField(TableState& state, const Path& path, const duckdb::ColumnDefinition& added,
                      bool if_not_exists) {
  table::Metadata metadata = state.metadata();
  LIMNO_ASSIGN(std::vector<table::Field>* const siblings, Siblings(metadata, path, state.name()));
  if (FindAmong(*siblings, path.back()) != nullptr) {
    return if_not_exists ? Result<void>()
                         : Fail(ErrorKind::kAlreadyExists,
                                "column " + PathText(path) + " exists already", state.name());
  }
  if (added.HasDefaultValue()) {
    return Fail(ErrorKind::kUnsupported, "columns with a default cannot be added", state.name(),
                "add the column, then UPDATE");
  }
  LIMNO_ASSIGN(table::DataType type, FromDuck(added.Type()));
  siblings->push_back({path.back(), std::move(type), true, {}});
  state.StageMetadata(std::move(metadata));
  state.StageOperation("ADD COLUMNS", {{"columns", "[\"" + PathText(path) + "\"]"}}, {});
  return {};
}

Result<void> RenameField(TableState& state, const Path& path, const std::string& new_name) {
  table::Metadata metadata = state.metadata();
  LIMNO_ASSIGN(std::vector<table::Field>* const siblings, Siblings(metadata, path, state.name()));
  LIMNO_ASSIGN(table::Field* const field, FindField(*siblings, path, state.name()));
  const table::Field* taken = FindAmong(*siblings, new_name);
  if (taken != nullptr && taken != field) {
    return Fail(ErrorKind::kAlreadyExists, "column " + taken->name + " exists already",
                state.name());
  }
  LIMNO_TRY(CheckMapped(*field, "renamed", state.name()));
  LIMNO_TRY(CheckNotInRules(state, metadata, path.front(), "renamed"));
  if (path.size() == 1) {
    std::replace(metadata.partition_columns.begin(), metadata.partition_columns.end(), field->name,
                 new_name);
  }
  Path renamed = path;
  renamed.back() = new_name;
  field->name = new_name;
  state.StageMetadata(std::move(metadata));
  state.StageOperation("RENAME COLUMN",
                       {{"oldColumnPath", PathText(path)}, {"newColumnPath", PathText(renamed)}},
                       {});
  return {};
}

Result<void> DropField(TableState& state, const Path& path, bool if_exists) {
  table::Metadata metadata = state.metadata();
  LIMNO_ASSIGN(std::vector<table::Field>* const siblings, Siblings(metadata, path, state.name()));
  if (if_exists && FindAmong(*siblings, path.back()) == nullptr) {
    return {};
  }
  LIMNO_ASSIGN(const table::Field* const field, FindField(*siblings, path, state.name()));
  const auto& partitions = metadata.partition_columns;
  if (path.size() == 1 &&
      std::find(partitions.begin(), partitions.end(), field->name) != partitions.end()) {
    return Fail(ErrorKind::kRefused, "the table is partitioned by column " + field->name,
                state.name());
  }
  if (siblings->size() == 1) {
    return Fail(ErrorKind::kRefused, "column " + PathText(path) + " is the only one", state.name());
  }
  LIMNO_TRY(CheckMapped(*field, "dropped", state.name()));
  LIMNO_TRY(CheckNotInRules(state, metadata, path.front(), "dropped"));
  siblings->erase(siblings->begin() + (field - siblings->data()));
  state.StageMetadata(std::move(metadata));
  state.StageOperation("DROP COLUMNS", {{"columns", "[\"" + PathText(path) + "\"]"}}, {});
  return {};
}

Result<void> DropNotNull(TableState& state, const std::string& column) {
  table::Metadata metadata = state.metadata();
  LIMNO_TRY(FindColumn(metadata.schema, column, {}, state.name()));
  metadata.schema.fields[*metadata.schema.IndexOf(column)].nullable = true;
  state.StageMetadata(std::move(metadata));
  state.StageOperation("CHANGE COLUMN", {{"column", column}}, {});
  return {};
}

Result<void> SetProperties(TableState& state, const duckdb::SetTableOptionsInfo& info) {
  table::Metadata metadata = state.metadata();
  for (const auto& [name, value] : info.table_options) {
    LIMNO_ASSIGN(const std::string property, PropertyName(name));
    LIMNO_ASSIGN(metadata.properties[property], PropertyText(name, *value));
  }
  state.StageMetadata(std::move(metadata));
  state.StageOperation("SET TBLPROPERTIES", {}, {});
  return {};
}

Result<void> ResetProperties(TableState& state, const duckdb::ResetTableOptionsInfo& info) {
  table::Metadata metadata = state.metadata();
  for (const auto& name : info.table_options) {
    LIMNO_ASSIGN(const std::string property, PropertyName(name));
    metadata.properties.erase(property);
  }
  state.StageMetadata(std::move(metadata));
  state.StageOperation("UNSET TBLPROPERTIES", {}, {});
  return {};
}

}  // namespace

Result<void> AlterTable(TableState& state, const duckdb::AlterTableInfo& info) {
  switch (info.alter_table_type) {
    case AlterTableType::ADD_COLUMN: {
      const auto& add = info.Cast<duckdb::AddColumnInfo>();
      return AddField(state, {add.new_column.Name()}, add.new_column, add.if_column_not_exists);
    }
    case AlterTableType::ADD_FIELD: {
      const auto& add = info.Cast<duckdb::AddFieldInfo>();
      Path path = PathOf(add.column_path);
      path.push_back(add.new_field.Name());
      return AddField(state, path, add.new_field, add.if_field_not_exists);
    }
    case AlterTableType::RENAME_COLUMN: {
      const auto& rename = info.Cast<duckdb::RenameColumnInfo>();
      return RenameField(state, {rename.old_name}, rename.new_name);
    }
    case AlterTableType::RENAME_FIELD: {
      const auto& rename = info.Cast<duckdb::RenameFieldInfo>();
      return RenameField(state, PathOf(rename.column_path), rename.new_name);
    }
    case AlterTableType::REMOVE_COLUMN: {
      const auto& drop = info.Cast<duckdb::RemoveColumnInfo>();
      return DropField(state, {drop.removed_column}, drop.if_column_exists);
    }
    case AlterTableType::REMOVE_FIELD: {
      const auto& drop = info.Cast<duckdb::RemoveFieldInfo>();
      return DropField(state, PathOf(drop.column_path), drop.if_column_exists);
    }
    case AlterTableType::DROP_NOT_NULL:
      return DropNotNull(state, info.Cast<duckdb::DropNotNullInfo>().column_name);
    case AlterTableType::SET_TABLE_OPTIONS:
      return SetProperties(state, info.Cast<duckdb::SetTableOptionsInfo>());
    case AlterTableType::RESET_TABLE_OPTIONS:
      return ResetProperties(state, info.Cast<duckdb::ResetTableOptionsInfo>());
    default:
      return Fail(ErrorKind::kUnsupported, "this ALTER TABLE is not supported", state.name(),
                  "ADD, RENAME and DROP COLUMN, ALTER COLUMN ... DROP NOT NULL, SET (...) and "
                  "RESET (...) are");
  }
}

}  // namespace limno::engine
