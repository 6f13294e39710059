#include "engine/variant_annotation.h"

#include <parquet_reader.hpp>

#include "engine/errors.h"

namespace limno::engine {
namespace {

using duckdb::MultiFileColumnDefinition;
using duckdb::ParquetColumnSchema;
using duckdb::ParquetColumnSchemaType;
using Elements = std::vector<duckdb_parquet::SchemaElement>;

LogicalType StructOf(const ParquetColumnSchema& group) {
  duckdb::child_list_t<LogicalType> fields;
  for (const ParquetColumnSchema& child : group.children) {
    fields.emplace_back(child.name, child.type);
  }
  return LogicalType::STRUCT(std::move(fields));
}

/// DuckDB has no type for these and would drop the last three digits.
void CheckExact(const ParquetColumnSchema& column) {
  if (column.type.id() == LogicalTypeId::TIMESTAMP_TZ &&
      column.type_info == duckdb::ParquetExtraTypeInfo::UNIT_NS) {
    ThrowError({ErrorKind::kUnsupported,
                "a variant holds timestamps with nanoseconds and a zone, which are not supported",
                "", ""});
  }
}

/// DuckDB has renamed fields whose names differ in case only. Shredded fields are groups; what is a
/// list here stands for several elements of the file, and its index is that of another one.
void RestoreNames(ParquetColumnSchema& group, const Elements& elements) {
  const bool is_struct = group.type.id() == LogicalTypeId::STRUCT;
  for (ParquetColumnSchema& child : group.children) {
    CheckExact(child);
    RestoreNames(child, elements);
    if (is_struct && child.type.id() == LogicalTypeId::STRUCT && child.schema_index.IsValid()) {
      child.name = elements[child.schema_index.GetIndex()].name;
    }
  }
  if (group.type.id() == LogicalTypeId::STRUCT) {
    group.type = StructOf(group);
  } else if (group.type.id() == LogicalTypeId::LIST) {
    group.type = LogicalType::LIST(group.children[0].type);
  }
}

/// True if there is a variant in the column, whose type then is another.
bool Open(ParquetColumnSchema& column, const Elements& elements) {
  if (column.schema_type == ParquetColumnSchemaType::VARIANT) {
    column.schema_type = ParquetColumnSchemaType::COLUMN;
    column.type = StructOf(column);
    RestoreNames(column, elements);
    return true;
  }
  bool opened = false;
  for (ParquetColumnSchema& child : column.children) {
    opened = Open(child, elements) || opened;
  }
  if (!opened) {
    return false;
  }
  if (column.type.id() == LogicalTypeId::LIST) {
    column.type = LogicalType::LIST(column.children[0].type);
  } else if (column.type.id() == LogicalTypeId::MAP) {
    column.type = LogicalType::MAP(column.children[0].type);
  } else {
    column.type = StructOf(column);
  }
  return true;
}

void CopyTypes(const ParquetColumnSchema& column, MultiFileColumnDefinition& definition) {
  definition.name = column.name;
  definition.type = column.type;
  for (idx_t child = 0; child < definition.children.size(); ++child) {
    CopyTypes(column.children[child], definition.children[child]);
  }
}

}  // namespace

void ReadVariantsAsGroups(duckdb::BaseFileReader& reader) {
  auto& parquet = reader.Cast<duckdb::ParquetReader>();
  const Elements& elements = parquet.metadata->metadata->schema;
  auto& columns = parquet.root_schema->children;
  for (idx_t column = 0; column < columns.size() && column < reader.columns.size(); ++column) {
    if (Open(columns[column], elements)) {
      CopyTypes(columns[column], reader.columns[column]);
    }
  }
}

}  // namespace limno::engine
