// Time comes in by constructor, so that tests and simulations decide what time it is.
#pragma once

#include <cstdint>

namespace limno::base {

/// Milliseconds since 1970-01-01T00:00:00Z.
using UnixMillis = int64_t;

/// Thread safe.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall time; may jump backwards.
  virtual UnixMillis Now() = 0;
  /// Blocks the calling thread; a simulated clock advances instead.
  virtual void Sleep(int64_t millis) = 0;
};

class SystemClock final : public Clock {
 public:
  UnixMillis Now() override;
  void Sleep(int64_t millis) override;
};

/// Stands still until told; Sleep() advances it.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(UnixMillis start) : now_(start) {}
  UnixMillis Now() override { return now_; }
  void Sleep(int64_t millis) override { now_ += millis; }
  void Set(UnixMillis now) { now_ = now; }

 private:
  UnixMillis now_;
};

}  // namespace limno::base
