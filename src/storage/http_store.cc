#include "storage/http_store.h"

#include <fmt/format.h>

#include "storage/url.h"

namespace limno::storage {
namespace {

class HttpStore final : public ObjectStore {
 public:
  /// `base_url` ends in '/'.
  HttpStore(std::string base_url, HttpOptions options, base::Clock& clock, base::Random& random)
      : base_url_(std::move(base_url)), client_(std::move(options), clock, random) {}

  Result<std::string> Read(std::string_view key) override { return ReadRange(key, 0, UINT64_MAX); }

  Result<std::string> ReadRange(std::string_view key, uint64_t offset, uint64_t length) override {
    LIMNO_TRY(CheckKey(key));
    return client_.Read(UrlOf(key), offset, length);
  }

  Result<ObjectInfo> Head(std::string_view key) override {
    LIMNO_TRY(CheckKey(key));
    const std::string url = UrlOf(key);
    LIMNO_ASSIGN(UrlInfo info, client_.Probe(url));
    if (!info.size_bytes) {
      return Fail(ErrorKind::kUnsupported, "the server does not tell how large the object is",
                  DisplayUrl(url), "download the file first");
    }
    return ObjectInfo{std::string(key), *info.size_bytes, info.modified_millis.value_or(0),
                      std::move(info.etag)};
  }

  Result<void> Put(std::string_view key, std::string_view) override { return ReadOnly(key); }
  Result<void> PutIfAbsent(std::string_view key, std::string_view) override {
    return ReadOnly(key);
  }
  Result<void> Delete(std::string_view key) override { return ReadOnly(key); }

  Result<ListPage> List(std::string_view prefix, const ListOptions&) override {
    return NoListing(prefix);
  }
  Result<std::vector<std::string>> ListFolders(std::string_view prefix) override {
    return NoListing(prefix);
  }

  Result<std::optional<std::string>> LocalPath(std::string_view key) override {
    LIMNO_TRY(CheckKey(key));
    return std::nullopt;
  }

  Result<void> Persist(const std::vector<std::string>& keys) override {
    return keys.empty() ? Result<void>() : ReadOnly(keys.front());
  }

  std::string Describe() const override {
    const std::string shown = DisplayUrl(base_url_);
    return shown.substr(0, shown.size() - 1);
  }

 private:
  std::string UrlOf(std::string_view key) const {
    return fmt::format("{}{}", base_url_, EncodeUrlPath(key));
  }

  tl::unexpected<Error> ReadOnly(std::string_view key) const {
    return Fail(ErrorKind::kUnsupported, "nothing can be written or deleted over HTTP",
                DisplayUrl(UrlOf(key)), "use a local folder as the lake");
  }

  tl::unexpected<Error> NoListing(std::string_view prefix) const {
    return Fail(ErrorKind::kUnsupported, "HTTP servers cannot be asked which objects they have",
                DisplayUrl(UrlOf(prefix)), "name the files, or use a local folder");
  }

  const std::string base_url_;
  HttpClient client_;
};

}  // namespace

std::unique_ptr<ObjectStore> MakeHttpStore(std::string base_url, HttpOptions options,
                                           base::Clock& clock, base::Random& random) {
  if (!base_url.ends_with('/')) {
    base_url += '/';
  }
  return std::make_unique<HttpStore>(std::move(base_url), std::move(options), clock, random);
}

}  // namespace limno::storage
