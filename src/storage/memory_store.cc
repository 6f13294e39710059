#include "storage/memory_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <shared_mutex>

namespace limno::storage {
namespace {

class MemoryStore final : public ObjectStore {
 public:
  explicit MemoryStore(base::Clock& clock) : clock_(clock) {}

  Result<std::string> Read(std::string_view key) override {
    LIMNO_ASSIGN(const Object object, Find(key));
    return *object.bytes;
  }

  Result<std::string> ReadRange(std::string_view key, uint64_t offset, uint64_t length) override {
    LIMNO_ASSIGN(const Object object, Find(key));
    if (offset > object.bytes->size()) {
      return Fail(
          ErrorKind::kUsage,
          fmt::format("a range that begins at {} is beyond the end of an object of {} bytes",
                      offset, object.bytes->size()),
          Where(key));
    }
    return object.bytes->substr(offset, length);
  }

  Result<ObjectInfo> Head(std::string_view key) override {
    LIMNO_ASSIGN(const Object object, Find(key));
    return ObjectInfo{std::string(key), object.bytes->size(), object.modified_millis};
  }

  Result<void> Put(std::string_view key, std::string_view bytes) override {
    return Write(key, bytes, /*replace=*/true);
  }

  Result<void> PutIfAbsent(std::string_view key, std::string_view bytes) override {
    return Write(key, bytes, /*replace=*/false);
  }

  Result<ListPage> List(std::string_view prefix, const ListOptions& options) override {
    if (options.limit == 0) {
      return Fail(ErrorKind::kUsage, "a page of a listing holds at least one object",
                  Where(prefix));
    }
    ListPage page;
    const std::shared_lock<std::shared_mutex> lock(mutex_);
    auto position = options.start_after >= prefix ? objects_.upper_bound(options.start_after)
                                                  : objects_.lower_bound(prefix);
    for (; position != objects_.end() && position->first.starts_with(prefix); ++position) {
      if (IsTemporaryKey(position->first)) {
        continue;
      }
      if (page.objects.size() == options.limit) {
        page.truncated = true;
        break;
      }
      page.objects.push_back(
          {position->first, position->second.bytes->size(), position->second.modified_millis});
    }
    return page;
  }

  Result<std::vector<std::string>> ListFolders(std::string_view prefix) override {
    if (!prefix.empty() && !prefix.ends_with('/')) {
      return Fail(ErrorKind::kUsage, "folders are listed under a prefix that ends in '/'",
                  Where(prefix));
    }
    std::vector<std::string> folders;
    const std::shared_lock<std::shared_mutex> lock(mutex_);
    auto position = objects_.lower_bound(prefix);
    while (position != objects_.end() && position->first.starts_with(prefix)) {
      const size_t slash = position->first.find('/', prefix.size());
      if (slash == std::string::npos || IsTemporaryKey(position->first)) {
        ++position;
        continue;
      }
      folders.push_back(position->first.substr(prefix.size(), slash - prefix.size()));
      std::string after_folder = position->first.substr(0, slash);
      after_folder += static_cast<char>('/' + 1);
      position = objects_.lower_bound(after_folder);
    }
    // Keys sort "a.b/x" before "a/x", names sort "a" before "a.b".
    std::sort(folders.begin(), folders.end());
    return folders;
  }

  Result<void> Delete(std::string_view key) override {
    LIMNO_TRY(CheckKey(key));
    const std::unique_lock<std::shared_mutex> lock(mutex_);
    if (const auto found = objects_.find(key); found != objects_.end()) {
      objects_.erase(found);
    }
    return {};
  }

  Result<std::optional<std::string>> LocalPath(std::string_view key) override {
    LIMNO_TRY(CheckKey(key));
    return std::nullopt;
  }

  Result<void> Persist(const std::vector<std::string>& keys) override {
    for (const std::string& key : keys) {
      LIMNO_TRY(Find(key));
    }
    return {};
  }

  std::string Describe() const override { return "memory:"; }

 private:
  struct Object {
    std::shared_ptr<const std::string> bytes;
    base::UnixMillis modified_millis = 0;
  };

  static std::string Where(std::string_view key) { return fmt::format("memory:{}", key); }

  Result<Object> Find(std::string_view key) {
    LIMNO_TRY(CheckKey(key));
    const std::shared_lock<std::shared_mutex> lock(mutex_);
    const auto found = objects_.find(key);
    if (found == objects_.end()) {
      return Fail(ErrorKind::kNotFound, "no such object", Where(key));
    }
    return found->second;
  }

  Result<void> Write(std::string_view key, std::string_view bytes, bool replace) {
    LIMNO_TRY(CheckKey(key));
    Object object{std::make_shared<const std::string>(bytes), clock_.Now()};
    const std::unique_lock<std::shared_mutex> lock(mutex_);
    LIMNO_TRY(CheckPlace(key));
    if (replace) {
      objects_.insert_or_assign(std::string(key), std::move(object));
    } else if (!objects_.try_emplace(std::string(key), std::move(object)).second) {
      return Fail(ErrorKind::kAlreadyExists, "the object is already there", Where(key));
    }
    return {};
  }

  /// As in a file system, no key is an object and a folder at once. Call with `mutex_` held.
  Result<void> CheckPlace(std::string_view key) const {
    for (std::string_view folder = FolderOf(key); !folder.empty();
         folder = FolderOf(folder.substr(0, folder.size() - 1))) {
      if (objects_.contains(folder.substr(0, folder.size() - 1))) {
        return Fail(ErrorKind::kUsage, fmt::format("'{}' is an object, not a folder", folder),
                    Where(key));
      }
    }
    const std::string as_folder = fmt::format("{}/", key);
    const auto inside = objects_.lower_bound(as_folder);
    if (inside != objects_.end() && inside->first.starts_with(as_folder)) {
      return Fail(ErrorKind::kUsage, "the name belongs to a folder", Where(key));
    }
    return {};
  }

  base::Clock& clock_;
  std::shared_mutex mutex_;
  std::map<std::string, Object, std::less<>> objects_;
};

}  // namespace

std::unique_ptr<ObjectStore> MakeMemoryStore(base::Clock& clock) {
  return std::make_unique<MemoryStore>(clock);
}

}  // namespace limno::storage
