#include "table/delta/nested_field_ids.h"

#include <map>

#include "base/json_writer.h"
#include "table/physical_name.h"

namespace limno::table::delta {
namespace {

constexpr char kNestedIdsKey[] = "delta.columnMapping.nested.ids";

/// Paths of what lies between a field and the structs below it, those structs on the way.
template <typename Type, typename OnPath, typename OnStruct>
void Walk(Type& type, const std::string& path, const OnPath& on_path, const OnStruct& on_struct) {
  if (type.kind == TypeKind::kStruct) {
    on_struct(type.children);
    return;
  }
  for (auto& child : type.children) {
    const std::string child_path = path + "." + child.name;
    on_path(child_path);
    Walk(child.type, child_path, on_path, on_struct);
  }
}

}  // namespace

void VisitNestedFields(const std::vector<Field>& fields,
                       const std::function<void(const Field&, const std::string&)>& visit) {
  for (const Field& field : fields) {
    Walk(
        field.type, PhysicalName(field), [&](const std::string& path) { visit(field, path); },
        [&](const std::vector<Field>& children) { VisitNestedFields(children, visit); });
  }
}

void AssignNestedFieldIds(std::vector<Field>& fields, int64_t& highest) {
  for (Field& field : fields) {
    std::map<std::string, int32_t> ids = NestedFieldIds(field);
    const size_t known = ids.size();
    Walk(
        field.type, PhysicalName(field),
        [&](const std::string& path) {
          if (!ids.contains(path)) {
            ids.emplace(path, static_cast<int32_t>(++highest));
          }
        },
        [&](std::vector<Field>& children) { AssignNestedFieldIds(children, highest); });
    if (ids.size() == known) {
      continue;
    }
    base::JsonWriter json;
    json.BeginObject();
    for (const auto& [path, id] : ids) {
      json.Key(path).Int(id);
    }
    json.EndObject();
    field.metadata[kNestedIdsKey] = json.Take();
  }
}

}  // namespace limno::table::delta
