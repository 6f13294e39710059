#include "lake/spill_folder.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <system_error>

namespace limno::lake {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "spill-";
/// A process of another machine, on a disk that both see, looks as if it were gone.
constexpr auto kLeftAlone = std::chrono::hours(24);

bool IsAlive(std::string_view process) {
  pid_t id = 0;
  const auto [end, error] = std::from_chars(process.data(), process.data() + process.size(), id);
  return error != std::errc() || id <= 0 || kill(id, 0) == 0 || errno != ESRCH;
}

void RemoveLeftovers(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator entries(folder, error); !error && entries != fs::directory_iterator();
       entries.increment(error)) {
    const std::string name = entries->path().filename().string();
    std::error_code ignored;
    if (name.starts_with(kPrefix) && !IsAlive(std::string_view(name).substr(kPrefix.size())) &&
        entries->last_write_time(ignored) + kLeftAlone < fs::file_time_type::clock::now()) {
      fs::remove_all(entries->path(), ignored);
    }
  }
}

}  // namespace

std::string PrepareSpillFolder(const std::string& lake, const std::string& id) {
  const std::string name = fmt::format("{}{}-{}", kPrefix, getpid(), id);
  std::error_code error;
  fs::path parent = fs::path(lake) / "_limno";
  const bool is_lake = fs::is_directory(parent, error);
  if (is_lake) {
    RemoveLeftovers(parent);
  }
  while (!is_lake && !fs::is_directory(parent, error) && parent.has_relative_path()) {
    parent = parent.parent_path();
  }
  if (access(parent.c_str(), W_OK) != 0) {
    return (fs::temp_directory_path(error) / ("limno-" + name)).string();
  }
  return (parent / (is_lake ? name : ".limno-" + name)).string();
}

}  // namespace limno::lake
