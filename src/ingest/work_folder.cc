#include "ingest/work_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>
#include <filesystem>

namespace limno::ingest {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNamePrefix = "load-";
constexpr std::string_view kLockName = "/lock";
constexpr int kAttempts = 10;

/// Invalid where the lock is held by a living load (or the folder is not ours).
storage::FileDescriptor TryLock(const std::string& folder, int flags) {
  storage::FileDescriptor file(
      open((folder + std::string(kLockName)).c_str(), O_RDWR | O_CLOEXEC | flags, 0644));
  if (file.valid() && flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return {};
  }
  return file;
}

void RemoveDead(const std::string& parent) {
  std::error_code error;
  fs::directory_iterator entries(parent, error);
  while (!error && entries != fs::directory_iterator()) {
    const std::string path = entries->path().string();
    const std::string name = entries->path().filename().string();
    entries.increment(error);
    if (name.starts_with(kNamePrefix) && TryLock(path, 0).valid()) {
      std::error_code ignored;
      fs::remove_all(path, ignored);
    }
  }
}

}  // namespace

Result<std::unique_ptr<WorkFolder>> WorkFolder::Create(const std::string& parent,
                                                       base::Random& random) {
  RemoveDead(parent);
  std::string path;
  // Somebody else's RemoveDead may come between the creation of the lock file and the lock.
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    path = fmt::format("{}/{}{}", parent, kNamePrefix, base::FormatUuid(random.Uuid()));
    std::error_code error;
    fs::create_directories(path, error);
    if (error) {
      return Fail(storage::SystemError(error.value(), "cannot create the work folder", path));
    }
    storage::FileDescriptor lock = TryLock(path, O_CREAT);
    if (lock.valid()) {
      return std::unique_ptr<WorkFolder>(new WorkFolder(path, std::move(lock)));
    }
  }
  return Fail(storage::SystemError(errno, "cannot lock the work folder", path));
}

WorkFolder::~WorkFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Result<std::string> WorkFolder::NewFolder(size_t number) const {
  std::string path = fmt::format("{}/{}", path_, number);
  std::error_code error;
  fs::create_directories(path, error);
  if (error) {
    return Fail(storage::SystemError(error.value(), "cannot create the work folder", path));
  }
  return path;
}

}  // namespace limno::ingest
