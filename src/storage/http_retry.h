// When to try an HTTP exchange again, and after which pause.
#pragma once

#include <functional>
#include <optional>

#include "base/clock.h"
#include "base/random.h"
#include "limno/result.h"
#include "storage/http_exchange.h"

namespace limno::storage {

/// One failed try.
struct HttpFailure {
  Error error;
  bool may_pass = false;
  /// What the server asks for.
  std::optional<int64_t> retry_after_millis;
};

/// What an answer with this status (not 2xx) means. `url` is what was asked for.
HttpFailure FailureOfStatus(const HttpHead& head, std::string_view url, base::UnixMillis now);

/// Counts failures of one operation and sleeps between its tries.
class RetryPace {
 public:
  /// `longest_millis` for the whole operation, 0: no limit. `go_on` (may be empty) is asked several
  /// times per second during pauses.
  RetryPace(const HttpOptions& options, base::Clock& clock, base::Random& random,
            int64_t longest_millis, std::function<bool()> go_on);

  /// Sleeps and returns success if another try is due; otherwise the error to end with.
  Result<void> AfterFailure(HttpFailure failure);
  /// Bytes have arrived: the count of failures starts anew.
  void Progressed() { failures_ = 0; }
  /// For HttpRequest::longest_millis: what is left, at least 1; 0 if there is no limit.
  int64_t RemainingMillis() const;

 private:
  int64_t NextDelay();
  Result<void> Pause(int64_t millis);

  const HttpOptions& options_;
  base::Clock& clock_;
  base::Random& random_;
  const std::optional<base::UnixMillis> deadline_;
  const int64_t longest_millis_;
  const std::function<bool()> go_on_;
  int failures_ = 0;
};

}  // namespace limno::storage
