// A folder that lends access to what is below it and to nothing else.
#pragma once

#include <sys/types.h>

#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "storage/local_files.h"

namespace limno::storage {

/// Opens `path` below folder `root` following symbolic links only as long as they stay below it:
/// openat2(RESOLVE_BENEATH), or OpenBeneathBySteps where the kernel or a sandbox lacks it. 0 or an
/// errno value: EXDEV if the path leads outside.
int OpenBeneath(int root, const std::string& path, int flags, FileDescriptor& opened);

/// The same, one segment at a time.
int OpenBeneathBySteps(int root, const std::string& path, int flags, FileDescriptor& opened);

/// Thread safe.
class ConfinedRoot {
 public:
  /// `root` is an absolute path without a trailing '/' (except "/"). Without `sync` nothing is ever
  /// fsynced.
  ConfinedRoot(std::string root, bool sync);

  const std::string& root() const { return root_; }
  /// The path of `key` in the file system, for messages and for LocalPath.
  std::string PathOf(std::string_view key) const;

  /// Opens what exists; "" is the root itself. kNotFound, kDenied.
  Result<FileDescriptor> Open(std::string_view path, int flags) const;

  /// Opens folder `path` ("" or with a trailing '/'), creating it and its parents (the root's too)
  /// where they are missing. kUsage if an object stands in the way.
  Result<FileDescriptor> OpenOrMakeFolder(std::string_view path) const;

  /// Makes the names of the folders from the root down to `path`, open as `folder`, durable.
  /// Remembers what it has synced, so that only the first call for a folder costs anything.
  Result<void> SyncFolderNames(int folder, std::string_view path);

 private:
  Result<FileDescriptor> OpenRoot() const;
  Result<void> MakeRoot() const;
  Result<std::pair<dev_t, ino_t>> Identify(int folder, std::string_view path) const;
  Result<bool> IsKnown(int folder, std::string_view path);
  Result<void> Remember(int folder, std::string_view path);

  const std::string root_;
  const bool sync_;
  std::mutex mutex_;
  /// Device and inode of folders whose names are known to be durable; guarded by mutex_.
  std::set<std::pair<dev_t, ino_t>> durable_;
};

}  // namespace limno::storage
