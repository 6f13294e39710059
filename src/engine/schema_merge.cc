#include "engine/schema_merge.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/name_match.h"

namespace limno::engine {

Result<bool> SchemaMerge::Add(const std::vector<table::Field>& fields, const std::string& file) {
  // Most files have the columns of the one before.
  return fields == fields_ ? Result<bool>(false) : AddFields(fields, "", file, fields_);
}

Result<bool> SchemaMerge::AddFields(const std::vector<table::Field>& wanted,
                                    const std::string& parent, const std::string& file,
                                    std::vector<table::Field>& fields) {
  bool changed = false;
  for (const table::Field& field : wanted) {
    const std::string path = parent.empty() ? field.name : parent + "." + field.name;
    const auto known =
        std::find_if(fields.begin(), fields.end(), [&](const table::Field& candidate) {
          return base::FoldCase(candidate.name) == base::FoldCase(field.name);
        });
    if (known == fields.end()) {
      fields.push_back(field);
      origins_.emplace(path, file);
      changed = true;
      continue;
    }
    if (known->name != field.name) {
      const std::string known_path = parent.empty() ? known->name : parent + "." + known->name;
      return Fail(ErrorKind::kRefused,
                  fmt::format("column {} of {} is called {} in {}", path, file, known_path,
                              origins_[known_path]),
                  {}, "engines would not agree on the column: load the files instead, limno load");
    }
    LIMNO_ASSIGN(const bool evolved, AddType(field.type, path, file, known->type));
    changed = changed || evolved;
  }
  return changed;
}

Result<bool> SchemaMerge::AddType(const table::DataType& wanted, const std::string& path,
                                  const std::string& file, table::DataType& type) {
  using table::TypeKind;
  if (wanted == type) {
    return false;
  }
  if (wanted.kind == TypeKind::kStruct && type.kind == TypeKind::kStruct) {
    return AddFields(wanted.children, path, file, type.children);
  }
  if (wanted.kind == TypeKind::kArray && type.kind == TypeKind::kArray) {
    return AddType(wanted.children[0].type, path + ".element", file, type.children[0].type);
  }
  if (wanted.kind == TypeKind::kMap && type.kind == TypeKind::kMap) {
    LIMNO_ASSIGN(const bool key_changed,
                 AddType(wanted.children[0].type, path + ".key", file, type.children[0].type));
    LIMNO_ASSIGN(const bool value_changed,
                 AddType(wanted.children[1].type, path + ".value", file, type.children[1].type));
    return key_changed || value_changed;
  }
  // Of a nested type only the column as a whole has a file that brought it.
  std::string known = path;
  while (origins_.count(known) == 0 && known.find('.') != std::string::npos) {
    known.resize(known.rfind('.'));
  }
  return Fail(ErrorKind::kRefused,
              fmt::format("column {} is of type {} in {} and of type {} in {}", path,
                          type.ToString(), origins_[known], wanted.ToString(), file),
              {}, "a column has one type: load the files instead, limno load");
}

}  // namespace limno::engine
