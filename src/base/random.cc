#include "base/random.h"

#include <cstring>

namespace limno::base {

Random::Random() {
  std::random_device device;
  std::seed_seq seed{device(), device(), device(), device(), device(), device()};
  engine_.seed(seed);
}

uint64_t Random::Next() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return engine_();
}

uint64_t Random::Below(uint64_t bound) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return std::uniform_int_distribution<uint64_t>(0, bound - 1)(engine_);
}

UuidBytes Random::Uuid() {
  const uint64_t halves[2] = {Next(), Next()};
  UuidBytes bytes;
  std::memcpy(bytes.data(), halves, sizeof(halves));
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3f) | 0x80);
  return bytes;
}

std::string FormatUuid(const UuidBytes& bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (size_t index = 0; index < bytes.size(); ++index) {
    if (index == 4 || index == 6 || index == 8 || index == 10) {
      text += '-';
    }
    text += kDigits[bytes[index] >> 4];
    text += kDigits[bytes[index] & 0x0f];
  }
  return text;
}

}  // namespace limno::base
