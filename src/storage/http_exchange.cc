#include "storage/http_exchange.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "storage/url.h"

namespace limno::storage {
namespace {

constexpr size_t kMostIdle = 16;

std::string_view Trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  const size_t last = text.find_last_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, last - first + 1);
}

struct FreeHeaders {
  void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
};

/// The state of one exchange, lent to libcurl's callbacks.
struct Conversation {
  const HttpListener& listener;
  HttpHead head;
  CURL* curl = nullptr;
  bool head_told = false;
  bool stopped = false;

  bool TellHead() {
    if (!head_told) {
      head_told = true;
      long status = 0;
      ::curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
      head.status = static_cast<int>(status);
      const char* url = nullptr;
      ::curl_easy_getinfo(curl, CURLINFO_EFFECTIVE_URL, &url);
      head.url = url == nullptr ? "" : url;
      stopped = !listener.on_head(head);
    }
    return !stopped;
  }
};

size_t OnHeader(char* data, size_t size, size_t count, void* pointer) {
  auto& conversation = *static_cast<Conversation*>(pointer);
  const std::string_view line(data, size * count);
  // Every answer on the way (redirects, 100 Continue) begins with a status line.
  if (line.starts_with("HTTP/")) {
    conversation.head.headers.clear();
  } else if (const size_t colon = line.find(':'); colon != std::string_view::npos) {
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char character) {
      return static_cast<char>(std::tolower(character));
    });
    conversation.head.headers[name] = Trimmed(line.substr(colon + 1));
  }
  return size * count;
}

size_t OnBody(char* data, size_t size, size_t count, void* pointer) {
  auto& conversation = *static_cast<Conversation*>(pointer);
  if (!conversation.TellHead()) {
    return 0;
  }
  conversation.stopped = !conversation.listener.on_body(std::string_view(data, size * count));
  return conversation.stopped ? 0 : size * count;
}

int OnTick(void* pointer, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& conversation = *static_cast<Conversation*>(pointer);
  if (conversation.listener.on_tick && !conversation.listener.on_tick()) {
    conversation.stopped = true;
    return 1;
  }
  return 0;
}

/// Whether `code` may pass, and what it means if it does not.
HttpEnd Judge(CURLcode code, ErrorKind& kind, std::string& hint) {
  kind = ErrorKind::kUnavailable;
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      kind = ErrorKind::kUsage;
      hint = "URLs begin with http:// or https://";
      return HttpEnd::kHopeless;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
      kind = ErrorKind::kDenied;
      hint = "check the server's certificate and the installed certificate authorities";
      return HttpEnd::kHopeless;
    case CURLE_TOO_MANY_REDIRECTS:
      return HttpEnd::kHopeless;
    case CURLE_OUT_OF_MEMORY:
      kind = ErrorKind::kExhausted;
      return HttpEnd::kHopeless;
    case CURLE_COULDNT_RESOLVE_HOST:
      hint = "check the host name and the network";
      return HttpEnd::kBroken;
    default:
      return HttpEnd::kBroken;
  }
}

void RestrictToHttp(CURL* curl) {
#if LIBCURL_VERSION_NUM >= 0x075500
  ::curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  ::curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
  ::curl_easy_setopt(curl, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
  ::curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
}

void StartLibraryOnce() {
  static const CURLcode started = ::curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(started);
}

}  // namespace

std::string HttpHead::Header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

std::optional<base::UnixMillis> HttpHead::DateHeader(const std::string& name) const {
  const std::string text = Header(name);
  const time_t seconds = text.empty() ? -1 : ::curl_getdate(text.c_str(), nullptr);
  return seconds < 0 ? std::nullopt : std::optional<base::UnixMillis>(seconds * int64_t{1000});
}

std::optional<uint64_t> HttpHead::NumberHeader(const std::string& name) const {
  const std::string text = Header(name);
  uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = failure == std::errc() && end == text.data() + text.size();
  return is_number ? std::optional(number) : std::nullopt;
}

class HttpConnections::Handle {
 public:
  Handle() : curl_(::curl_easy_init()) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { ::curl_easy_cleanup(curl_); }

  CURL* get() const { return curl_; }

 private:
  CURL* const curl_;
};

HttpConnections::HttpConnections(HttpOptions options) : options_(std::move(options)) {
  StartLibraryOnce();
}

HttpConnections::~HttpConnections() = default;

std::unique_ptr<HttpConnections::Handle> HttpConnections::Borrow() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (idle_.empty()) {
    return std::make_unique<Handle>();
  }
  std::unique_ptr<Handle> handle = std::move(idle_.back());
  idle_.pop_back();
  return handle;
}

void HttpConnections::Return(std::unique_ptr<Handle> handle) {
  ::curl_easy_reset(handle->get());
  const std::lock_guard<std::mutex> lock(mutex_);
  if (idle_.size() < kMostIdle) {
    idle_.push_back(std::move(handle));
  }
}

HttpOutcome HttpConnections::Exchange(const HttpRequest& request, const HttpListener& listener) {
  std::unique_ptr<Handle> handle = Borrow();
  CURL* const curl = handle->get();
  HttpOutcome outcome;
  if (curl == nullptr) {
    outcome.end = HttpEnd::kHopeless;
    outcome.error = Error{ErrorKind::kExhausted, "no memory for a connection", {}, {}};
    return outcome;
  }
  Conversation conversation{listener, {}, curl};
  std::array<char, CURL_ERROR_SIZE> reason = {};
  std::unique_ptr<curl_slist, FreeHeaders> headers;
  for (const std::string& header : request.headers) {
    headers.reset(::curl_slist_append(headers.release(), header.c_str()));
  }
  RestrictToHttp(curl);
  ::curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  ::curl_easy_setopt(curl, CURLOPT_NOBODY, request.head_only ? 1L : 0L);
  ::curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  ::curl_easy_setopt(curl, CURLOPT_USERAGENT, options_.user_agent.c_str());
  ::curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  ::curl_easy_setopt(curl, CURLOPT_MAXREDIRS, static_cast<long>(options_.most_redirects));
  ::curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  ::curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(options_.connect_timeout_millis));
  ::curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.longest_millis));
  ::curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT,
                     static_cast<long>(options_.slowest_bytes_per_second));
  ::curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options_.slowest_seconds));
  ::curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason.data());
  ::curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &OnHeader);
  ::curl_easy_setopt(curl, CURLOPT_HEADERDATA, &conversation);
  ::curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &OnBody);
  ::curl_easy_setopt(curl, CURLOPT_WRITEDATA, &conversation);
  ::curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  ::curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &OnTick);
  ::curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &conversation);

  const CURLcode code = ::curl_easy_perform(curl);
  if (code == CURLE_OK) {
    conversation.TellHead();
  }
  outcome.head = std::move(conversation.head);
  if (conversation.stopped) {
    outcome.end = HttpEnd::kStopped;
  } else if (code != CURLE_OK) {
    outcome.end = Judge(code, outcome.error.kind, outcome.error.hint);
    outcome.error.message = reason[0] == '\0' ? ::curl_easy_strerror(code) : reason.data();
    outcome.error.where = DisplayUrl(request.url);
  }
  Return(std::move(handle));
  return outcome;
}

}  // namespace limno::storage
