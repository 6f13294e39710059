#include "storage/confined_root.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <deque>
#include <vector>

#include "storage/object_store.h"

namespace limno::storage {
namespace {

constexpr int kMostLinks = 40;
constexpr mode_t kFolderMode = 0777;

std::deque<std::string> Segments(std::string_view path) {
  std::deque<std::string> segments;
  while (!path.empty()) {
    const size_t slash = path.find('/');
    if (slash != 0) {
      segments.emplace_back(path.substr(0, slash));
    }
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return segments;
}

std::string_view WithoutTrailingSlash(std::string_view path) {
  return path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
}

/// Puts the segments of the link's target before those still to come.
int FollowLink(int link, std::deque<std::string>& segments) {
  std::array<char, PATH_MAX> target;
  const ssize_t length = ::readlinkat(link, "", target.data(), target.size());
  if (length < 0) {
    return errno;
  }
  const std::string_view text(target.data(), static_cast<size_t>(length));
  if (text.starts_with('/')) {
    return EXDEV;
  }
  std::deque<std::string> inserted = Segments(text);
  segments.insert(segments.begin(), inserted.begin(), inserted.end());
  return 0;
}

/// Above the root a folder may be closed to us; then its owner made the name, long ago.
void SyncNameOf(const std::string& folder) {
  const std::string parent(FolderOf(folder));
  const FileDescriptor opened(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.valid()) {
    ::fsync(opened.get());
  }
}

}  // namespace

int OpenBeneath(int root, const std::string& path, int flags, FileDescriptor& opened) {
  struct open_how how = {};
  how.flags = static_cast<uint64_t>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  while (true) {
    const long number =
        ::syscall(SYS_openat2, root, path.empty() ? "." : path.c_str(), &how, sizeof(how));
    if (number >= 0) {
      opened = FileDescriptor(static_cast<int>(number));
      return 0;
    }
    // EAGAIN: something was renamed while ".." of a link was resolved.
    if (errno == EINTR || errno == EAGAIN) {
      continue;
    }
    // Sandboxes answer EPERM to system calls they do not know.
    return errno == ENOSYS || errno == EPERM ? OpenBeneathBySteps(root, path, flags, opened)
                                             : errno;
  }
}

int OpenBeneathBySteps(int root, const std::string& path, int flags, FileDescriptor& opened) {
  std::deque<std::string> segments = Segments(path);
  std::vector<FileDescriptor> folders;
  int links = 0;
  while (!segments.empty()) {
    const std::string segment = std::move(segments.front());
    segments.pop_front();
    if (segment == ".") {
      continue;
    }
    if (segment == "..") {
      if (folders.empty()) {
        return EXDEV;
      }
      folders.pop_back();
      continue;
    }
    const int folder = folders.empty() ? root : folders.back().get();
    FileDescriptor step(::openat(folder, segment.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat status = {};
    if (!step.valid() || ::fstat(step.get(), &status) != 0) {
      return errno;
    }
    if (S_ISLNK(status.st_mode)) {
      if (++links > kMostLinks) {
        return ELOOP;
      }
      if (const int failure = FollowLink(step.get(), segments); failure != 0) {
        return failure;
      }
    } else if (S_ISDIR(status.st_mode)) {
      folders.push_back(std::move(step));
    } else if (!segments.empty()) {
      return ENOTDIR;
    } else {
      opened = FileDescriptor(::openat(folder, segment.c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
      return opened.valid() ? 0 : errno;
    }
  }
  const int folder = folders.empty() ? root : folders.back().get();
  opened = FileDescriptor(::openat(folder, ".", flags | O_CLOEXEC));
  return opened.valid() ? 0 : errno;
}

ConfinedRoot::ConfinedRoot(std::string root, bool sync) : root_(std::move(root)), sync_(sync) {}

std::string ConfinedRoot::PathOf(std::string_view key) const {
  return root_.ends_with('/') ? fmt::format("{}{}", root_, key) : fmt::format("{}/{}", root_, key);
}

Result<FileDescriptor> ConfinedRoot::OpenRoot() const {
  if (!root_.starts_with('/')) {
    return Fail(ErrorKind::kUsage, "the root of a local store is an absolute path", root_);
  }
  FileDescriptor folder(::open(root_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) {
    return Fail(SystemError(errno, "cannot open folder", root_));
  }
  return folder;
}

Result<FileDescriptor> ConfinedRoot::Open(std::string_view path, int flags) const {
  LIMNO_ASSIGN(const FileDescriptor root, OpenRoot());
  FileDescriptor opened;
  const int failure =
      OpenBeneath(root.get(), std::string(WithoutTrailingSlash(path)), flags, opened);
  if (failure != 0) {
    return Fail(SystemError(failure, "cannot open", PathOf(path)));
  }
  return opened;
}

Result<void> ConfinedRoot::MakeRoot() const {
  size_t end = 0;
  while (end != std::string::npos) {
    end = root_.find('/', end + 1);
    const std::string folder = root_.substr(0, end);
    if (::mkdir(folder.c_str(), kFolderMode) == 0) {
      if (sync_) {
        SyncNameOf(folder);
      }
    } else if (errno != EEXIST) {
      // Above the root, folders may be unwritable or even read-only as long as they are there.
      const int failure = errno;
      struct stat status = {};
      if (::stat(folder.c_str(), &status) != 0) {
        return Fail(SystemError(failure, "cannot create folder", folder));
      }
    }
  }
  return {};
}

Result<FileDescriptor> ConfinedRoot::OpenOrMakeFolder(std::string_view path) const {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY;
  Result<FileDescriptor> opened = Open(path, kFlags);
  if (opened || opened.error().kind != ErrorKind::kNotFound) {
    return opened;
  }
  if (Result<FileDescriptor> root = OpenRoot(); !root) {
    LIMNO_TRY(MakeRoot());
  }
  LIMNO_ASSIGN(FileDescriptor parent, Open("", kFlags));
  for (size_t end = path.find('/'); end != std::string_view::npos; end = path.find('/', end + 1)) {
    const std::string_view folder = path.substr(0, end);
    Result<FileDescriptor> child = Open(folder, kFlags);
    if (!child && child.error().kind == ErrorKind::kNotFound) {
      const std::string name(folder.substr(FolderOf(folder).size()));
      if (::mkdirat(parent.get(), name.c_str(), kFolderMode) != 0 && errno != EEXIST) {
        return Fail(SystemError(errno, "cannot create folder", PathOf(folder)));
      }
      child = Open(folder, kFlags);
    }
    if (!child && child.error().kind == ErrorKind::kNotFound) {
      return Fail(ErrorKind::kUsage, "a folder is needed where something else is", PathOf(folder));
    }
    if (!child) {
      return child;
    }
    parent = std::move(*child);
  }
  return parent;
}

Result<void> ConfinedRoot::SyncFolderNames(int folder, std::string_view path) {
  if (!sync_) {
    return {};
  }
  // Folders are remembered from the root down: who knows the deepest knows them all.
  LIMNO_ASSIGN(const bool known, IsKnown(folder, path));
  if (known) {
    return {};
  }
  LIMNO_ASSIGN(FileDescriptor parent, Open("", O_RDONLY | O_DIRECTORY));
  LIMNO_ASSIGN(const bool root_known, IsKnown(parent.get(), ""));
  if (!root_known) {
    SyncNameOf(root_);
    LIMNO_TRY(Remember(parent.get(), ""));
  }
  for (size_t end = path.find('/'); end != std::string_view::npos; end = path.find('/', end + 1)) {
    const std::string_view step = path.substr(0, end);
    LIMNO_ASSIGN(FileDescriptor child, Open(step, O_RDONLY | O_DIRECTORY));
    LIMNO_ASSIGN(const bool child_known, IsKnown(child.get(), step));
    if (!child_known) {
      LIMNO_TRY(Sync(parent.get(), PathOf(FolderOf(step))));
      LIMNO_TRY(Remember(child.get(), step));
    }
    parent = std::move(child);
  }
  return {};
}

Result<std::pair<dev_t, ino_t>> ConfinedRoot::Identify(int folder, std::string_view path) const {
  struct stat status = {};
  if (::fstat(folder, &status) != 0) {
    return Fail(SystemError(errno, "cannot inspect", PathOf(path)));
  }
  return std::pair(status.st_dev, status.st_ino);
}

Result<bool> ConfinedRoot::IsKnown(int folder, std::string_view path) {
  LIMNO_ASSIGN(const auto identity, Identify(folder, path));
  const std::lock_guard<std::mutex> lock(mutex_);
  return durable_.contains(identity);
}

Result<void> ConfinedRoot::Remember(int folder, std::string_view path) {
  LIMNO_ASSIGN(const auto identity, Identify(folder, path));
  const std::lock_guard<std::mutex> lock(mutex_);
  durable_.insert(identity);
  return {};
}

}  // namespace limno::storage
