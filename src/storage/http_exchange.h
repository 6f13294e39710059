// One HTTP request and its answer. The only file that includes libcurl is http_exchange.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "limno/result.h"
#include "storage/http_client.h"

namespace limno::storage {

struct HttpRequest {
  std::string url;
  /// Ask for the header only (HEAD).
  bool head_only = false;
  /// "Name: value".
  std::vector<std::string> headers;
  /// The exchange is given up as broken after this; 0: never.
  int64_t longest_millis = 0;
};

struct HttpHead {
  int status = 0;
  /// Where redirects led.
  std::string url;
  /// By lower-case name; of several equal names the last.
  std::map<std::string, std::string> headers;

  /// "" if absent.
  std::string Header(const std::string& name) const;
  /// An HTTP date (RFC 9110, section 5.6.7); nullopt if absent or no date.
  std::optional<base::UnixMillis> DateHeader(const std::string& name) const;
  /// A number of bytes; nullopt if absent or no number.
  std::optional<uint64_t> NumberHeader(const std::string& name) const;
};

/// What to do with an answer; each returns whether to go on.
struct HttpListener {
  /// Called once, before any body.
  std::function<bool(const HttpHead&)> on_head;
  std::function<bool(std::string_view)> on_body;
  /// Called now and then, also while nothing arrives. May be empty.
  std::function<bool()> on_tick;
};

enum class HttpEnd {
  /// The whole answer has arrived; its status may still tell of a failure.
  kComplete,
  /// The listener did not want to go on.
  kStopped,
  /// The connection failed or broke; trying again may help.
  kBroken,
  /// Trying again will not help.
  kHopeless,
};

struct HttpOutcome {
  HttpEnd end = HttpEnd::kComplete;
  HttpHead head;
  /// Says why, for kBroken and kHopeless.
  Error error;
};

/// Keeps connections open between exchanges. Thread safe.
class HttpConnections {
 public:
  explicit HttpConnections(HttpOptions options);
  ~HttpConnections();

  /// Follows redirects (only to http and https).
  HttpOutcome Exchange(const HttpRequest& request, const HttpListener& listener);

 private:
  class Handle;

  std::unique_ptr<Handle> Borrow();
  void Return(std::unique_ptr<Handle> handle);

  const HttpOptions options_;
  std::mutex mutex_;
  /// Guarded by mutex_.
  std::vector<std::unique_ptr<Handle>> idle_;
};

}  // namespace limno::storage
