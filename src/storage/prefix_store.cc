#include "storage/prefix_store.h"

#include <fmt/format.h>

namespace limno::storage {
namespace {

class PrefixStore final : public ObjectStore {
 public:
  /// `prefix` is "" or ends in '/'.
  PrefixStore(std::shared_ptr<ObjectStore> base, std::string prefix)
      : base_(std::move(base)), prefix_(std::move(prefix)) {}

  Result<std::string> Read(std::string_view key) override {
    LIMNO_ASSIGN(const std::string full, Full(key));
    return base_->Read(full);
  }

  Result<std::string> ReadRange(std::string_view key, uint64_t offset, uint64_t length) override {
    LIMNO_ASSIGN(const std::string full, Full(key));
    return base_->ReadRange(full, offset, length);
  }

  Result<ObjectInfo> Head(std::string_view key) override {
    LIMNO_ASSIGN(const std::string full, Full(key));
    LIMNO_ASSIGN(ObjectInfo info, base_->Head(full));
    info.key = key;
    return info;
  }

  Result<void> Put(std::string_view key, std::string_view bytes) override {
    LIMNO_ASSIGN(const std::string full, Full(key));
    return base_->Put(full, bytes);
  }

  Result<void> PutIfAbsent(std::string_view key, std::string_view bytes) override {
    LIMNO_ASSIGN(const std::string full, Full(key));
    return base_->PutIfAbsent(full, bytes);
  }

  Result<void> PutIfAbsentUnsynced(std::string_view key, std::string_view bytes) override {
    LIMNO_ASSIGN(const std::string full, Full(key));
    return base_->PutIfAbsentUnsynced(full, bytes);
  }

  Result<ListPage> List(std::string_view prefix, const ListOptions& options) override {
    LIMNO_TRY(CheckPrefix());
    ListOptions inner = options;
    if (!options.start_after.empty()) {
      inner.start_after = prefix_ + options.start_after;
    }
    LIMNO_ASSIGN(ListPage page, base_->List(fmt::format("{}{}", prefix_, prefix), inner));
    for (ObjectInfo& object : page.objects) {
      object.key.erase(0, prefix_.size());
    }
    return page;
  }

  Result<std::vector<std::string>> ListFolders(std::string_view prefix) override {
    LIMNO_TRY(CheckPrefix());
    if (!prefix.empty() && !prefix.ends_with('/')) {
      return Fail(ErrorKind::kUsage, "folders are listed under a prefix that ends in '/'",
                  std::string(prefix));
    }
    return base_->ListFolders(fmt::format("{}{}", prefix_, prefix));
  }

  Result<void> Delete(std::string_view key) override {
    LIMNO_ASSIGN(const std::string full, Full(key));
    return base_->Delete(full);
  }

  Result<void> DeleteBatch(const std::vector<std::string>& keys) override {
    LIMNO_ASSIGN(const std::vector<std::string> full, AllFull(keys));
    return base_->DeleteBatch(full);
  }

  Result<std::optional<std::string>> LocalPath(std::string_view key) override {
    LIMNO_ASSIGN(const std::string full, Full(key));
    return base_->LocalPath(full);
  }

  Result<void> Persist(const std::vector<std::string>& keys) override {
    LIMNO_ASSIGN(const std::vector<std::string> full, AllFull(keys));
    return base_->Persist(full);
  }

  std::string Describe() const override {
    const std::string base = base_->Describe();
    const bool joined = base.ends_with('/') || base.ends_with(':');
    return fmt::format("{}{}{}", base, joined ? "" : "/",
                       std::string_view(prefix_).substr(0, prefix_.size() - !prefix_.empty()));
  }

 private:
  Result<void> CheckPrefix() const {
    return prefix_.empty() ? Result<void>()
                           : CheckKey(std::string_view(prefix_).substr(0, prefix_.size() - 1));
  }

  /// Keys are checked before they are joined, so that none leaves the prefix.
  Result<std::string> Full(std::string_view key) const {
    LIMNO_TRY(CheckPrefix());
    LIMNO_TRY(CheckKey(key));
    return fmt::format("{}{}", prefix_, key);
  }

  Result<std::vector<std::string>> AllFull(const std::vector<std::string>& keys) const {
    std::vector<std::string> all;
    all.reserve(keys.size());
    for (const std::string& key : keys) {
      LIMNO_ASSIGN(std::string full, Full(key));
      all.push_back(std::move(full));
    }
    return all;
  }

  const std::shared_ptr<ObjectStore> base_;
  const std::string prefix_;
};

}  // namespace

std::unique_ptr<ObjectStore> MakePrefixStore(std::shared_ptr<ObjectStore> base,
                                             std::string prefix) {
  if (!prefix.empty() && !prefix.ends_with('/')) {
    prefix += '/';
  }
  return std::make_unique<PrefixStore>(std::move(base), std::move(prefix));
}

}  // namespace limno::storage
