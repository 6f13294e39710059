// The active data files of a snapshot: immutable, shared between versions, so that going one
// version on costs what that version changed and not what the table holds.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "table/data_file.h"
#include "table/layered_map.h"

namespace limno::table {

/// A value with shared structure: copies are cheap; concurrent reads are safe.
class FileSet {
 public:
  size_t size() const { return files_.size(); }
  /// nullptr if there is no file of that Key().
  DataFilePtr Find(const std::string& key) const;
  /// Visits every file once, in a stable order, the latest first as a rule; stops when `visit`
  /// returns false.
  void ForEach(const std::function<bool(const DataFilePtr&)>& visit) const;
  std::vector<DataFilePtr> ToVector() const;

  /// This set without the files of `removed_keys` (unknown ones are ignored) and with `added`.
  /// O(changes) amortised.
  FileSet With(const std::vector<DataFilePtr>& added,
               const std::vector<std::string>& removed_keys) const;
  /// The same for those who know the keys already; absent: removed.
  FileSet With(LayeredMap<DataFile>::Layer changes) const;

 private:
  LayeredMap<DataFile> files_;
};

}  // namespace limno::table
