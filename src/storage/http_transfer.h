// Bringing the bytes of one URL here, whatever breaks on the way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "limno/result.h"
#include "storage/http_client.h"
#include "storage/http_exchange.h"
#include "storage/http_retry.h"

namespace limno::storage {

struct TransferRequest {
  std::string url;
  /// Bytes [offset, offset + length), fewer where the content ends.
  uint64_t offset = 0;
  uint64_t length = UINT64_MAX;
  DownloadLimits limits;
  ProgressCallback progress;
};

/// Where the bytes go.
class TransferSink {
 public:
  virtual ~TransferSink() = default;
  virtual Result<void> Append(std::string_view bytes) = 0;
  /// Forgets everything: the transfer starts again.
  virtual Result<void> Restart() = 0;
};

struct TransferInfo {
  uint64_t bytes = 0;
  std::string etag;
  std::optional<base::UnixMillis> modified_millis;
  std::string final_url;
};

/// One transfer; use once. What goes into the sink comes from one version of the content.
class HttpTransfer {
 public:
  HttpTransfer(HttpConnections& connections, const HttpOptions& options, base::Clock& clock,
               base::Random& random, TransferRequest request, TransferSink& sink);

  /// kUsage if the content ends before request.offset; otherwise as HttpClient says.
  Result<TransferInfo> Run();

 private:
  /// By what a server names one version of a content.
  struct Version {
    std::string etag;
    std::optional<base::UnixMillis> modified_millis;
    std::optional<uint64_t> size_bytes;
    /// For If-Range; "" if there is nothing strong enough.
    std::string validator;
  };

  HttpRequest NextRequest() const;
  bool AsksForRange() const;
  bool OnHead(const HttpHead& head);
  bool OnWholeContent(const HttpHead& head);
  bool OnPartOfContent(const HttpHead& head);
  bool OnBody(std::string_view bytes);
  /// Empties the sink. Like the listeners it returns false, and says why in stopped_for_, if the
  /// exchange must stop.
  bool Forget();
  bool StartAgain(std::string reason);
  bool Stop(ErrorKind kind, std::string message, std::string hint = {});
  bool IsComplete() const;
  /// nullopt: go on with another request at once.
  std::optional<Result<void>> Conclude(const HttpOutcome& outcome, uint64_t received_before,
                                       RetryPace& pace);
  std::optional<Result<void>> OnRangeBeyondEnd(const HttpHead& head);
  static Version VersionOf(const HttpHead& head);

  HttpConnections& connections_;
  const HttpOptions& options_;
  base::Clock& clock_;
  base::Random& random_;
  const TransferRequest request_;
  TransferSink& sink_;

  Version version_;
  std::string final_url_;
  /// Bytes in the sink, and the most there ever were.
  uint64_t received_ = 0;
  uint64_t most_received_ = 0;
  /// Bytes still to be dropped because the server ignores ranges.
  uint64_t to_skip_ = 0;
  uint64_t skipped_ = 0;
  /// The present answer is the whole content, not a part of it.
  bool is_whole_ = false;
  /// The body of the present answer is no content: how much of it may still be dropped.
  std::optional<uint64_t> to_drop_;
  /// Why the listener stopped the exchange, if it did.
  std::optional<HttpFailure> stopped_for_;
};

}  // namespace limno::storage
