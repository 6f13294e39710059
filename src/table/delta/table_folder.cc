#include "table/delta/table_folder.h"

#include <algorithm>

#include "table/delta/column_mapping.h"
#include "table/delta/deletion_vector_codec.h"
#include "table/percent_coding.h"

namespace limno::table::delta {
namespace {

constexpr std::string_view kNestedLog = "/_delta_log/";

bool HasIcebergMetadata(const Metadata& metadata) {
  return std::any_of(metadata.properties.begin(), metadata.properties.end(),
                     [](const auto& property) {
                       return property.first.rfind("delta.enableIcebergCompat", 0) == 0 ||
                              property.first.rfind("delta.universalFormat.", 0) == 0;
                     });
}

/// Whether `key` lies in one of the folders.
bool IsBelow(const std::vector<std::string>& roots, const std::string& key) {
  return std::any_of(roots.begin(), roots.end(), [&](const std::string& root) {
    return key.compare(0, root.size(), root) == 0;
  });
}

}  // namespace

HiddenNames::HiddenNames(const Metadata& metadata)
    : partition_columns_(PhysicalPartitionColumns(metadata)),
      has_iceberg_metadata_(HasIcebergMetadata(metadata)) {}

bool HiddenNames::IsHidden(std::string_view key) const {
  if (key.substr(0, OwnVectorFolder().size()) == OwnVectorFolder()) {
    return key.find("deletion_vector_") != OwnVectorFolder().size();
  }
  if (has_iceberg_metadata_ && key.substr(0, 9) == "metadata/") {
    return true;
  }
  while (!key.empty()) {
    const size_t slash = std::min(key.find('/'), key.size());
    if (IsHiddenSegment(key.substr(0, slash))) {
      return true;
    }
    key.remove_prefix(std::min(slash + 1, key.size()));
  }
  return false;
}

bool HiddenNames::IsHiddenSegment(std::string_view segment) const {
  if (segment.empty() || (segment.front() != '_' && segment.front() != '.')) {
    return false;
  }
  if (segment == "_change_data" || segment == "_delta_index") {
    return false;
  }
  const size_t equals = segment.find('=');
  if (equals == std::string_view::npos) {
    return true;
  }
  const std::string column = PercentDecode(segment.substr(0, equals)).value_or("");
  return std::find(partition_columns_.begin(), partition_columns_.end(), column) ==
         partition_columns_.end();
}

void FolderFilter::Look(storage::ObjectInfo object) {
  const size_t log = object.key.find(kNestedLog);
  if (log != std::string::npos && !hidden_.IsHidden(object.key.substr(0, log))) {
    nested_roots_.push_back(object.key.substr(0, log + 1));
  }
  if (wanted_(object)) {
    objects_.push_back(std::move(object));
  }
}

std::vector<storage::ObjectInfo> FolderFilter::Take() {
  std::sort(nested_roots_.begin(), nested_roots_.end());
  nested_roots_.erase(std::unique(nested_roots_.begin(), nested_roots_.end()), nested_roots_.end());
  std::erase_if(objects_, [this](const storage::ObjectInfo& object) {
    return IsBelow(nested_roots_, object.key);
  });
  return std::move(objects_);
}

Result<std::vector<storage::ObjectInfo>> ListTableFolder(storage::ObjectStore& store,
                                                         FolderFilter filter) {
  storage::ListOptions options;
  while (true) {
    LIMNO_ASSIGN(storage::ListPage page, store.List("", options));
    const bool more = page.truncated && !page.objects.empty();
    if (more) {
      options.start_after = page.objects.back().key;
    }
    for (storage::ObjectInfo& object : page.objects) {
      filter.Look(std::move(object));
    }
    if (!more) {
      return filter.Take();
    }
  }
}

}  // namespace limno::table::delta
