#include "table/delta/commit_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "table/column_annotations.h"
#include "table/delta/change_feed.h"
#include "table/delta/clustering.h"
#include "table/delta/column_mapping.h"
#include "table/delta/deletion_vector_codec.h"
#include "table/delta/feature_removal.h"
#include "table/delta/partition_path.h"
#include "table/delta/protocol.h"
#include "table/delta/row_tracking.h"
#include "table/delta/statistics_json.h"
#include "table/delta/symlink_manifest.h"
#include "table/delta/table_properties.h"
#include "table/delta/type_widening.h"

namespace limno::table::delta {
namespace {

tl::unexpected<Error> Refuse(std::string message, std::string where = {}, std::string hint = {}) {
  return Fail(ErrorKind::kRefused, std::move(message), std::move(where), std::move(hint));
}

std::string LowerAscii(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char character) {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character + 32) : character;
  });
  return text;
}

Result<void> CheckNames(const std::vector<Field>& fields, const std::string& parent) {
  std::set<std::string> seen;
  for (const Field& field : fields) {
    const std::string name = parent.empty() ? field.name : parent + "." + field.name;
    if (field.name.empty()) {
      return Refuse("a column has no name", parent);
    }
    if (!seen.insert(LowerAscii(field.name)).second) {
      return Refuse("two columns differ at most in upper and lower case", name,
                    "rename one of them");
    }
    if (field.type.kind == TypeKind::kVariant && field.metadata.contains(kGenerationAnnotation)) {
      return Refuse("a generated column cannot be of type variant", name);
    }
    if (field.type.kind == TypeKind::kStruct) {
      LIMNO_TRY(CheckNames(field.type.children, name));
    }
  }
  return {};
}

void CollectNames(const std::vector<Field>& fields, std::set<std::string>& names) {
  for (const Field& field : fields) {
    names.insert(field.name);
    CollectNames(field.type.children, names);
  }
}

Result<void> CheckNewNames(const Metadata& before, const Metadata& after) {
  if (UsesColumnMapping(after)) {
    return {};
  }
  std::set<std::string> known;
  CollectNames(before.schema.fields, known);
  std::set<std::string> names;
  CollectNames(after.schema.fields, names);
  for (const std::string& name : names) {
    if (known.count(name) == 0 && name.find_first_of(kReservedInNames) != std::string::npos) {
      return Refuse(fmt::format("column \"{}\" has a name that not every engine can read: one of "
                                "' ,;{{}}()=', a tab or a line break",
                                name),
                    {},
                    "give it another name with AS, or create the table WITH "
                    "('delta.columnMapping.mode' = 'name')");
    }
  }
  return {};
}

Result<void> CheckMetadata(const Metadata& metadata) {
  if (metadata.schema.fields.empty()) {
    return Refuse("a table needs at least one column");
  }
  LIMNO_TRY(CheckNames(metadata.schema.fields, ""));
  std::set<std::string> seen;
  for (const std::string& column : metadata.partition_columns) {
    const Field* field = metadata.schema.Find(column);
    if (field == nullptr) {
      return Refuse("the table is partitioned by a column that it does not have", column);
    }
    const TypeKind kind = field->type.kind;
    if (field->type.IsNested() || kind == TypeKind::kVariant || kind == TypeKind::kVoid) {
      return Refuse("a table cannot be partitioned by a column of type " + field->type.ToString(),
                    column);
    }
    if (!seen.insert(LowerAscii(column)).second) {
      return Refuse("the table is partitioned twice by one column", column);
    }
    // The folder of that name is ours, and hiding it from foreign VACUUMs ends if it is a
    // partition.
    if (LowerAscii(column) == "_limno") {
      return Refuse("a partition column cannot have this name", column, "rename it");
    }
  }
  if (!metadata.partition_columns.empty() &&
      metadata.partition_columns.size() == metadata.schema.fields.size()) {
    return Refuse("a table cannot be partitioned by all of its columns");
  }
  return {};
}

Result<void> CheckPartition(const DataFile& file,
                            const std::map<std::string, const Field*>& columns) {
  if (file.partition_values.size() != columns.size()) {
    return Refuse(fmt::format("a file has {} partition values and the table {} partition columns",
                              file.partition_values.size(), columns.size()),
                  file.path);
  }
  for (const auto& [name, value] : file.partition_values) {
    const auto column = columns.find(name);
    if (column == columns.end()) {
      return Refuse(fmt::format("a file has a value for '{}', which is no partition column", name),
                    file.path);
    }
    if (value) {
      const Result<std::optional<std::string>> text =
          FormatPartitionValue(column->second->type, *value);
      if (!text) {
        return Refuse(text.error().message, fmt::format("{} (column '{}')", file.path, name));
      }
    }
  }
  return {};
}

