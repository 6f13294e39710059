#include "storage/object_store.h"

namespace limno::storage {

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
  size_t begin = 0;
  while (begin <= key.size()) {
    const size_t end = std::min(key.find('/', begin), key.size());
    const std::string_view segment = key.substr(begin, end - begin);
    if (segment.empty() || segment == "." || segment == "..") {
      return Fail(ErrorKind::kUsage, "object keys have no empty, '.' or '..' segments",
                  std::string(key));
    }
    begin = end + 1;
  }
  return {};
}

}  // namespace limno::storage
