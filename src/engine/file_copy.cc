#include "engine/file_copy.h"

#include <filesystem>
#include <system_error>

namespace limno::engine {
namespace {

namespace fs = std::filesystem;

ErrorKind KindOf(const std::error_code& error) {
  if (error == std::errc::no_such_file_or_directory) {
    return ErrorKind::kNotFound;
  }
  if (error == std::errc::permission_denied || error == std::errc::operation_not_permitted) {
    return ErrorKind::kDenied;
  }
  return error == std::errc::no_space_on_device ? ErrorKind::kExhausted : ErrorKind::kUnavailable;
}

}  // namespace

bool LinkFile(const std::string& from, const std::string& to) {
  std::error_code error;
  // What is behind a symbolic link may be replaced.
  if (fs::symlink_status(from, error).type() != fs::file_type::regular) {
    return false;
  }
  fs::create_hard_link(from, to, error);
  return !error;
}

Result<void> LinkOrCopyFile(const std::string& from, const std::string& to) {
  if (LinkFile(from, to)) {
    return {};
  }
  std::error_code error;
  fs::copy_file(from, to, error);
  if (!error) {
    return {};
  }
  if (error != std::errc::file_exists) {
    std::error_code ignored;
    fs::remove(to, ignored);
  }
  return Fail(KindOf(error), "cannot copy it to " + to + ": " + error.message(), from);
}

}  // namespace limno::engine
