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

Result<std::vector<storage::ObjectInfo>> ListTableFolder(
    storage::ObjectStore& store, const HiddenNames& hidden,
    const std::function<bool(const storage::ObjectInfo&)>& wanted) {
  std::vector<storage::ObjectInfo> objects;
  std::vector<std::string> nested_roots;
  storage::ListOptions options;
  while (true) {
    LIMNO_ASSIGN(storage::ListPage page, store.List("", options));
    const bool more = page.truncated && !page.objects.empty();
    if (more) {
      options.start_after = page.objects.back().key;
    }
    for (storage::ObjectInfo& object : page.objects) {
      const size_t log = object.key.find(kNestedLog);
      if (log != std::string::npos && !hidden.IsHidden(object.key.substr(0, log))) {
        nested_roots.push_back(object.key.substr(0, log + 1));
      }
      if (wanted(object)) {
        objects.push_back(std::move(object));
      }
    }
    if (!more) {
      break;
    }
  }
  std::sort(nested_roots.begin(), nested_roots.end());
  nested_roots.erase(std::unique(nested_roots.begin(), nested_roots.end()), nested_roots.end());
  objects.erase(std::remove_if(objects.begin(), objects.end(),
                               [&](const storage::ObjectInfo& object) {
                                 return IsBelow(nested_roots, object.key);
                               }),
                objects.end());
  return objects;
}

}  // namespace limno::table::delta
