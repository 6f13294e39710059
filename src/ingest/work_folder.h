// A folder for one load's temporary files.
#pragma once

#include <memory>
#include <string>

#include "base/random.h"
#include "limno/result.h"
#include "storage/local_files.h"

namespace limno::ingest {

/// Exists as long as the object, and is removed by the next load if the process was killed: a lock
/// file that is held while it lives tells the two apart.
class WorkFolder {
 public:
  /// Creates a folder of its own below `parent`, after removing those that dead loads have left.
  static Result<std::unique_ptr<WorkFolder>> Create(const std::string& parent,
                                                    base::Random& random);
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  ~WorkFolder();

  const std::string& path() const { return path_; }
  /// A new folder inside.
  Result<std::string> NewFolder(size_t number) const;

 private:
  WorkFolder(std::string path, storage::FileDescriptor lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  storage::FileDescriptor lock_;
};

}  // namespace limno::ingest
