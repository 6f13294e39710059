#include "engine/file_link.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "storage/local_files.h"

namespace limno::engine {
namespace {

using storage::FileDescriptor;

/// At most so much at once, so that an interruption is not waited for long.
constexpr size_t kCopiedAtOnce = size_t{64} << 20;

tl::unexpected<Error> Changed(const std::string& source) {
  return Fail(ErrorKind::kUnavailable, "the file changed while it was taken over", source,
              "wait until it is complete, then run the statement again");
}

Result<void> CopyBytes(int from, int to, uint64_t bytes, const std::string& source) {
  for (uint64_t copied = 0; copied < bytes;) {
    const size_t wanted = std::min<uint64_t>(bytes - copied, kCopiedAtOnce);
    const ssize_t count = ::copy_file_range(from, nullptr, to, nullptr, wanted, 0);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0 &&
        (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP)) {
      LIMNO_ASSIGN(const std::string part, storage::ReadAt(from, copied, wanted, source));
      if (part.empty()) {
        return Changed(source);
      }
      LIMNO_TRY(storage::WriteAll(to, part, source));
      copied += part.size();
      continue;
    }
    if (count < 0) {
      return Fail(storage::SystemError(errno, "cannot copy", source));
    }
    if (count == 0) {
      return Changed(source);
    }
    copied += static_cast<uint64_t>(count);
  }
  return {};
}

/// A clone or a copy in a new file; kUnsupported without any of them.
Result<LinkKind> Fill(int from, uint64_t bytes, const std::string& source,
                      const std::string& target, bool clone) {
  const FileDescriptor to(::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!to.valid()) {
    return Fail(storage::SystemError(errno, "cannot write", target));
  }
  Result<LinkKind> made = LinkKind::kClone;
  if (!clone) {
    const auto copied = CopyBytes(from, to.get(), bytes, source);
    made = copied ? Result<LinkKind>(LinkKind::kCopy) : Fail(copied.error());
  } else if (::ioctl(to.get(), FICLONE, from) != 0) {
    made = Fail(ErrorKind::kUnsupported, "the file system has no clones", target);
  }
  if (!made) {
    ::unlink(target.c_str());
  }
  return made;
}

}  // namespace

Result<LinkKind> LinkFile(const std::string& source, uint64_t bytes, const std::string& target,
                          const LinkOptions& options) {
  const FileDescriptor from(::open(source.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat facts = {};
  if (!from.valid() || ::fstat(from.get(), &facts) != 0) {
    return Fail(storage::SystemError(errno, "cannot read", source));
  }
  if (static_cast<uint64_t>(facts.st_size) != bytes) {
    return Changed(source);
  }
  // What is behind a symbolic link may be replaced.
  struct stat named = {};
  const bool is_file = ::lstat(source.c_str(), &named) == 0 && S_ISREG(named.st_mode);
  Result<LinkKind> made = Fill(from.get(), bytes, source, target, true);
  if (!made && options.may_link && is_file && ::link(source.c_str(), target.c_str()) == 0) {
    made = LinkKind::kHardLink;
  }
  if (!made && options.may_copy) {
    made = Fill(from.get(), bytes, source, target, false);
  }
  if (!made) {
    return made;
  }
  struct stat linked = {};
  if (::stat(target.c_str(), &linked) != 0) {
    return Fail(storage::SystemError(errno, "cannot read", target));
  }
  const bool same_file = linked.st_ino == facts.st_ino && linked.st_dev == facts.st_dev;
  if (linked.st_size != facts.st_size || (*made == LinkKind::kHardLink && !same_file)) {
    ::unlink(target.c_str());
    return Changed(source);
  }
  return made;
}

}  // namespace limno::engine
