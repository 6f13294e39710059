// POSIX files with owners and Errors.
#pragma once

#include <dirent.h>
#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "limno/result.h"

namespace limno::storage {

/// Owns a file descriptor and closes it.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~FileDescriptor();

  int get() const { return number_; }
  bool valid() const { return number_ >= 0; }
  /// Gives the descriptor away; the caller closes it.
  int Release() { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

struct CloseFolderStream {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using FolderStream = std::unique_ptr<DIR, CloseFolderStream>;

/// For readdir(3) over the open folder `folder`, from its beginning; null with errno on failure.
FolderStream OpenFolderStream(int folder);

/// What errno value `number` means for the caller of a store: kNotFound (ENOENT, ENOTDIR), kDenied
/// (also for links that lead out of a confined root), kExhausted (space, quota, descriptors),
/// kUsage (names the file system cannot hold), otherwise kUnavailable. `action` says what was
/// tried: "cannot write".
Error SystemError(int number, std::string_view action, std::string_view path);

/// The whole of `bytes`, whatever write(2) takes at once.
Result<void> WriteAll(int file, std::string_view bytes, std::string_view path);

/// Up to `length` bytes from `offset`, fewer where the file ends.
Result<std::string> ReadAt(int file, uint64_t offset, uint64_t length, std::string_view path);

/// fsync; file systems that cannot sync folders (EINVAL) count as done.
Result<void> Sync(int file, std::string_view path);

base::UnixMillis ModifiedMillis(const struct stat& status);

}  // namespace limno::storage
