#include "storage/local_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace limno::storage {
namespace {

// Linux moves at most this much in one call; larger requests are cut by the kernel anyway.
constexpr uint64_t kLargestTransfer = 1U << 30;

ErrorKind KindOf(int number) {
  switch (number) {
    case ENOENT:
    case ENOTDIR:
      return ErrorKind::kNotFound;
    case EEXIST:
      return ErrorKind::kAlreadyExists;
    case EACCES:
    case EPERM:
    case EROFS:
    case EXDEV:
    case ELOOP:
      return ErrorKind::kDenied;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return ErrorKind::kExhausted;
    case ENAMETOOLONG:
    case EINVAL:
    case EISDIR:
    case EILSEQ:
      return ErrorKind::kUsage;
    default:
      return ErrorKind::kUnavailable;
  }
}

std::string HintFor(int number) {
  switch (number) {
    case ENOSPC:
    case EDQUOT:
      return "free some space or choose another place";
    case EACCES:
    case EPERM:
      return "check the owner and the permissions";
    case EMFILE:
      return "raise the limit of open files (ulimit -n)";
    default:
      return {};
  }
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (number_ >= 0) {
    ::close(number_);
  }
}

FolderStream OpenFolderStream(int folder) {
  FileDescriptor duplicate(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!duplicate.valid()) {
    return nullptr;
  }
  FolderStream stream(::fdopendir(duplicate.get()));
  if (stream) {
    duplicate.Release();
  }
  return stream;
}

Error SystemError(int number, std::string_view action, std::string_view path) {
  const bool leads_outside = number == EXDEV || number == ELOOP;
  std::string reason = leads_outside ? "a symbolic link on the way leads outside the store"
                                     : std::generic_category().message(number);
  return Error{KindOf(number), fmt::format("{}: {}", action, reason), std::string(path),
               HintFor(number)};
}

Result<void> WriteAll(int file, std::string_view bytes, std::string_view path) {
  while (!bytes.empty()) {
    const ssize_t written =
        ::write(file, bytes.data(), std::min<uint64_t>(bytes.size(), kLargestTransfer));
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return Fail(SystemError(errno, "cannot write", path));
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

Result<std::string> ReadAt(int file, uint64_t offset, uint64_t length, std::string_view path) {
  std::string bytes(length, '\0');
  size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::pread(file, bytes.data() + filled,
                                std::min<uint64_t>(bytes.size() - filled, kLargestTransfer),
                                static_cast<off_t>(offset + filled));
    if (got < 0) {
      if (errno == EINTR) {
        continue;
      }
      return Fail(SystemError(errno, "cannot read", path));
    }
    if (got == 0) {
      break;
    }
    filled += static_cast<size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

Result<void> Sync(int file, std::string_view path) {
  while (::fsync(file) != 0) {
    if (errno == EINVAL) {
      return {};
    }
    if (errno != EINTR) {
      return Fail(SystemError(errno, "cannot make durable", path));
    }
  }
  return {};
}

base::UnixMillis ModifiedMillis(const struct stat& status) {
  return static_cast<base::UnixMillis>(status.st_mtim.tv_sec) * 1000 +
         status.st_mtim.tv_nsec / 1'000'000;
}

}  // namespace limno::storage
