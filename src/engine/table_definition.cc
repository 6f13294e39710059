#include "engine/table_definition.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "base/name_match.h"
#include "duckdb/parser/constraints/not_null_constraint.hpp"
#include "duckdb/parser/expression/columnref_expression.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "engine/cluster_by.h"
#include "engine/column_defaults.h"
#include "engine/constraints.h"
#include "engine/create_clauses.h"
#include "engine/property_names.h"
#include "engine/spark_sql.h"
#include "engine/types.h"
#include "table/column_annotations.h"

namespace limno::engine {
namespace {

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

/// How two types of one column go together: which one holds both, if any.
Result<bool> EvolveField(table::Field& field, const table::DataType& wanted,
                         const std::string& path, const std::string& table_name, TypeClash clash) {
  if (field.type == wanted) {
    return false;
  }
  if (field.type.kind == table::TypeKind::kStruct && wanted.kind == table::TypeKind::kStruct) {
    table::Schema inner{field.type.children};
    LIMNO_ASSIGN(const bool changed, EvolveSchema(inner, table::Schema{wanted.children},
                                                  table_name + ":" + path, clash));
    field.type.children = std::move(inner.fields);
    return changed;
  }
  if (field.type.kind == table::TypeKind::kArray && wanted.kind == table::TypeKind::kArray) {
    return EvolveField(field.type.children[0], wanted.children[0].type, path + ".element",
                       table_name, clash);
  }
  if (field.type.kind == table::TypeKind::kMap && wanted.kind == table::TypeKind::kMap) {
    return EvolveField(field.type.children[1], wanted.children[1].type, path + ".value", table_name,
                       clash);
  }
  if (clash == TypeClash::kCast) {
    return false;
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

Result<table::Identity> ParseIdentity(const table::Field& field, const std::string& text) {
  std::istringstream words(text);
  std::string kind;
  table::Identity identity;
  words >> kind >> identity.start >> identity.step;
  identity.allow_explicit_insert = kind == "by_default";
  if (field.type.kind != table::TypeKind::kLong) {
    return Fail(ErrorKind::kUsage, "an identity column is a BIGINT, and " + field.name + " is " +
                                       field.type.ToString());
  }
  return identity;
}

std::string NumberTypeInSpark(const table::DataType& type) {
  switch (type.kind) {
    case table::TypeKind::kByte:
      return "TINYINT";
    case table::TypeKind::kShort:
      return "SMALLINT";
    case table::TypeKind::kInteger:
      return "INT";
    case table::TypeKind::kLong:
      return "BIGINT";
    case table::TypeKind::kFloat:
      return "FLOAT";
    case table::TypeKind::kDouble:
      return "DOUBLE";
    case table::TypeKind::kDecimal:
      return fmt::format("DECIMAL({},{})", type.precision, type.scale);
    default:
      return {};
  }
}

/// Spark writes to a generated column only if the expression is of the column's own type. Parts of
/// dates are integers, and it prunes partitions by them as they stand.
std::string OfColumnType(const table::Field& field, const std::string& expression) {
  const std::string type = NumberTypeInSpark(field.type);
  const std::string folded = base::FoldCase(expression);
  const bool is_call = folded.find(')') == folded.size() - 1;
  const auto calls = [&](const char* function) { return is_call && folded.starts_with(function); };
  const bool is_part = field.type.kind == table::TypeKind::kInteger &&
                       (calls("year(") || calls("month(") || calls("day(") || calls("hour("));
  return type.empty() || is_part || calls("cast(")
             ? expression
             : fmt::format("CAST({} AS {})", expression, type);
}

Result<void> ApplyClause(table::Metadata& metadata, const TableClause& clause) {
  if (clause.kind == ClauseKind::kTableComment) {
    metadata.description = clause.text;
    return {};
  }
  if (clause.kind == ClauseKind::kCheck) {
    LIMNO_TRY(ColumnsInSparkExpression(clause.text));
    metadata.properties[ConstraintProperty(clause.name)] = clause.text;
    return {};
  }
  table::Field& field = metadata.schema.fields.at(clause.column);
  switch (clause.kind) {
    case ClauseKind::kDefault:
      table::AnnotateText(field, table::kDefaultAnnotation, clause.text);
      break;
    case ClauseKind::kGenerated:
      table::AnnotateText(field, table::kGenerationAnnotation, OfColumnType(field, clause.text));
      break;
    case ClauseKind::kComment:
      table::AnnotateText(field, table::kCommentAnnotation, clause.text);
      break;
    case ClauseKind::kInner: {
      const auto inner = ParseInnerClause(clause.text);
      return inner ? ApplyInnerClauses(field, {*inner})
                   : Fail(ErrorKind::kUsage, "a clause of column " + field.name + " is broken");
    }
    default:
      LIMNO_ASSIGN(const table::Identity identity, ParseIdentity(field, clause.text));
      table::AnnotateIdentity(field, identity);
  }
  return {};
}

/// A generated column is made of columns that rows bring.
Result<void> CheckGeneration(const table::Metadata& metadata, const table::Field& field) {
  const auto expression = table::AnnotatedText(field, table::kGenerationAnnotation);
  const auto& partitions = metadata.partition_columns;
  if (table::IsIdentity(field) &&
      std::find(partitions.begin(), partitions.end(), field.name) != partitions.end()) {
    return Fail(ErrorKind::kUsage,
                "a table cannot be partitioned by the identity column " + field.name);
  }
  if (!expression) {
    return {};
  }
  LIMNO_ASSIGN(const auto columns, ColumnsInSparkExpression(*expression));
  for (const std::string& column : columns) {
    LIMNO_ASSIGN(const table::Field* read,
                 FindColumn(metadata.schema, column, " to generate " + field.name + " from", {}));
    if (read->metadata.contains(table::kGenerationAnnotation) || table::IsIdentity(*read)) {
      return Fail(ErrorKind::kUsage, "column " + field.name + " cannot be generated from column " +
                                         read->name + ", which is generated itself");
    }
  }
  return {};
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

Result<table::Metadata> MetadataFromCreate(ClientContext& context,
                                           const duckdb::CreateTableInfo& info) {
  table::Metadata metadata;
  for (const auto& column : info.columns.Logical()) {
    LIMNO_ASSIGN(table::DataType type, FromDuck(column.Type()));
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
  LIMNO_ASSIGN(metadata.clustering_columns, ClusteringOf(info, metadata.schema));
  for (const auto& [name, value] : info.options) {
    LIMNO_ASSIGN(const std::string text, PropertyText(name, *value));
    if (const auto clause = ParseClauseOption(name, text)) {
      LIMNO_TRY(ApplyClause(metadata, *clause));
      continue;
    }
    LIMNO_ASSIGN(const std::string property, PropertyName(name));
    metadata.properties[property] = text;
  }
  for (const table::Field& field : metadata.schema.fields) {
    LIMNO_TRY(CheckColumnDefault(context, field));
    LIMNO_TRY(CheckGeneration(metadata, field));
  }
  return metadata;
}

Result<bool> EvolveSchema(table::Schema& schema, const table::Schema& wanted,
                          const std::string& table_name, TypeClash clash) {
  bool changed = false;
  for (const table::Field& field : wanted.fields) {
    const auto index = schema.IndexOf(field.name);
    if (!index) {
      schema.fields.push_back({field.name, field.type, true, {}});
      changed = true;
      continue;
    }
    LIMNO_ASSIGN(const bool evolved,
                 EvolveField(schema.fields[*index], field.type, field.name, table_name, clash));
    changed = changed || evolved;
  }
  return changed;
}

}  // namespace limno::engine
