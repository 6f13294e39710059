#include "table/file_set.h"

namespace limno::table {

DataFilePtr FileSet::Find(const std::string& key) const { return files_.Find(key); }

void FileSet::ForEach(const std::function<bool(const DataFilePtr&)>& visit) const {
  files_.ForEach(visit);
}

std::vector<DataFilePtr> FileSet::ToVector() const {
  std::vector<DataFilePtr> files;
  files.reserve(size());
  ForEach([&](const DataFilePtr& file) {
    files.push_back(file);
    return true;
  });
  return files;
}

FileSet FileSet::With(const std::vector<DataFilePtr>& added,
                      const std::vector<std::string>& removed_keys) const {
  LayeredMap<DataFile>::Layer changes;
  changes.Reserve(added.size() + removed_keys.size());
  for (const std::string& key : removed_keys) {
    changes.Set(key, nullptr);
  }
  for (const DataFilePtr& file : added) {
    changes.Set(file->Key(), file);
  }
  return With(std::move(changes));
}

FileSet FileSet::With(LayeredMap<DataFile>::Layer changes) const {
  FileSet result;
  result.files_ = files_.With(std::move(changes));
  return result;
}

}  // namespace limno::table
