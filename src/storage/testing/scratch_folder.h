// A folder for one test.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace limno::storage {

/// A new folder below the system's temporary one (TMPDIR); removed with all it holds.
class ScratchFolder {
 public:
  ScratchFolder() : path_(std::filesystem::temp_directory_path() / "limno-test-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) {
      std::abort();
    }
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace limno::storage
