#include "engine/not_null.h"

#include <algorithm>

#include "engine/errors.h"

namespace limno::engine {
namespace {

using table::TypeKind;
using Rows = std::vector<idx_t>;

bool IsMapKey(const table::DataType& type, size_t child) {
  return type.kind == TypeKind::kMap && child == 0;
}

/// Looks into the values of one column.
class InnerCheck {
 public:
  explicit InnerCheck(const std::string& table_name) : table_name_(table_name) {}

  /// `rows`: those of the `size` values of `vector` that count. Vectors become flat.
  void Check(duckdb::Vector& vector, idx_t size, const table::Field& field, const std::string& path,
             bool may_be_null, const Rows& rows) const {
    vector.Flatten(size);
    const auto& validity = duckdb::FlatVector::Validity(vector);
    Rows there;
    there.reserve(rows.size());
    for (const idx_t row : rows) {
      if (validity.RowIsValid(row)) {
        there.push_back(row);
      } else if (!may_be_null) {
        ThrowError({ErrorKind::kRefused, "column " + path + " must not be NULL", table_name_, ""});
      }
    }
    if (!HasInnerNotNull(field.type)) {
      return;
    }
    if (field.type.kind == TypeKind::kStruct) {
      CheckFields(vector, size, field.type, path, there);
    } else {
      CheckElements(vector, field.type, path, there);
    }
  }

 private:
  void CheckFields(duckdb::Vector& vector, idx_t size, const table::DataType& type,
                   const std::string& path, const Rows& rows) const {
    auto& entries = duckdb::StructVector::GetEntries(vector);
    for (size_t index = 0; index < type.children.size(); ++index) {
      const table::Field& child = type.children[index];
      Check(*entries[index], size, child, path + "." + child.name,
            child.nullable || IsMapKey(type, index), rows);
    }
  }

  /// Elements of arrays; entries of maps, which DuckDB keeps as lists of structs.
  void CheckElements(duckdb::Vector& vector, const table::DataType& type, const std::string& path,
                     const Rows& rows) const {
    duckdb::Vector& elements = duckdb::ListVector::GetEntry(vector);
    const idx_t size = duckdb::ListVector::GetListSize(vector);
    const auto* lists = duckdb::FlatVector::GetData<duckdb::list_entry_t>(vector);
    Rows element_rows;
    for (const idx_t row : rows) {
      for (idx_t offset = 0; offset < lists[row].length; ++offset) {
        element_rows.push_back(lists[row].offset + offset);
      }
    }
    if (type.kind == TypeKind::kMap) {
      elements.Flatten(size);
      CheckFields(elements, size, type, path, element_rows);
      return;
    }
    const table::Field& element = type.children[0];
    Check(elements, size, element, path + "." + element.name, element.nullable, element_rows);
  }

  const std::string& table_name_;
};

}  // namespace

bool HasInnerNotNull(const table::DataType& type) {
  for (size_t index = 0; index < type.children.size(); ++index) {
    const table::Field& child = type.children[index];
    if ((!child.nullable && !IsMapKey(type, index)) || HasInnerNotNull(child.type)) {
      return true;
    }
  }
  return false;
}

void CheckNotNull(DataChunk& rows, const std::vector<table::Field>& fields,
                  const std::string& table_name) {
  for (size_t column = 0; column < fields.size(); ++column) {
    const table::Field& field = fields[column];
    if (HasInnerNotNull(field.type)) {
      Rows all(rows.size());
      for (idx_t row = 0; row < rows.size(); ++row) {
        all[row] = row;
      }
      duckdb::Vector flat(rows.data[column]);
      InnerCheck(table_name).Check(flat, rows.size(), field, field.name, field.nullable, all);
      continue;
    }
    if (field.nullable) {
      continue;
    }
    duckdb::UnifiedVectorFormat format;
    rows.data[column].ToUnifiedFormat(rows.size(), format);
    for (idx_t row = 0; row < rows.size() && !format.validity.AllValid(); ++row) {
      if (!format.validity.RowIsValid(format.sel->get_index(row))) {
        ThrowError(
            {ErrorKind::kRefused, "column " + field.name + " must not be NULL", table_name, ""});
      }
    }
  }
}

}  // namespace limno::engine
