#include "engine/table_alteration.h"

#include "duckdb/parser/expression/cast_expression.hpp"
#include "engine/cluster_by.h"
#include "engine/column_alteration.h"
#include "engine/column_defaults.h"
#include "engine/property_names.h"

namespace limno::engine {
namespace {

using duckdb::AlterTableType;
ColumnPath PathOf(const duckdb::vector<duckdb::string>& names) {
  return {names.begin(), names.end()};
}

Result<void> RefuseDefault(const TableState& state, const duckdb::ColumnDefinition& added) {
  if (!added.HasDefaultValue()) {
    return {};
  }
  return Fail(ErrorKind::kUnsupported, "columns with a default cannot be added", state.name(),
              "ADD COLUMN, then ALTER COLUMN ... SET DEFAULT for rows to come, and UPDATE those "
              "that are there");
}

Result<void> ChangeType(TableState& state, const duckdb::ChangeColumnTypeInfo& info) {
  const auto& expression = *info.expression;
  const bool plain = expression.GetExpressionClass() == duckdb::ExpressionClass::CAST &&
                     expression.Cast<duckdb::CastExpression>().child->GetExpressionClass() ==
                         duckdb::ExpressionClass::COLUMN_REF;
  if (!plain) {
    return Fail(ErrorKind::kUnsupported, "ALTER COLUMN ... TYPE ... USING is not supported",
                state.name(), "add a column and UPDATE it, or CREATE OR REPLACE TABLE AS");
  }
  return ChangeColumnType(state, {info.column_name}, info.target_type);
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

Result<void> AlterTable(ClientContext& context, TableState& state,
                        const duckdb::AlterTableInfo& info) {
  switch (info.alter_table_type) {
    case AlterTableType::ADD_COLUMN: {
      const auto& add = info.Cast<duckdb::AddColumnInfo>();
      LIMNO_TRY(RefuseDefault(state, add.new_column));
      return AddColumn(state, {add.new_column.Name()}, add.new_column.Type(),
                       add.if_column_not_exists);
    }
    case AlterTableType::ADD_FIELD: {
      const auto& add = info.Cast<duckdb::AddFieldInfo>();
      LIMNO_TRY(RefuseDefault(state, add.new_field));
      ColumnPath path = PathOf(add.column_path);
      path.push_back(add.new_field.Name());
      return AddColumn(state, path, add.new_field.Type(), add.if_field_not_exists);
    }
    case AlterTableType::RENAME_COLUMN: {
      const auto& rename = info.Cast<duckdb::RenameColumnInfo>();
      return RenameColumn(state, {rename.old_name}, rename.new_name);
    }
    case AlterTableType::RENAME_FIELD: {
      const auto& rename = info.Cast<duckdb::RenameFieldInfo>();
      return RenameColumn(state, PathOf(rename.column_path), rename.new_name);
    }
    case AlterTableType::REMOVE_COLUMN: {
      const auto& drop = info.Cast<duckdb::RemoveColumnInfo>();
      return DropColumn(state, {drop.removed_column}, drop.if_column_exists);
    }
    case AlterTableType::REMOVE_FIELD: {
      const auto& drop = info.Cast<duckdb::RemoveFieldInfo>();
      return DropColumn(state, PathOf(drop.column_path), drop.if_column_exists);
    }
    case AlterTableType::ALTER_COLUMN_TYPE:
      return ChangeType(state, info.Cast<duckdb::ChangeColumnTypeInfo>());
    case AlterTableType::SET_DEFAULT: {
      const auto& set = info.Cast<duckdb::SetDefaultInfo>();
      return SetColumnDefault(
          context, state, set.column_name,
          set.expression ? std::optional(DefaultInSparkSql(*set.expression)) : std::nullopt);
    }
    case AlterTableType::SET_NOT_NULL:
      return SetNotNull(context, state, {info.Cast<duckdb::SetNotNullInfo>().column_name});
    case AlterTableType::DROP_NOT_NULL:
      return DropNotNull(state, {info.Cast<duckdb::DropNotNullInfo>().column_name});
    case AlterTableType::SET_SORTED_BY:
      return StageClustering(state, info.Cast<duckdb::SetSortedByInfo>());
    case AlterTableType::SET_TABLE_OPTIONS:
      return SetProperties(state, info.Cast<duckdb::SetTableOptionsInfo>());
    case AlterTableType::RESET_TABLE_OPTIONS:
      return ResetProperties(state, info.Cast<duckdb::ResetTableOptionsInfo>());
    default:
      return Fail(ErrorKind::kUnsupported, "this ALTER TABLE is not supported", state.name(),
                  "ADD, RENAME, ALTER and DROP COLUMN, CLUSTER BY, SET (...) and RESET (...) are");
  }
}

void CommentTable(TableState& state, const Value& comment) {
  table::Metadata metadata = state.metadata();
  metadata.description =
      comment.IsNull() ? std::nullopt : std::optional<std::string>(comment.ToString());
  state.StageMetadata(std::move(metadata));
  state.StageOperation("COMMENT ON TABLE", {}, {});
}

}  // namespace limno::engine
