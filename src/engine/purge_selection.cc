#include "engine/purge_selection.h"

#include <algorithm>

#include "engine/file_list.h"
#include "engine/parquet_footer.h"
#include "table/physical_name.h"

namespace limno::engine {
namespace {

bool HasDeletedRows(const ScanFile& scanned) {
  return scanned.file->deletion_vector.has_value() || scanned.staged_deletes != nullptr;
}

bool HasOtherFields(const std::vector<table::Field>& found,
                    const std::vector<table::Field>& wanted);

/// Whether files have fields at some level that the table's type, by physical names, has not.
bool HasOtherFields(const table::DataType& found, const table::DataType& wanted) {
  using table::TypeKind;
  if (found.kind != wanted.kind) {
    return false;
  }
  if (found.kind == TypeKind::kStruct) {
    return HasOtherFields(found.children, wanted.children);
  }
  for (size_t index = 0; index < found.children.size(); ++index) {
    if (HasOtherFields(found.children[index].type, wanted.children[index].type)) {
      return true;
    }
  }
  return false;
}

bool HasOtherFields(const std::vector<table::Field>& found,
                    const std::vector<table::Field>& wanted) {
  return std::any_of(found.begin(), found.end(), [&](const table::Field& field) {
    const auto known = std::find_if(wanted.begin(), wanted.end(), [&](const table::Field& each) {
      return each.name == field.name;
    });
    return known == wanted.end() || HasOtherFields(field.type, known->type);
  });
}

/// Everything that the files of a table may hold.
std::vector<table::Field> FieldsOfFiles(const TableState& table) {
  std::vector<table::Field> fields;
  for (const table::Field& field : table.metadata().schema.fields) {
    fields.push_back(table::PhysicalField(field));
  }
  if (const auto identity = table.table().RowIdentity(table.metadata())) {
    const auto number = table::Primitive(table::TypeKind::kLong);
    fields.push_back({identity->row_id, number, true, {}});
    fields.push_back({identity->commit_version, number, true, {}});
  }
  return fields;
}

bool MapsColumns(const table::Metadata& metadata) {
  const auto mode = metadata.properties.find("delta.columnMapping.mode");
  return mode != metadata.properties.end() && mode->second != "none";
}

}  // namespace

Result<std::vector<ScanFile>> FilesToPurge(ClientContext& context, const TableState& table,
                                           const std::vector<ScanFile>& files) {
  std::vector<ScanFile> chosen;
  std::vector<ScanFile> others;
  for (const ScanFile& file : files) {
    (HasDeletedRows(file) ? chosen : others).push_back(file);
  }
  if (!MapsColumns(table.metadata()) || others.empty()) {
    return chosen;
  }
  std::vector<std::string> paths;
  for (const ScanFile& file : others) {
    paths.push_back(PathOf(table, file.file->path));
  }
  const std::vector<table::Field> wanted = FieldsOfFiles(table);
  size_t next = 0;
  LIMNO_TRY(ReadParquetFooters(context, paths, [&](const ParquetFooter& footer) -> Result<void> {
    if (HasOtherFields(*footer.fields, wanted)) {
      chosen.push_back(others[next]);
    }
    ++next;
    return {};
  }));
  return chosen;
}

}  // namespace limno::engine
