#include "engine/field_ids.h"

#include <algorithm>

#include "table/physical_name.h"

namespace limno::engine {
namespace {

using duckdb::MultiFileColumnDefinition;
using Definitions = duckdb::vector<MultiFileColumnDefinition>;

bool HasFieldId(const MultiFileColumnDefinition& column) {
  return !column.identifier.IsNull() && column.identifier.type().id() == LogicalTypeId::INTEGER;
}

/// A name that Parquet columns cannot be taken for.
std::string NoName(int32_t id) { return std::string("\0field ", 7) + std::to_string(id); }

void NameWithin(MultiFileColumnDefinition& wanted, const table::DataType& type,
                const MultiFileColumnDefinition& found);

/// Gives `wanted` the name of the one of `found` that has the field's id.
void NameField(MultiFileColumnDefinition& wanted, const table::Field& field,
               const Definitions& found) {
  const std::optional<int32_t> id = table::FieldId(field);
  if (!id) {
    return;
  }
  const auto match =
      std::find_if(found.begin(), found.end(), [&](const MultiFileColumnDefinition& column) {
        return HasFieldId(column) && column.GetIdentifierFieldId() == *id;
      });
  if (match == found.end()) {
    wanted.identifier = Value(NoName(*id));
    return;
  }
  wanted.identifier = Value(match->name);
  NameWithin(wanted, field.type, *match);
}

void NameWithin(MultiFileColumnDefinition& wanted, const table::DataType& type,
                const MultiFileColumnDefinition& found) {
  switch (type.kind) {
    case table::TypeKind::kStruct:
      for (size_t index = 0; index < type.children.size(); ++index) {
        NameField(wanted.children[index], type.children[index], found.children);
      }
      return;
    case table::TypeKind::kArray:
      if (found.type.id() == LogicalTypeId::LIST && found.children.size() == 1) {
        NameWithin(wanted.children[0], type.children[0].type, found.children[0]);
      }
      return;
    case table::TypeKind::kMap:
      // Parquet keeps a map as a list of pairs, one level deeper.
      if (found.type.id() == LogicalTypeId::MAP && found.children.size() == 1 &&
          found.children[0].children.size() == 2) {
        for (size_t index = 0; index < 2; ++index) {
          NameWithin(wanted.children[index], type.children[index].type,
                     found.children[0].children[index]);
        }
      }
      return;
    default:
      return;
  }
}

}  // namespace

bool MapsColumnsById(const table::Metadata& metadata) {
  const auto mode = metadata.properties.find("delta.columnMapping.mode");
  return mode != metadata.properties.end() && mode->second == "id";
}

Result<void> NameByFieldIds(Definitions& columns, const table::Schema& schema,
                            const Definitions& found_columns, const std::string& file) {
  if (std::none_of(found_columns.begin(), found_columns.end(), HasFieldId)) {
    return Fail(ErrorKind::kCorrupt,
                "the table finds columns by their field ids, and a file has none", file,
                "write the file again with a writer that knows column mapping by id");
  }
  for (size_t index = 0; index < schema.fields.size(); ++index) {
    NameField(columns[index], schema.fields[index], found_columns);
  }
  return {};
}

}  // namespace limno::engine
