#include "storage/temporary_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace limno::storage {
namespace {

constexpr mode_t kFileMode = 0666;
constexpr int64_t kMillisPerDay = 24LL * 3600 * 1000;
// Leaves room for the UUID and the suffix in the 255 bytes that file systems allow.
constexpr size_t kLongestNameKept = 200;

std::string TemporaryName(std::string_view name, base::Random& random) {
  if (name.size() > kLongestNameKept) {
    size_t kept = kLongestNameKept;
    while (kept > 0 && (static_cast<unsigned char>(name[kept]) & 0xc0U) == 0x80U) {
      --kept;
    }
    name = name.substr(0, kept);
  }
  return fmt::format(".{}.{}{}", name, base::FormatUuid(random.Uuid()), kOwnTemporarySuffix);
}

bool HasNoHardLinks(int failure) {
  return failure == EPERM || failure == EOPNOTSUPP || failure == ENOSYS || failure == EMLINK;
}

}  // namespace

void RemoveIfAbandoned(int folder, const std::string& name, base::UnixMillis now_millis) {
  struct stat status = {};
  if (name.starts_with('.') && name.ends_with(kOwnTemporarySuffix) &&
      ::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
      S_ISREG(status.st_mode) && now_millis - ModifiedMillis(status) > kMillisPerDay) {
    ::unlinkat(folder, name.c_str(), 0);
  }
}

void RemoveAbandoned(int folder, base::UnixMillis now_millis) {
  const FolderStream entries = OpenFolderStream(folder);
  if (!entries) {
    return;
  }
  while (const dirent* entry = ::readdir(entries.get())) {
    RemoveIfAbandoned(folder, entry->d_name, now_millis);
  }
}

Result<TemporaryFile> TemporaryFile::Create(int folder, std::string_view name, std::string path,
                                            base::Random& random) {
  std::string temporary_name = TemporaryName(name, random);
  FileDescriptor file(::openat(folder, temporary_name.c_str(),
                               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode));
  if (!file.valid()) {
    return Fail(SystemError(errno, "cannot create", path));
  }
  return TemporaryFile(folder, std::string(name), std::move(temporary_name), std::move(path),
                       std::move(file));
}

TemporaryFile::TemporaryFile(int folder, std::string name, std::string temporary_name,
                             std::string path, FileDescriptor file)
    : folder_(folder),
      name_(std::move(name)),
      temporary_name_(std::move(temporary_name)),
      path_(std::move(path)),
      file_(std::move(file)) {}

TemporaryFile::TemporaryFile(TemporaryFile&& other) noexcept
    : folder_(other.folder_),
      name_(std::move(other.name_)),
      temporary_name_(std::move(other.temporary_name_)),
      path_(std::move(other.path_)),
      file_(std::move(other.file_)),
      has_temporary_name_(std::exchange(other.has_temporary_name_, false)) {}

TemporaryFile::~TemporaryFile() { Unlink(); }

void TemporaryFile::Unlink() {
  if (std::exchange(has_temporary_name_, false)) {
    ::unlinkat(folder_, temporary_name_.c_str(), 0);
  }
}

Result<void> TemporaryFile::PublishReplacing() {
  if (::renameat(folder_, temporary_name_.c_str(), folder_, name_.c_str()) != 0) {
    return Fail(SystemError(errno, "cannot write", path_));
  }
  has_temporary_name_ = false;
  return {};
}

Result<void> TemporaryFile::PublishIfAbsent() {
  if (::linkat(folder_, temporary_name_.c_str(), folder_, name_.c_str(), 0) != 0) {
    const int failure = errno;
    struct stat status = {};
    // Over NFS the answer to a link that succeeded may get lost; the link count knows better.
    const bool linked = ::fstat(file_.get(), &status) == 0 && status.st_nlink > 1;
    if (!linked && HasNoHardLinks(failure)) {
      return RenameWithoutReplacing();
    }
    if (!linked) {
      return Fail(SystemError(failure, "cannot create", path_));
    }
  }
  Unlink();
  return {};
}

Result<void> TemporaryFile::RenameWithoutReplacing() {
  const long outcome = ::syscall(SYS_renameat2, folder_, temporary_name_.c_str(), folder_,
                                 name_.c_str(), RENAME_NOREPLACE);
  if (outcome == 0) {
    has_temporary_name_ = false;
    return {};
  }
  if (errno == EINVAL || errno == ENOSYS) {
    return Fail(ErrorKind::kUnsupported,
                "this file system has neither hard links nor renaming without replacing, which "
                "safe commits need",
                path_, "keep the lake on another file system");
  }
  return Fail(SystemError(errno, "cannot create", path_));
}

}  // namespace limno::storage
