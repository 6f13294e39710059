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

/// What `wanted` takes of everything in the folder, hidden or not, but for what belongs to a
/// visible table below it; ascending by key.
Result<std::vector<storage::ObjectInfo>> ListTableFolder(
    storage::ObjectStore& store, const HiddenNames& hidden,
    const std::function<bool(const storage::ObjectInfo&)>& wanted);

}  // namespace limno::table::delta
