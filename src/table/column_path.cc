#include "table/column_path.h"

#include <algorithm>
#include <functional>

#include "table/physical_name.h"

namespace limno::table {
namespace {

bool IsPlain(const std::string& name) {
  const auto letter = [](char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           character == '_';
  };
  const auto digit = [](char character) { return character >= '0' && character <= '9'; };
  return !name.empty() && letter(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char character) { return letter(character) || digit(character); });
}

using Matches = std::function<bool(const Field&, const std::string&)>;

/// Calls visit(field, name) for each step of the path, field nullptr where there is none.
template <typename Visit>
void Walk(const std::vector<Field>& fields, const ColumnPath& path, const Matches& matches,
          Visit visit) {
  const std::vector<Field>* level = &fields;
  for (const std::string& name : path) {
    const Field* found = nullptr;
    if (level != nullptr) {
      const auto match = std::find_if(level->begin(), level->end(),
                                      [&](const Field& field) { return matches(field, name); });
      found = match == level->end() ? nullptr : &*match;
    }
    visit(found, name);
    level =
        found != nullptr && found->type.kind == TypeKind::kStruct ? &found->type.children : nullptr;
  }
}

bool HasName(const Field& field, const std::string& name) {
  return Schema{{field}}.Find(name) != nullptr;
}

}  // namespace

std::string ColumnPathText(const ColumnPath& path) {
  std::string text;
  for (const std::string& name : path) {
    text += text.empty() ? "" : ".";
    if (IsPlain(name)) {
      text += name;
      continue;
    }
    text += '`';
    for (const char character : name) {
      text += character;
      if (character == '`') {
        text += character;
      }
    }
    text += '`';
  }
  return text;
}

const Field* FindField(const Schema& schema, const ColumnPath& path) {
  const Field* last = nullptr;
  Walk(schema.fields, path, HasName,
       [&](const Field* field, const std::string& /*name*/) { last = field; });
  return last;
}

ColumnPath PhysicalPath(const Schema& schema, const ColumnPath& path) {
  ColumnPath physical;
  Walk(schema.fields, path, HasName, [&](const Field* field, const std::string& name) {
    physical.push_back(field == nullptr ? name : PhysicalName(*field));
  });
  return physical;
}

ColumnPath LogicalPath(const Schema& schema, const ColumnPath& physical) {
  ColumnPath path;
  Walk(
      schema.fields, physical,
      [](const Field& field, const std::string& name) { return PhysicalName(field) == name; },
      [&](const Field* field, const std::string& name) {
        path.push_back(field == nullptr ? name : field->name);
      });
  return path;
}

}  // namespace limno::table
