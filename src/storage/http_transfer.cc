#include "storage/http_transfer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "storage/url.h"

namespace limno::storage {
namespace {

constexpr int kOk = 200;
constexpr int kPartialContent = 206;
constexpr int kRangeNotSatisfiable = 416;
constexpr uint64_t kMostDropped = uint64_t{64} << 10;
constexpr uint64_t kMostSkipped = uint64_t{256} << 20;
// RFC 9110, section 8.8.2.2: a date names a version only if nothing can have changed within it.
constexpr int64_t kStrongDateMillis = 60'000;

struct ContentRange {
  std::optional<uint64_t> first;
  std::optional<uint64_t> size;
};

std::optional<uint64_t> LeadingNumber(std::string_view text) {
  uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc() && end != text.data() ? std::optional(number) : std::nullopt;
}

/// "bytes 5-9/10", "bytes 5-9/*", "bytes */10" (RFC 9110, section 14.4).
ContentRange ParseContentRange(std::string_view text) {
  ContentRange range;
  if (text.starts_with("bytes ")) {
    range.first = LeadingNumber(text.substr(6));
    if (const size_t slash = text.find('/'); slash != std::string_view::npos) {
      range.size = LeadingNumber(text.substr(slash + 1));
    }
  }
  return range;
}

}  // namespace

HttpTransfer::HttpTransfer(HttpConnections& connections, const HttpOptions& options,
                           base::Clock& clock, base::Random& random, TransferRequest request,
                           TransferSink& sink)
    : connections_(connections),
      options_(options),
      clock_(clock),
      random_(random),
      request_(std::move(request)),
      sink_(sink) {}

HttpTransfer::Version HttpTransfer::VersionOf(const HttpHead& head) {
  Version version;
  version.etag = head.Header("etag");
  version.modified_millis = head.DateHeader("last-modified");
  if (!version.etag.empty() && !version.etag.starts_with("W/")) {
    version.validator = version.etag;
  } else if (const auto date = head.DateHeader("date");
             version.etag.empty() && date && version.modified_millis &&
             *date - *version.modified_millis >= kStrongDateMillis) {
    version.validator = head.Header("last-modified");
  }
  return version;
}

bool HttpTransfer::AsksForRange() const {
  return request_.offset > 0 || request_.length != UINT64_MAX || received_ > 0;
}

HttpRequest HttpTransfer::NextRequest() const {
  HttpRequest request;
  request.url = request_.url;
  if (AsksForRange()) {
    const uint64_t first = request_.offset + received_;
    const bool bounded = request_.length < UINT64_MAX - request_.offset;
    request.headers.push_back(
        bounded ? fmt::format("Range: bytes={}-{}", first, request_.offset + request_.length - 1)
                : fmt::format("Range: bytes={}-", first));
  }
  if (received_ > 0) {
    request.headers.push_back(fmt::format("If-Range: {}", version_.validator));
  }
  return request;
}

Result<TransferInfo> HttpTransfer::Run() {
  const auto go_on = [this] {
    return !request_.progress || request_.progress(received_, version_.size_bytes);
  };
  RetryPace pace(options_, clock_, random_, request_.limits.longest_millis,
                 request_.progress ? go_on : std::function<bool()>());
  while (true) {
    stopped_for_.reset();
    const uint64_t received_before = received_;
    HttpRequest request = NextRequest();
    request.longest_millis = pace.RemainingMillis();
    const HttpOutcome outcome = connections_.Exchange(
        request, {[this](const HttpHead& head) { return OnHead(head); },
                  [this](std::string_view bytes) { return OnBody(bytes); }, go_on});
    if (received_ > most_received_) {
      most_received_ = received_;
      pace.Progressed();
    }
    if (const std::optional<Result<void>> end = Conclude(outcome, received_before, pace)) {
      LIMNO_TRY(*end);
      return TransferInfo{received_, version_.etag, version_.modified_millis, final_url_};
    }
    if (received_ > 0 && version_.validator.empty()) {
      received_ = 0;
      LIMNO_TRY(sink_.Restart());
    }
  }
}

std::optional<Result<void>> HttpTransfer::Conclude(const HttpOutcome& outcome,
                                                   uint64_t received_before, RetryPace& pace) {
  HttpFailure failure;
  if (outcome.end == HttpEnd::kStopped && !stopped_for_) {
    if (IsComplete()) {
      return Result<void>();
    }
    return Fail(ErrorKind::kInterrupted, "the transfer was stopped", DisplayUrl(request_.url));
  }
  if (stopped_for_) {
    failure = *stopped_for_;
  } else if (outcome.end == HttpEnd::kBroken || outcome.end == HttpEnd::kHopeless) {
    failure = {outcome.error, outcome.end == HttpEnd::kBroken, std::nullopt};
  } else if (outcome.head.status == kRangeNotSatisfiable && AsksForRange() && received_ == 0) {
    return OnRangeBeyondEnd(outcome.head);
  } else if (outcome.head.status == kRangeNotSatisfiable && received_ > 0) {
    // The content has become shorter: another version.
    StartAgain("the content changed while it was read");
    failure = *stopped_for_;
  } else if (outcome.head.status == kOk && to_skip_ > skipped_) {
    return Fail(
        ErrorKind::kUsage,
        fmt::format("a range that begins at {} is beyond the end of the content", request_.offset),
        DisplayUrl(request_.url));
  } else if (outcome.head.status == kOk || IsComplete() || !version_.size_bytes) {
    return Result<void>();
  } else if (received_ > received_before) {
    // A server may answer with less than it was asked for; the rest is fetched without a pause.
    return std::nullopt;
  } else {
    failure = {{ErrorKind::kUnavailable, "the server sent no bytes", DisplayUrl(request_.url), {}},
               true,
               std::nullopt};
  }
  if (Result<void> paused = pace.AfterFailure(std::move(failure)); !paused) {
    return paused;
  }
  return std::nullopt;
}

std::optional<Result<void>> HttpTransfer::OnRangeBeyondEnd(const HttpHead& head) {
  const std::optional<uint64_t> size = ParseContentRange(head.Header("content-range")).size;
  if (size && *size == request_.offset) {
    return Result<void>();
  }
  return Fail(ErrorKind::kUsage,
              size ? fmt::format("a range that begins at {} is beyond the end of {} bytes",
                                 request_.offset, *size)
                   : fmt::format("a range that begins at {} is beyond the end of the content",
                                 request_.offset),
              DisplayUrl(request_.url));
}

bool HttpTransfer::IsComplete() const {
  if (received_ == request_.length) {
    return true;
  }
  return version_.size_bytes && request_.offset + received_ >= *version_.size_bytes;
}

bool HttpTransfer::OnHead(const HttpHead& head) {
  final_url_ = head.url;
  to_drop_.reset();
  is_whole_ = head.status == kOk;
  if (is_whole_) {
    return OnWholeContent(head);
  }
  if (head.status == kPartialContent) {
    return OnPartOfContent(head);
  }
  // What such an answer says in its body is read and dropped, which keeps the connection usable.
  to_drop_ = kMostDropped;
  if (head.status != kRangeNotSatisfiable) {
    stopped_for_ = FailureOfStatus(head, request_.url, clock_.Now());
  }
  return true;
}

bool HttpTransfer::OnWholeContent(const HttpHead& head) {
  // To a request for the rest this says that the content has changed, or that the server has no
  // ranges; either way these bytes begin at the beginning.
  if (received_ > 0 && !Forget()) {
    return false;
  }
  version_ = VersionOf(head);
  version_.size_bytes = head.NumberHeader("content-length");
  to_skip_ = request_.offset;
  skipped_ = 0;
  if (to_skip_ > kMostSkipped) {
    return Stop(ErrorKind::kUnsupported,
                fmt::format("the server ignores ranges; reading from {} on would mean to fetch "
                            "everything before it",
                            request_.offset),
                "download the file first");
  }
  const uint64_t largest = request_.limits.largest_bytes;
  if (largest > 0 && version_.size_bytes.value_or(0) > largest) {
    return Stop(ErrorKind::kExhausted, fmt::format("the content has {} bytes, the limit is {}",
                                                   *version_.size_bytes, largest));
  }
  return true;
}

bool HttpTransfer::OnPartOfContent(const HttpHead& head) {
  const ContentRange range = ParseContentRange(head.Header("content-range"));
  if (!AsksForRange() || range.first != request_.offset + received_) {
    return StartAgain("the server sent another part than the one asked for");
  }
  Version version = VersionOf(head);
  version.size_bytes = range.size;
  to_skip_ = 0;
  skipped_ = 0;
  if (received_ == 0) {
    version_ = std::move(version);
    return true;
  }
  // An answer to If-Range may leave out what the client knows.
  const bool same =
      (version.etag.empty() || version.etag == version_.etag) &&
      (!version.modified_millis || version.modified_millis == version_.modified_millis) &&
      (!version.size_bytes || !version_.size_bytes || version.size_bytes == version_.size_bytes);
  return same ? true : StartAgain("the content changed while it was read");
}

bool HttpTransfer::Forget() {
  received_ = 0;
  Result<void> restarted = sink_.Restart();
  if (!restarted) {
    stopped_for_ = HttpFailure{std::move(restarted).error(), false, std::nullopt};
  }
  return restarted.has_value();
}

bool HttpTransfer::StartAgain(std::string reason) {
  if (!Forget()) {
    return false;
  }
  Stop(ErrorKind::kUnavailable, std::move(reason));
  stopped_for_->may_pass = true;
  return false;
}

bool HttpTransfer::OnBody(std::string_view bytes) {
  if (to_drop_) {
    *to_drop_ -= std::min<uint64_t>(*to_drop_, bytes.size());
    return *to_drop_ > 0;
  }
  if (skipped_ < to_skip_) {
    const uint64_t dropped = std::min<uint64_t>(to_skip_ - skipped_, bytes.size());
    skipped_ += dropped;
    bytes.remove_prefix(dropped);
  }
  bytes = bytes.substr(0, std::min<uint64_t>(bytes.size(), request_.length - received_));
  const uint64_t largest = request_.limits.largest_bytes;
  if (largest > 0 && received_ + bytes.size() > largest) {
    return Stop(ErrorKind::kExhausted,
                fmt::format("the content is larger than the limit of {} bytes", largest));
  }
  if (Result<void> appended = sink_.Append(bytes); !appended) {
    stopped_for_ = HttpFailure{std::move(appended).error(), false, std::nullopt};
    return false;
  }
  received_ += bytes.size();
  // Of a whole content that was to be a part, the rest is not wanted.
  return !is_whole_ || received_ < request_.length;
}

bool HttpTransfer::Stop(ErrorKind kind, std::string message, std::string hint) {
  stopped_for_ = HttpFailure{
      {kind, std::move(message), DisplayUrl(request_.url), std::move(hint)}, false, std::nullopt};
  return false;
}

}  // namespace limno::storage