Result<void> CheckVector(const DataFile& file) {
  if (!file.deletion_vector) {
    return {};
  }
  const std::optional<int64_t> rows = StatedRowCount(file.statistics);
  if (!rows) {
    return Refuse("a file with a deletion vector does not state its number of rows", file.path);
  }
  if (file.deletion_vector->cardinality > *rows) {
    return Refuse(fmt::format("a deletion vector marks {} of {} rows",
                              file.deletion_vector->cardinality, *rows),
                  file.path);
  }
  return {};
}

Result<void> CheckRemoved(const Change& change, const DeltaSnapshot& before,
                          std::unordered_map<std::string, std::string>& removed_key_by_path) {
  for (const DataFilePtr& file : change.removed) {
    if (!removed_key_by_path.emplace(file->path, file->Key()).second) {
      return Refuse("a change removes a file twice", file->path);
    }
    if (before.files.Find(file->Key()) == nullptr) {
      return Refuse(
          fmt::format("a change removes a file that version {} does not have", before.version),
          file->path);
    }
  }
  return {};
}

Result<void> CheckAdded(const Change& change, const DeltaSnapshot& before, const Metadata& metadata,
                        const std::unordered_map<std::string, std::string>& removed_key_by_path) {
  std::map<std::string, const Field*> partition_columns;
  for (const std::string& name : metadata.partition_columns) {
    if (const Field* field = metadata.schema.Find(name)) {
      partition_columns.emplace(PhysicalName(*field), field);
    }
  }
  std::unordered_set<std::string> added_paths;
  for (const DataFile& file : change.added) {
    if (!added_paths.insert(file.path).second) {
      return Refuse("a change adds a file twice", file.path);
    }
    const std::string key = file.Key();
    const auto removed = removed_key_by_path.find(file.path);
    if (removed != removed_key_by_path.end() && removed->second == key) {
      return Refuse("a change removes a file and adds the same again", file.path);
    }
    if (before.files.Find(key) != nullptr) {
      return Refuse("a change adds a file that the table has already", file.path);
    }
    LIMNO_TRY(CheckPartition(file, partition_columns));
    LIMNO_TRY(CheckVector(file));
  }
  return {};
}

/// Somebody may have removed such a file meanwhile; adding it again would bring its rows back.
Result<void> CheckCorrected(const Change& change, const DeltaSnapshot& before,
                            const std::unordered_map<std::string, std::string>& removed) {
  for (const DataFile& file : change.corrected) {
    if (before.files.Find(file.Key()) == nullptr || removed.count(file.path) > 0) {
      return Fail(
          ErrorKind::kConflict,
          fmt::format("a file was to be put right that version {} does not have", before.version),
          file.path, "run the statement again on the newest version");
    }
    LIMNO_TRY(CheckVector(file));
  }
  return {};
}

/// Files that a manifest names have no vectors.
Result<void> CheckListedFiles(const Change& change, const Metadata& metadata) {
  const bool adds_vector =
      std::any_of(change.added.begin(), change.added.end(),
                  [](const DataFile& file) { return file.deletion_vector.has_value(); });
  return adds_vector && KeepsManifest(metadata)
             ? Refuse(
                   "a change deletes rows by vectors from a table whose manifests are kept "
                   "current")
             : Result<void>();
}

/// Rows that are neither deleted nor unknown; nullopt if a file does not say.
template <typename Files, typename Dereference>
std::optional<int64_t> CountLiveRows(const Files& files, Dereference file_of) {
  int64_t total = 0;
  for (const auto& entry : files) {
    const DataFile& file = file_of(entry);
    const std::optional<int64_t> rows = StatedRowCount(file.statistics);
    if (!rows) {
      return std::nullopt;
    }
    total += *rows - (file.deletion_vector ? file.deletion_vector->cardinality : 0);
  }
  return total;
}

Result<void> CheckRearrangement(const Change& change) {
  const auto removed = CountLiveRows(
      change.removed, [](const DataFilePtr& file) -> auto& { return *file; });
  const auto added = CountLiveRows(
      change.added, [](const DataFile& file) -> auto& { return file; });
  if (removed && added && *removed != *added) {
    return Refuse(
        fmt::format("{} would turn {} rows into {}", change.operation.name, *removed, *added), {},
        "this is a bug in Limno; the table was left as it was");
  }
  return {};
}

