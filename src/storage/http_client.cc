#include "storage/http_client.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "storage/http_exchange.h"
#include "storage/http_retry.h"
#include "storage/http_transfer.h"
#include "storage/object_store.h"
#include "storage/temporary_file.h"
#include "storage/url.h"

namespace limno::storage {
namespace {

constexpr int kOk = 200;
constexpr int kPartialContent = 206;
constexpr int kRangeNotSatisfiable = 416;

class StringSink final : public TransferSink {
 public:
  Result<void> Append(std::string_view bytes) override {
    bytes_ += bytes;
    return {};
  }
  Result<void> Restart() override {
    bytes_.clear();
    return {};
  }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class FileSink final : public TransferSink {
 public:
  FileSink(int file, const std::string& path) : file_(file), path_(path) {}

  Result<void> Append(std::string_view bytes) override { return WriteAll(file_, bytes, path_); }
  Result<void> Restart() override {
    if (::ftruncate(file_, 0) != 0 || ::lseek(file_, 0, SEEK_SET) != 0) {
      return Fail(SystemError(errno, "cannot write", path_));
    }
    return {};
  }

 private:
  const int file_;
  const std::string& path_;
};

UrlInfo InfoOf(const HttpHead& head) {
  UrlInfo info;
  info.etag = head.Header("etag");
  info.modified_millis = head.DateHeader("last-modified");
  info.final_url = head.url;
  if (head.status == kOk) {
    info.size_bytes = head.NumberHeader("content-length");
  } else {
    const std::string range = head.Header("content-range");
    HttpHead part;
    part.headers["size"] = range.substr(range.rfind('/') + 1);
    info.size_bytes = part.NumberHeader("size");
  }
  return info;
}

/// Servers that know a URL only for GET (signed ones, for example) answer HEAD with one of these.
bool MayRefuseOnlyHead(int status) {
  return status == 400 || status == 403 || status == 405 || status == 501;
}

}  // namespace

struct HttpClient::Parts {
  HttpOptions options;
  base::Clock& clock;
  base::Random& random;
  HttpConnections connections;

  /// One answer, or the failure that remains after all tries. Only the head is read.
  Result<HttpHead> AskForHead(const HttpRequest& request) {
    RetryPace pace(options, clock, random, 0, {});
    while (true) {
      HttpOutcome outcome = connections.Exchange(
          request,
          {[](const HttpHead&) { return true; }, [](std::string_view) { return false; }, {}});
      if (outcome.end == HttpEnd::kComplete || outcome.end == HttpEnd::kStopped) {
        const int status = outcome.head.status;
        HttpFailure failure = FailureOfStatus(outcome.head, request.url, clock.Now());
        if (status < 300 || !failure.may_pass) {
          return std::move(outcome.head);
        }
        LIMNO_TRY(pace.AfterFailure(std::move(failure)));
      } else {
        LIMNO_TRY(pace.AfterFailure(
            {std::move(outcome.error), outcome.end == HttpEnd::kBroken, std::nullopt}));
      }
    }
  }

  Result<TransferInfo> Transfer(TransferRequest request, TransferSink& sink) {
    return HttpTransfer(connections, options, clock, random, std::move(request), sink).Run();
  }
};

HttpClient::HttpClient(HttpOptions options, base::Clock& clock, base::Random& random)
    : parts_(new Parts{options, clock, random, HttpConnections(options)}) {}

HttpClient::~HttpClient() = default;

Result<UrlInfo> HttpClient::Probe(const std::string& url) {
  HttpRequest request;
  request.url = url;
  request.head_only = true;
  LIMNO_ASSIGN(HttpHead head, parts_->AskForHead(request));
  const bool size_unknown = head.status == kOk && !head.NumberHeader("content-length");
  if (MayRefuseOnlyHead(head.status) || size_unknown) {
    request.head_only = false;
    request.headers = {"Range: bytes=0-0"};
    LIMNO_ASSIGN(head, parts_->AskForHead(request));
    if (head.status == kRangeNotSatisfiable) {
      UrlInfo info = InfoOf(head);
      info.size_bytes = 0;
      return info;
    }
  }
  if (head.status != kOk && head.status != kPartialContent) {
    return Fail(FailureOfStatus(head, url, parts_->clock.Now()).error);
  }
  return InfoOf(head);
}

Result<std::string> HttpClient::Read(const std::string& url, uint64_t offset, uint64_t length) {
  if (length == 0) {
    // HTTP has no empty ranges.
    LIMNO_ASSIGN(const UrlInfo info, Probe(url));
    if (info.size_bytes && offset > *info.size_bytes) {
      return Fail(ErrorKind::kUsage,
                  fmt::format("a range that begins at {} is beyond the end of {} bytes", offset,
                              *info.size_bytes),
                  DisplayUrl(url));
    }
    return std::string();
  }
  StringSink sink;
  TransferRequest request;
  request.url = url;
  request.offset = offset;
  request.length = length;
  LIMNO_TRY(parts_->Transfer(std::move(request), sink));
  return sink.Take();
}

Result<DownloadInfo> HttpClient::Download(const std::string& url, const std::string& path,
                                          const DownloadLimits& limits,
                                          const ProgressCallback& progress) {
  const std::string folder_path(FolderOf(path));
  const FileDescriptor folder(
      ::open(folder_path.empty() ? "." : folder_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) {
    return Fail(SystemError(errno, "cannot open folder", folder_path));
  }
  LIMNO_ASSIGN(
      TemporaryFile file,
      TemporaryFile::Create(folder.get(), path.substr(folder_path.size()), path, parts_->random));
  FileSink sink(file.descriptor(), path);
  TransferRequest request;
  request.url = url;
  request.limits = limits;
  request.progress = progress;
  LIMNO_ASSIGN(TransferInfo info, parts_->Transfer(std::move(request), sink));
  LIMNO_TRY(file.PublishReplacing());
  return DownloadInfo{info.bytes, std::move(info.etag), info.modified_millis,
                      std::move(info.final_url)};
}

}  // namespace limno::storage
