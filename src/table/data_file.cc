#include "table/data_file.h"

#include "table/percent_coding.h"

namespace limno::table {
namespace {

/// "file:/x", "file:///x" and "/x" are one file; a URI is still encoded, a plain path is not.
std::optional<std::string> LocalPathOfUri(std::string_view path) {
  constexpr std::string_view kScheme = "file:";
  if (path.substr(0, kScheme.size()) != kScheme) {
    return std::nullopt;
  }
  path.remove_prefix(kScheme.size());
  if (path.substr(0, 3) == "///") {
    path.remove_prefix(2);
  }
  if (path.empty() || path[0] != '/') {
    return std::nullopt;
  }
  return PercentDecode(path);
}

}  // namespace

std::string DeletionVector::UniqueId() const {
  std::string id(1, storage_type);
  id += path_or_inline;
  if (offset) {
    id += '@';
    id += std::to_string(*offset);
  }
  return id;
}

std::string FileKey(std::string_view path, const Boxed<DeletionVector>& deletion_vector) {
  std::string key;
  if (std::optional<std::string> local = LocalPathOfUri(path)) {
    key = *std::move(local);
  } else {
    key.assign(path);
  }
  if (deletion_vector) {
    key += '\n';
    key += deletion_vector->UniqueId();
  }
  return key;
}

bool HasKey(const DataFile& file, std::string_view key) {
  const bool is_path = !file.deletion_vector && !file.path.starts_with("file:");
  return is_path ? file.path == key : file.Key() == key;
}

std::string DataFile::Key() const { return FileKey(path, deletion_vector); }

const ColumnStatistics* FileStatistics::Find(const std::string& column) const {
  for (const ColumnStatistics& statistics : columns) {
    if (statistics.path.size() == 1 && statistics.path[0] == column) {
      return &statistics;
    }
  }
  return nullptr;
}

}  // namespace limno::table