/// Size of a file that must be there.
Result<uint64_t> FindAdded(storage::ObjectStore& store, const std::string& key) {
  const Result<storage::ObjectInfo> info = store.Head(key);
  if (info) {
    return info->size_bytes;
  }
  if (info.error().kind == ErrorKind::kNotFound) {
    return Refuse("a change adds a file that does not exist", key);
  }
  return Fail(info.error());
}

}  // namespace

Result<void> CheckChange(const Change& change, const DeltaSnapshot& before) {
  const Metadata& metadata = change.metadata ? *change.metadata : before.metadata;
  if (change.metadata) {
    LIMNO_TRY(CheckMetadata(*change.metadata));
    LIMNO_TRY(CheckClustering(*change.metadata, HasFeature(before.protocol, "clustering")));
    LIMNO_TRY(CheckNewNames(before.metadata, *change.metadata));
    LIMNO_TRY(CheckRowTracking(before.metadata, *change.metadata));
    LIMNO_TRY(CheckKeptManifest(before.metadata, *change.metadata, before.files, {}));
    // RESTORE brings names back together with the files that have them.
    const bool keeps_files =
        change.operation.name != "RESTORE" && change.removed.size() < before.files.size();
    LIMNO_TRY(CheckMapping(before.metadata, *change.metadata, keeps_files));
    if (keeps_files) {
      LIMNO_TRY(CheckTypeChanges(before.metadata, *change.metadata));
    }
  }
  if (change.domains.count(kRowTrackingDomain) > 0) {
    return Refuse(fmt::format("the domain '{}' is kept by the table itself", kRowTrackingDomain));
  }
  // What FSCK removes is gone already.
  const bool removes_rows = change.data_change && !change.removed.empty() && before.version >= 0 &&
                            change.operation.name != "FSCK";
  if (removes_rows && PropertyIsTrue(before.metadata, "delta.appendOnly")) {
    return Refuse(
        fmt::format("the table is append-only, so {} cannot remove rows", change.operation.name),
        {}, "set delta.appendOnly to false to allow it");
  }
  LIMNO_TRY(CheckDroppedFeatures(change, before));
  std::unordered_map<std::string, std::string> removed_key_by_path;
  LIMNO_TRY(CheckRemoved(change, before, removed_key_by_path));
  LIMNO_TRY(CheckAdded(change, before, metadata, removed_key_by_path));
  LIMNO_TRY(CheckListedFiles(change, metadata));
  LIMNO_TRY(CheckCorrected(change, before, removed_key_by_path));
  if (!change.recorded.empty() && !FeedIsOn(metadata)) {
    return Refuse("a change is recorded for a table that keeps no change feed");
  }
  return change.data_change ? Result<void>() : CheckRearrangement(change);
}

Result<void> CheckAddedFiles(const Change& change, storage::ObjectStore& store) {
  std::unordered_map<std::string, int64_t> known_sizes;
  for (const DataFilePtr& file : change.removed) {
    known_sizes.emplace(file->path, file->size_bytes);
  }
  std::set<std::string> vector_files;
  std::vector<std::string> data_files;
  for (const DataFile& file : change.added) {
    if (file.deletion_vector && file.deletion_vector->storage_type == 'u') {
      LIMNO_ASSIGN(const std::string key, VectorFileKey(*file.deletion_vector));
      if (vector_files.insert(key).second) {
        LIMNO_TRY(FindAdded(store, key));
      }
    }
    const auto known = known_sizes.find(file.path);
    const bool unchanged = known != known_sizes.end() && known->second == file.size_bytes;
    // Absolute paths of shallow clones are no keys of this store.
    if (unchanged || !storage::CheckKey(file.path)) {
      continue;
    }
    LIMNO_ASSIGN(const uint64_t size, FindAdded(store, file.path));
    if (size != static_cast<uint64_t>(file.size_bytes)) {
      return Refuse(
          fmt::format("a change adds a file of {} bytes that has {}", file.size_bytes, size),
          file.path);
    }
    data_files.push_back(file.path);
  }
  for (const DataFile& file : change.recorded) {
    LIMNO_TRY(FindAdded(store, file.path));
    data_files.push_back(file.path);
  }
  return data_files.empty() ? Result<void>() : store.Persist(data_files);
}

}  // namespace limno::table::delta
