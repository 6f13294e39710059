// Decisions of a fuzzer's input, from its beginning on; when it is used up, everything is 0.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

namespace limno::fuzz {

class ByteSource {
 public:
  ByteSource(const uint8_t* bytes, size_t size) : next_(bytes), left_(size) {}

  uint8_t Byte() {
    if (left_ == 0) {
      return 0;
    }
    --left_;
    return *next_++;
  }
  /// In [0, bound), for a bound up to 256.
  size_t Below(size_t bound) { return Byte() % bound; }
  bool Bool() { return Byte() % 2 == 1; }
  int64_t Integer() {
    uint64_t value = 0;
    for (int byte = 0; byte < 8; ++byte) {
      value = value << 8U | Byte();
    }
    return static_cast<int64_t>(value);
  }
  /// At most `most` bytes, whatever they are.
  std::string Text(size_t most) {
    const size_t length = std::min(Below(most + 1), left_);
    std::string text(reinterpret_cast<const char*>(next_), length);
    next_ += length;
    left_ -= length;
    return text;
  }

 private:
  const uint8_t* next_;
  size_t left_;
};

}  // namespace limno::fuzz
