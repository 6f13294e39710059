#include "engine/column_alignment.h"

#include <algorithm>

#include "table/physical_name.h"

namespace limno::engine {

using duckdb::MultiFileColumnDefinition;

namespace {

/// Within the column the file has every field under the name that the table has for it.
bool NamesAgree(const MultiFileColumnDefinition& wanted) {
  const bool is_struct = wanted.type.id() == LogicalTypeId::STRUCT;
  return std::all_of(wanted.children.begin(), wanted.children.end(), [&](const auto& child) {
    return (!is_struct || child.GetIdentifierName() == child.name) && NamesAgree(child);
  });
}

}  // namespace

MultiFileColumnDefinition ColumnDefinition(const table::Field& field, const LogicalType& type,
                                           const std::string& physical_name) {
  MultiFileColumnDefinition definition(field.name, type);
  definition.identifier = Value(physical_name);
  if (field.type.kind == table::TypeKind::kStruct) {
    const auto& children = duckdb::StructType::GetChildTypes(type);
    for (size_t index = 0; index < children.size(); ++index) {
      const table::Field& child = field.type.children[index];
      definition.children.push_back(
          ColumnDefinition(child, children[index].second, PhysicalName(child)));
    }
  } else if (field.type.kind == table::TypeKind::kArray) {
    const table::Field& element = field.type.children[0];
    definition.children.push_back(
        ColumnDefinition(element, duckdb::ListType::GetChildType(type), element.name));
  } else if (field.type.kind == table::TypeKind::kMap) {
    const auto& children = field.type.children;
    definition.children.push_back(
        ColumnDefinition(children[0], duckdb::MapType::KeyType(type), children[0].name));
    definition.children.push_back(
        ColumnDefinition(children[1], duckdb::MapType::ValueType(type), children[1].name));
  }
  return definition;
}

void AlignColumn(MultiFileColumnDefinition& wanted, const MultiFileColumnDefinition& found) {
  if (wanted.type == found.type && NamesAgree(wanted)) {
    wanted.children.clear();
    return;
  }
  if (wanted.type.id() == LogicalTypeId::LIST && found.type.id() == LogicalTypeId::LIST &&
      wanted.children.size() == 1 && found.children.size() == 1) {
    wanted.children[0].identifier = Value(found.children[0].name);
    AlignColumn(wanted.children[0], found.children[0]);
  } else if (wanted.type.id() == LogicalTypeId::MAP && found.type.id() == LogicalTypeId::MAP &&
             found.children.size() == 1 && found.children[0].children.size() == 2) {
    // Parquet keeps a map as a list of pairs, one level deeper.
    const auto& pair = found.children[0].children;
    for (size_t index = 0; index < pair.size(); ++index) {
      wanted.children[index].identifier = Value(pair[index].name);
      AlignColumn(wanted.children[index], pair[index]);
    }
  } else if (wanted.type.id() == LogicalTypeId::STRUCT &&
             found.type.id() == LogicalTypeId::STRUCT) {
    for (auto& child : wanted.children) {
      for (const auto& candidate : found.children) {
        if (duckdb::StringUtil::CIEquals(child.GetIdentifierName(), candidate.name)) {
          AlignColumn(child, candidate);
        }
      }
    }
  } else {
    wanted.children.clear();
  }
}

}  // namespace limno::engine
