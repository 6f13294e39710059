// What lies in the folder of a table, and which of it is none of maintenance's business.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "limno/result.h"
#include "storage/object_store.h"
#include "table/snapshot.h"

namespace limno::table::delta {

/// Hidden files belong to somebody else: those with a segment that begins with '_' or '.', but for
/// partition folders, change data and our own vectors, and the metadata of a table that is Iceberg,
/// too.
class HiddenNames {
 public:
  explicit HiddenNames(const Metadata& metadata);

  bool IsHidden(std::string_view key) const;

 private:
  bool IsHiddenSegment(std::string_view segment) const;

  const std::vector<std::string> partition_columns_;
  const bool has_iceberg_metadata_;
};

/// What `wanted` takes of the objects of a folder, hidden or not, but for what belongs to a visible
/// table below it.
class FolderFilter {
 public:
  using Wanted = std::function<bool(const storage::ObjectInfo&)>;

  /// `hidden` must outlive it.
  FolderFilter(const HiddenNames& hidden, Wanted wanted)
      : hidden_(hidden), wanted_(std::move(wanted)) {}

  /// Ascending by key.
  void Look(storage::ObjectInfo object);
  std::vector<storage::ObjectInfo> Take();

 private:
  const HiddenNames& hidden_;
  const Wanted wanted_;
  std::vector<storage::ObjectInfo> objects_;
  std::vector<std::string> nested_roots_;
};

/// All objects of the table's folder, filtered; ascending by key.
Result<std::vector<storage::ObjectInfo>> ListTableFolder(storage::ObjectStore& store,
                                                         FolderFilter filter);

}  // namespace limno::table::delta
