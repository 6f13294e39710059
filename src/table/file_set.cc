#include "table/file_set.h"

namespace limno::table {

DataFilePtr FileSet::Find(const std::string& key) const { return files_.Find(key); }

void FileSet::ForEach(const std::function<bool(const DataFilePtr&)>& visit) const {
  files_.ForEach([&](const std::string&, const DataFilePtr& file) { return visit(file); });
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
  std::vector<LayeredMap<DataFile>::Entry> puts;
  puts.reserve(added.size());
  for (const DataFilePtr& file : added) {
    puts.emplace_back(file->Key(), file);
  }
  return WithKeyed(std::move(puts), removed_keys);
}

FileSet FileSet::WithKeyed(std::vector<LayeredMap<DataFile>::Entry> added,
                           const std::vector<std::string>& removed_keys) const {
  FileSet result;
  result.files_ = files_.With(std::move(added), removed_keys);
  return result;
}

}  // namespace limno::table
