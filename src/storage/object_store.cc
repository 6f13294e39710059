#include "storage/object_store.h"

#include <algorithm>

namespace limno::storage {
namespace {

constexpr size_t kLongestKey = 1024;
constexpr size_t kLongestSegment = 255;

}  // namespace

Result<void> ObjectStore::DeleteBatch(const std::vector<std::string>& keys) {
  Result<void> outcome;
  for (const std::string& key : keys) {
    if (Result<void> deleted = Delete(key); !deleted && outcome) {
      outcome = std::move(deleted);
    }
  }
  return outcome;
}

Result<void> CheckKey(std::string_view key) {
  const auto refuse = [&](std::string message) {
    return Fail(ErrorKind::kUsage, std::move(message), std::string(key));
  };
  if (key.size() > kLongestKey) {
    return refuse("object keys have at most 1024 bytes");
  }
  if (key.find('\0') != std::string_view::npos) {
    return refuse("object keys have no NUL byte");
  }
  size_t begin = 0;
  while (begin <= key.size()) {
    const size_t end = std::min(key.find('/', begin), key.size());
    const std::string_view segment = key.substr(begin, end - begin);
    if (segment.empty() || segment == "." || segment == "..") {
      return refuse("object keys have no empty, '.' or '..' segments");
    }
    if (segment.size() > kLongestSegment) {
      return refuse("segments of object keys have at most 255 bytes");
    }
    begin = end + 1;
  }
  return {};
}

bool IsTemporaryKey(std::string_view key) {
  const std::string_view name = key.substr(FolderOf(key).size());
  return name.starts_with('.') && name.ends_with(".tmp");
}

std::string_view FolderOf(std::string_view key) {
  const size_t slash = key.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : key.substr(0, slash + 1);
}

}  // namespace limno::storage
