#include "table/delta/column_mapping.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "base/json_writer.h"
#include "table/delta/iceberg_compat.h"
#include "table/delta/nested_field_ids.h"

namespace limno::table::delta {
namespace {

constexpr const char* kModeProperty = "delta.columnMapping.mode";
constexpr const char* kHighestIdProperty = "delta.columnMapping.maxColumnId";
constexpr const char* kIdKey = "delta.columnMapping.id";
constexpr const char* kPhysicalNameKey = "delta.columnMapping.physicalName";

std::string ModeOf(const Metadata& metadata) {
  const auto mode = metadata.properties.find(kModeProperty);
  return mode == metadata.properties.end() ? "none" : mode->second;
}

int64_t StatedHighestId(const Metadata& metadata) {
  int64_t highest = 0;
  if (const auto stated = metadata.properties.find(kHighestIdProperty);
      stated != metadata.properties.end()) {
    const std::string& text = stated->second;
    std::from_chars(text.data(), text.data() + text.size(), highest);
  }
  return highest;
}

/// Fields of structs, at every level; elements, keys and values have no names of their own.
void CollectFields(const DataType& type, std::vector<const Field*>& fields) {
  for (const Field& child : type.children) {
    if (type.kind == TypeKind::kStruct) {
      fields.push_back(&child);
    }
    CollectFields(child.type, fields);
  }
}

std::vector<const Field*> AllFields(const Schema& schema) {
  std::vector<const Field*> fields;
  for (const Field& field : schema.fields) {
    fields.push_back(&field);
    CollectFields(field.type, fields);
  }
  return fields;
}

int64_t HighestId(const Metadata& metadata) {
  int64_t highest = StatedHighestId(metadata);
  for (const Field* field : AllFields(metadata.schema)) {
    highest = std::max<int64_t>(highest, FieldId(*field).value_or(0));
    for (const auto& [path, id] : NestedFieldIds(*field)) {
      highest = std::max<int64_t>(highest, id);
    }
  }
  return highest;
}

std::string JsonText(const std::string& text) {
  std::string json;
  base::AppendJsonString(json, text);
  return json;
}

class ColumnMapper {
 public:
  ColumnMapper(int64_t highest_id, base::Random& random)
      : highest_id_(highest_id), random_(random) {}

  /// `before`: the fields that files hold under their own names; nullptr if there are none.
  void Map(std::vector<Field>& fields, const std::vector<Field>* before) {
    for (Field& field : fields) {
      const Field* known = before == nullptr ? nullptr : FindNamed(*before, field.name);
      if (!FieldId(field)) {
        field.metadata[kIdKey] = std::to_string(++highest_id_);
      }
      if (field.metadata.count(kPhysicalNameKey) == 0) {
        field.metadata[kPhysicalNameKey] =
            JsonText(known != nullptr ? field.name : "col-" + base::FormatUuid(random_.Uuid()));
      }
      MapChildren(field.type, known == nullptr ? nullptr : &known->type);
    }
  }

  int64_t highest_id() const { return highest_id_; }

 private:
  static const Field* FindNamed(const std::vector<Field>& fields, const std::string& name) {
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [&](const Field& field) { return field.name == name; });
    return found == fields.end() ? nullptr : &*found;
  }

  void MapChildren(DataType& type, const DataType* before) {
    const bool same = before != nullptr && before->kind == type.kind;
    if (type.kind == TypeKind::kStruct) {
      Map(type.children, same ? &before->children : nullptr);
      return;
    }
    for (size_t index = 0; index < type.children.size(); ++index) {
      MapChildren(type.children[index].type, same ? &before->children[index].type : nullptr);
    }
  }

  int64_t highest_id_;
  base::Random& random_;
};

tl::unexpected<Error> Refuse(std::string message, std::string hint = {}) {
  return Fail(ErrorKind::kRefused, std::move(message), {}, std::move(hint));
}

/// Files hold columns under names and ids that the modes agree on.
Result<void> CheckModes(const Metadata& before, const Metadata& after) {
  const std::string from = ModeOf(before);
  const std::string to = ModeOf(after);
  if (from == to || (from == "none" && to == "name")) {
    return {};
  }
  return Refuse(fmt::format("the column mapping cannot change from {} to {}", from, to),
                "only a table without mapping can get one, by name; replace the table for another");
}

}  // namespace

bool UsesColumnMapping(const Metadata& metadata) { return ModeOf(metadata) != "none"; }

std::vector<std::string> PhysicalPartitionColumns(const Metadata& metadata) {
  if (!UsesColumnMapping(metadata)) {
    return metadata.partition_columns;
  }
  std::vector<std::string> columns;
  for (const std::string& column : metadata.partition_columns) {
    const Field* field = metadata.schema.Find(column);
    columns.push_back(field != nullptr ? PhysicalName(*field) : column);
  }
  return columns;
}

void MapColumns(Metadata& metadata, const Metadata* before, base::Random& random) {
  if (!UsesColumnMapping(metadata)) {
    return;
  }
  const bool had_mapping = before != nullptr && UsesColumnMapping(*before);
  int64_t highest = HighestId(metadata);
  if (before != nullptr) {
    highest = std::max(highest, HighestId(*before));
  }
  ColumnMapper mapper(highest, random);
  mapper.Map(metadata.schema.fields,
             before == nullptr || had_mapping ? nullptr : &before->schema.fields);
  highest = mapper.highest_id();
  constexpr int kWithNestedIds = 2;
  if (IcebergCompatVersion(metadata) >= kWithNestedIds) {
    AssignNestedFieldIds(metadata.schema.fields, highest);
  }
  metadata.properties[kHighestIdProperty] = std::to_string(highest);
}

Result<void> CheckMapping(const Metadata& before, const Metadata& after, bool keeps_files) {
  const std::string mode = ModeOf(after);
  if (mode != "none" && mode != "name" && mode != "id") {
    return Refuse(fmt::format("{} cannot be '{}'", kModeProperty, mode), "it is none, name or id");
  }
  if (keeps_files) {
    LIMNO_TRY(CheckModes(before, after));
  }
  if (mode == "none") {
    return {};
  }
  std::map<int32_t, std::string> names_by_id;
  for (const Field* field : AllFields(after.schema)) {
    const std::optional<int32_t> id = FieldId(*field);
    const std::string name = PhysicalName(*field);
    if (!id || field->metadata.count(kPhysicalNameKey) == 0) {
      return Refuse(fmt::format("column {} has no column mapping", field->name));
    }
    if (*id > StatedHighestId(after)) {
      return Refuse(
          fmt::format("the id {} of column {} is above {}", *id, field->name, kHighestIdProperty));
    }
    if (!names_by_id.emplace(*id, name).second) {
      return Refuse(fmt::format("two columns have the id {}", *id));
    }
  }
  if (!UsesColumnMapping(before)) {
    return {};
  }
  if (StatedHighestId(after) < StatedHighestId(before)) {
    return Refuse(fmt::format("{} would go back", kHighestIdProperty));
  }
  for (const Field* field : AllFields(before.schema)) {
    const auto now = names_by_id.find(FieldId(*field).value_or(0));
    if (keeps_files && now != names_by_id.end() && now->second != PhysicalName(*field)) {
      return Refuse(fmt::format("column {} would change its name in files", field->name));
    }
  }
  return {};
}

}  // namespace limno::table::delta
