// Reading over HTTP and HTTPS: what ingest downloads and what the HTTP store reads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "limno/result.h"

namespace limno::storage {

struct HttpOptions {
  /// How often in a row an exchange may fail; bytes that arrived start the count anew.
  int attempts = 5;
  /// The pause doubles with each failure from the first to the longest, and half of it is random.
  int64_t first_delay_millis = 250;
  int64_t longest_delay_millis = 10'000;
  /// A server that asks for a longer pause (Retry-After) is not waited for.
  int64_t longest_retry_after_millis = 60'000;
  int64_t connect_timeout_millis = 15'000;
  /// A transfer is broken if it stays below this many bytes per second for this long.
  int64_t slowest_bytes_per_second = 1;
  int64_t slowest_seconds = 30;
  int64_t most_redirects = 10;
  std::string user_agent = "limno";
};

/// What a server says about a URL.
struct UrlInfo {
  std::optional<uint64_t> size_bytes;
  /// As sent, with quotes and W/; "" if the server gives none.
  std::string etag;
  std::optional<base::UnixMillis> modified_millis;
  /// Where redirects led.
  std::string final_url;
};

struct DownloadLimits {
  /// kExhausted beyond; 0: no limit.
  uint64_t largest_bytes = 0;
  /// kUnavailable beyond, pauses included; 0: no limit.
  int64_t longest_millis = 0;
};

struct DownloadInfo {
  uint64_t bytes = 0;
  /// As in UrlInfo.
  std::string etag;
  std::optional<base::UnixMillis> modified_millis;
  std::string final_url;
};

/// Bytes received so far and, where the server tells, of how many. Returning false stops the
/// transfer with kInterrupted. Called from the downloading thread, also while nothing arrives; the
/// number goes back to 0 where a transfer has to start again.
using ProgressCallback = std::function<bool(uint64_t received, std::optional<uint64_t> total)>;

/// Failures that may pass (connection, time-out, 408, 425, 429, 5xx) are tried again; a broken
/// transfer goes on where it broke if the server has an ETag or date by which to know that the
/// bytes are still the same ones, otherwise from the beginning: two versions are never mixed.
///
/// Failure kinds: kNotFound (404, 410), kDenied (401, 403, certificates), kUnavailable (what did
/// not pass in `attempts`), kUsage (a bad URL, other 4xx), kUnsupported, kExhausted, kInterrupted.
/// The message names the URL without its secrets. Thread safe.
class HttpClient {
 public:
  /// `clock` and `random` must outlive the client.
  HttpClient(HttpOptions options, base::Clock& clock, base::Random& random);
  ~HttpClient();

  /// Asks with HEAD, or for one byte where a server refuses HEAD.
  Result<UrlInfo> Probe(const std::string& url);

  /// Bytes [offset, offset + length), fewer where the content ends; kUsage if offset lies beyond.
  /// A server that ignores ranges is read from the beginning as long as that is no more than
  /// 256 MiB; otherwise kUnsupported.
  Result<std::string> Read(const std::string& url, uint64_t offset, uint64_t length);

  /// Writes the content to the file `path`, which appears when it is complete; its folder must be
  /// there. Not fsynced. Nothing is left behind on failure.
  Result<DownloadInfo> Download(const std::string& url, const std::string& path,
                                const DownloadLimits& limits, const ProgressCallback& progress);

 private:
  struct Parts;
  const std::unique_ptr<Parts> parts_;
};

}  // namespace limno::storage
