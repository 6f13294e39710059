#include "storage/foreign_writers.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "storage/local_files.h"
#include "storage/temporary_file.h"

namespace limno::storage {
namespace {

constexpr int64_t kMinute = 60'000;
constexpr std::chrono::milliseconds kLongestPause{16};

/// Milliseconds by which the file `name` is older than `now_millis`; nullopt if it is not there.
std::optional<int64_t> AgeOf(int folder, const std::string& name, base::UnixMillis now_millis) {
  struct stat status = {};
  if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return std::nullopt;
  }
  return now_millis - ModifiedMillis(status);
}

/// Names of foreign temporary files for `name` that are at work.
Result<std::vector<std::string>> FindForeignWriters(int folder, const std::string& name,
                                                    base::UnixMillis now_millis,
                                                    std::string_view path) {
  const FolderStream entries = OpenFolderStream(folder);
  if (!entries) {
    return Fail(SystemError(errno, "cannot list the folder of", path));
  }
  const std::string prefix = fmt::format(".{}.", name);
  std::vector<std::string> found;
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string_view candidate = entry->d_name;
    if (!candidate.starts_with('.') || !candidate.ends_with(".tmp")) {
      continue;
    }
    const std::string text(candidate);
    if (candidate.ends_with(kOwnTemporarySuffix)) {
      RemoveIfAbandoned(folder, text, now_millis);
    } else if (candidate.starts_with(prefix) &&
               AgeOf(folder, text, now_millis).value_or(kMinute) < kMinute) {
      found.push_back(text);
    }
  }
  return found;
}

}  // namespace

Result<void> OutlastForeignWriters(int folder, const std::string& name, int own_file,
                                   int64_t wait_millis, std::string_view path) {
  struct stat own = {};
  if (::fstat(own_file, &own) != 0) {
    return Fail(SystemError(errno, "cannot inspect", path));
  }
  LIMNO_ASSIGN(std::vector<std::string> writers,
               FindForeignWriters(folder, name, ModifiedMillis(own), path));
  // Real time, whatever clock the rest of the program runs on: the other writer is a real process.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_millis);
  std::chrono::milliseconds pause{1};
  while (true) {
    std::erase_if(writers, [&](const std::string& writer) {
      return ::faccessat(folder, writer.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) != 0;
    });
    if (writers.empty() || std::chrono::steady_clock::now() >= deadline) {
      break;
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
  struct stat now = {};
  if (::fstatat(folder, name.c_str(), &now, AT_SYMLINK_NOFOLLOW) != 0) {
    return Fail(ErrorKind::kUnavailable,
                "the object was removed by someone else while it was created", std::string(path));
  }
  if (now.st_dev != own.st_dev || now.st_ino != own.st_ino) {
    return Fail(ErrorKind::kAlreadyExists, "another writer has replaced the object",
                std::string(path));
  }
  return {};
}

}  // namespace limno::storage
