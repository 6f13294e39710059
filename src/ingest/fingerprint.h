// SHA-256 of content: what "the same file again" means in this room.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "limno/result.h"

namespace limno::ingest {

/// A finished SHA-256. A value.
class Fingerprint {
 public:
  Fingerprint() = default;
  /// kUsage unless `hex` is 64 hexadecimal digits.
  static Result<Fingerprint> Parse(std::string_view hex);
  static Fingerprint Of(std::string_view bytes);

  /// 64 lower-case hexadecimal digits; empty for a default-made one.
  const std::string& hex() const { return hex_; }
  /// The first 63 bits, as Delta `txn` versions are signed.
  int64_t Version() const;

  bool operator==(const Fingerprint& other) const = default;

 private:
  friend class FingerprintBuilder;
  explicit Fingerprint(std::string hex) : hex_(std::move(hex)) {}

  std::string hex_;
};

/// Feeds bytes to SHA-256. Not thread safe.
class FingerprintBuilder {
 public:
  FingerprintBuilder();
  FingerprintBuilder(FingerprintBuilder&&) noexcept;
  FingerprintBuilder& operator=(FingerprintBuilder&&) noexcept;
  ~FingerprintBuilder();

  void Add(std::string_view bytes);
  /// Ends it; nothing may be added afterwards.
  Fingerprint Finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace limno::ingest
