// Randomness comes in by constructor; one seed reproduces a run.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <random>
#include <string>

namespace limno::base {

using UuidBytes = std::array<uint8_t, 16>;

/// Thread safe source of random numbers.
class Random {
 public:
  /// Seeded by the operating system.
  Random();
  explicit Random(uint64_t seed) : engine_(seed) {}

  uint64_t Next();
  /// Uniform in [0, bound); bound > 0.
  uint64_t Below(uint64_t bound);
  /// A version 4 UUID (RFC 4122).
  UuidBytes Uuid();

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_;
};

/// "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", lower case.
std::string FormatUuid(const UuidBytes& bytes);

}  // namespace limno::base
