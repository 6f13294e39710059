#include "storage/http_retry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "storage/url.h"

namespace limno::storage {
namespace {

constexpr int64_t kPauseSliceMillis = 100;

std::optional<int64_t> RetryAfter(const HttpHead& head, base::UnixMillis now) {
  if (const std::optional<uint64_t> seconds = head.NumberHeader("retry-after")) {
    return static_cast<int64_t>(std::min<uint64_t>(*seconds, 1U << 30)) * 1000;
  }
  if (const std::optional<base::UnixMillis> date = head.DateHeader("retry-after")) {
    return std::max<int64_t>(*date - now, 0);
  }
  return std::nullopt;
}

bool MayPass(int status) {
  static constexpr std::array<int, 7> kPassing = {408, 425, 429, 500, 502, 503, 504};
  // 52x are what proxies say about servers behind them.
  return std::find(kPassing.begin(), kPassing.end(), status) != kPassing.end() ||
         (status >= 520 && status < 530);
}

ErrorKind KindOf(int status) {
  switch (status) {
    case 404:
    case 410:
      return ErrorKind::kNotFound;
    case 401:
    case 403:
    case 407:
      return ErrorKind::kDenied;
    default:
      return status >= 500 || MayPass(status) ? ErrorKind::kUnavailable : ErrorKind::kUsage;
  }
}

}  // namespace

HttpFailure FailureOfStatus(const HttpHead& head, std::string_view url, base::UnixMillis now) {
  HttpFailure failure;
  failure.may_pass = MayPass(head.status);
  failure.retry_after_millis = RetryAfter(head, now);
  failure.error = {KindOf(head.status),
                   fmt::format("the server answered with HTTP {}", head.status),
                   DisplayUrl(url),
                   {}};
  if (failure.error.kind == ErrorKind::kNotFound) {
    failure.error.message = fmt::format("not found on the server (HTTP {})", head.status);
    failure.error.hint = "check the URL";
  } else if (failure.error.kind == ErrorKind::kDenied) {
    failure.error.message = fmt::format("the server refused access (HTTP {})", head.status);
    failure.error.hint = "check the credentials and rights this URL needs";
  }
  return failure;
}

RetryPace::RetryPace(const HttpOptions& options, base::Clock& clock, base::Random& random,
                     int64_t longest_millis, std::function<bool()> go_on)
    : options_(options),
      clock_(clock),
      random_(random),
      deadline_(longest_millis > 0 ? std::optional(clock.Now() + longest_millis) : std::nullopt),
      longest_millis_(longest_millis),
      go_on_(std::move(go_on)) {}

int64_t RetryPace::RemainingMillis() const {
  return deadline_ ? std::max<int64_t>(*deadline_ - clock_.Now(), 1) : 0;
}

int64_t RetryPace::NextDelay() {
  int64_t delay = options_.first_delay_millis;
  for (int failure = 1; failure < failures_ && delay < options_.longest_delay_millis; ++failure) {
    delay *= 2;
  }
  delay = std::min(delay, options_.longest_delay_millis);
  // Half of it at random, so that clients that failed together do not come back together.
  const int64_t half = delay / 2;
  return delay - half + static_cast<int64_t>(random_.Below(static_cast<uint64_t>(half) + 1));
}

Result<void> RetryPace::Pause(int64_t millis) {
  while (millis > 0) {
    if (go_on_ && !go_on_()) {
      return Fail(ErrorKind::kInterrupted, "stopped while waiting for a server");
    }
    const int64_t slice = go_on_ ? std::min(millis, kPauseSliceMillis) : millis;
    clock_.Sleep(slice);
    millis -= slice;
  }
  return {};
}

Result<void> RetryPace::AfterFailure(HttpFailure failure) {
  ++failures_;
  if (!failure.may_pass) {
    return Fail(std::move(failure.error));
  }
  const int64_t asked = failure.retry_after_millis.value_or(0);
  if (asked > options_.longest_retry_after_millis) {
    failure.error.hint = fmt::format("the server asks to come back in {} s", asked / 1000);
    return Fail(std::move(failure.error));
  }
  if (failures_ >= options_.attempts) {
    failure.error.message += fmt::format(", {} times in a row", failures_);
    failure.error.hint = failure.error.hint.empty() ? "try again later" : failure.error.hint;
    return Fail(std::move(failure.error));
  }
  const int64_t delay = std::max(NextDelay(), asked);
  if (deadline_ && clock_.Now() + delay >= *deadline_) {
    failure.error.kind = ErrorKind::kUnavailable;
    failure.error.message += fmt::format(", and the time limit of {} ms is over", longest_millis_);
    return Fail(std::move(failure.error));
  }
  return Pause(delay);
}

}  // namespace limno::storage
