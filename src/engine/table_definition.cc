#include "engine/table_definition.h"

#include "base/name_match.h"
#include "duckdb/parser/constraints/not_null_constraint.hpp"
#include "duckdb/parser/expression/columnref_expression.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "engine/property_names.h"
#include "engine/types.h"

namespace limno::engine {
namespace {

using duckdb::AlterTableType;

Result<std::string> PartitionColumn(const duckdb::ParsedExpression& key,
                                    const table::Schema& schema) {
  if (key.GetExpressionClass() != duckdb::ExpressionClass::COLUMN_REF) {
    return Fail(ErrorKind::kUnsupported,
                "tables are partitioned by plain columns, not by " + key.ToString());
  }
  const std::string name = key.Cast<duckdb::ColumnRefExpression>().GetColumnName();
  LIMNO_ASSIGN(const table::Field* field, FindColumn(schema, name, " to partition by", {}));
  if (field->type.IsNested()) {
    return Fail(ErrorKind::kUsage, "a table cannot be partitioned by the nested column " + name);
  }
  return field->name;
}

Result<std::string> PropertyText(const std::string& name, const duckdb::ParsedExpression& value) {
  if (value.GetExpressionClass() == duckdb::ExpressionClass::CONSTANT) {
    const Value& constant = value.Cast<duckdb::ConstantExpression>().value;
    return constant.type().id() == LogicalTypeId::BOOLEAN
               ? std::string(constant.GetValue<bool>() ? "true" : "false")
               : constant.ToString();
  }
  if (value.GetExpressionClass() == duckdb::ExpressionClass::COLUMN_REF) {
    return value.Cast<duckdb::ColumnRefExpression>().GetColumnName();
  }
  const std::string text = value.ToString();
  // true and false arrive as casts of 't' and 'f'.
  if (base::FoldCase(text).find("boolean") != std::string::npos) {
    return std::string(text.find("'t'") != std::string::npos ? "true" : "false");
  }
  return Fail(ErrorKind::kUsage, "table property " + name + " needs a plain value, not " + text);
}

Result<void> AddColumn(TableState& state, const duckdb::AddColumnInfo& info) {
  table::Metadata metadata = state.metadata();
  const std::string& name = info.new_column.Name();
  if (metadata.schema.Find(name) != nullptr) {
    if (info.if_column_not_exists) {
      return {};
    }
    return Fail(ErrorKind::kAlreadyExists, "column " + name + " exists already", state.name());
  }
  if (info.new_column.HasDefaultValue()) {
    return Fail(ErrorKind::kUnsupported, "columns with a default cannot be added", state.name(),
                "add the column, then UPDATE");
  }
  LIMNO_ASSIGN(table::DataType type, FromDuck(info.new_column.Type()));
  metadata.schema.fields.push_back({name, std::move(type), true, {}});
  state.StageMetadata(std::move(metadata));
  state.StageOperation("ADD COLUMNS", {{"columns", "[\"" + name + "\"]"}}, {});
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

/// How two types of one column go together: which one holds both, if any.
Result<bool> EvolveField(table::Field& field, const table::DataType& wanted,
                         const std::string& path, const std::string& table_name) {
  if (field.type == wanted) {
    return false;
  }
  if (field.type.kind == table::TypeKind::kStruct && wanted.kind == table::TypeKind::kStruct) {
    table::Schema inner{field.type.children};
    LIMNO_ASSIGN(const bool changed,
                 EvolveSchema(inner, table::Schema{wanted.children}, table_name + ":" + path));
    field.type.children = std::move(inner.fields);
    return changed;
  }
  if (field.type.kind == table::TypeKind::kArray && wanted.kind == table::TypeKind::kArray) {
    return EvolveField(field.type.children[0], wanted.children[0].type, path + ".element",
                       table_name);
  }
  LIMNO_ASSIGN(const LogicalType have, ToDuck(field.type));
  LIMNO_ASSIGN(const LogicalType want, ToDuck(wanted));
  LogicalType united;
  // Whatever fits into the column as it is, without loss, needs no change of the table.
  const bool fits =
      LogicalType::TryGetMaxLogicalTypeUnchecked(have, want, united) && united == have;
  if (fits && (have.id() != LogicalTypeId::VARCHAR || want.id() == LogicalTypeId::VARCHAR)) {
    return false;
  }
  return Fail(ErrorKind::kRefused,
              "column " + path + ": expected " + have.ToString() + ", found " + want.ToString(),
              table_name, "cast it in the query, or load it into another column");
}

}  // namespace

Result<const table::Field*> FindColumn(const table::Schema& schema, const std::string& name,
                                       const std::string& purpose, const std::string& table_name) {
  if (const table::Field* field = schema.Find(name)) {
    return field;
  }
  std::vector<std::string> names;
  for (const table::Field& field : schema.fields) {
    names.push_back(field.name);
  }
  return Fail(ErrorKind::kUsage, "no column " + name + purpose, table_name,
              base::NearestNameHint(name, names));
}

Result<table::Metadata> MetadataFromCreate(const duckdb::CreateTableInfo& info) {
  table::Metadata metadata;
  for (const auto& column : info.columns.Logical()) {
    LIMNO_ASSIGN(table::DataType type, FromDuck(column.Type()));
    if (column.HasDefaultValue() || column.Generated()) {
      return Fail(ErrorKind::kUnsupported,
                  "column " + column.Name() + ": defaults and generated columns are not supported");
    }
    metadata.schema.fields.push_back({column.Name(), std::move(type), true, {}});
  }
  for (const auto& constraint : info.constraints) {
    if (constraint->type == duckdb::ConstraintType::NOT_NULL) {
      const auto& not_null = constraint->Cast<duckdb::NotNullConstraint>();
      metadata.schema.fields[not_null.index.index].nullable = false;
    }
  }
  for (const auto& key : info.partition_keys) {
    LIMNO_ASSIGN(std::string column, PartitionColumn(*key, metadata.schema));
    metadata.partition_columns.push_back(std::move(column));
  }
  if (!metadata.schema.fields.empty() &&
      metadata.partition_columns.size() == metadata.schema.fields.size()) {
    return Fail(ErrorKind::kUsage, "a table needs a column that it is not partitioned by");
  }
  for (const auto& [name, value] : info.options) {
    LIMNO_ASSIGN(const std::string property, PropertyName(name));
    LIMNO_ASSIGN(metadata.properties[property], PropertyText(name, *value));
  }
  return metadata;
}

Result<void> AlterTable(TableState& state, const duckdb::AlterTableInfo& info) {
  switch (info.alter_table_type) {
    case AlterTableType::ADD_COLUMN:
      return AddColumn(state, info.Cast<duckdb::AddColumnInfo>());
    case AlterTableType::DROP_NOT_NULL:
      return DropNotNull(state, info.Cast<duckdb::DropNotNullInfo>().column_name);
    case AlterTableType::SET_TABLE_OPTIONS: {
      table::Metadata metadata = state.metadata();
      for (const auto& [name, value] : info.Cast<duckdb::SetTableOptionsInfo>().table_options) {
        LIMNO_ASSIGN(const std::string property, PropertyName(name));
        LIMNO_ASSIGN(metadata.properties[property], PropertyText(name, *value));
      }
      state.StageMetadata(std::move(metadata));
      state.StageOperation("SET TBLPROPERTIES", {}, {});
      return {};
    }
    case AlterTableType::RESET_TABLE_OPTIONS: {
      table::Metadata metadata = state.metadata();
      for (const auto& name : info.Cast<duckdb::ResetTableOptionsInfo>().table_options) {
        LIMNO_ASSIGN(const std::string property, PropertyName(name));
        metadata.properties.erase(property);
      }
      state.StageMetadata(std::move(metadata));
      state.StageOperation("UNSET TBLPROPERTIES", {}, {});
      return {};
    }
    default:
      return Fail(ErrorKind::kUnsupported, "this ALTER TABLE is not supported", state.name(),
                  "ADD COLUMN, ALTER COLUMN ... DROP NOT NULL, SET (...) and RESET (...) are");
  }
}

Result<bool> EvolveSchema(table::Schema& schema, const table::Schema& wanted,
                          const std::string& table_name) {
  bool changed = false;
  for (const table::Field& field : wanted.fields) {
    const auto index = schema.IndexOf(field.name);
    if (!index) {
      schema.fields.push_back({field.name, field.type, true, {}});
      changed = true;
      continue;
    }
    LIMNO_ASSIGN(const bool evolved,
                 EvolveField(schema.fields[*index], field.type, field.name, table_name));
    changed = changed || evolved;
  }
  return changed;
}

}  // namespace limno::engine
