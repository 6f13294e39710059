// Numbers that Parquet's binary encoding of variants uses (VariantEncoding.md of the Parquet
// format), for those who read and those who write it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace limno::engine::variant_format {

inline constexpr uint8_t kVersion = 1;
inline constexpr uint8_t kSortedNames = 1 << 4;
/// Shorter strings keep their length in the first byte.
inline constexpr size_t kShortStringLimit = 64;
/// With more elements their number takes four bytes.
inline constexpr size_t kSmallCountLimit = 255;
/// Values within values; what is deeper is taken for damage.
inline constexpr int kMaxDepth = 500;

enum class BasicType : uint8_t { kPrimitive = 0, kShortString = 1, kObject = 2, kArray = 3 };

enum class PrimitiveType : uint8_t {
  kNull = 0,
  kTrue = 1,
  kFalse = 2,
  kInt8 = 3,
  kInt16 = 4,
  kInt32 = 5,
  kInt64 = 6,
  kDouble = 7,
  kDecimal4 = 8,
  kDecimal8 = 9,
  kDecimal16 = 10,
  kDate = 11,
  kTimestamp = 12,
  kTimestampNtz = 13,
  kFloat = 14,
  kBinary = 15,
  kString = 16,
  kTime = 17,
  kTimestampNanos = 18,
  kTimestampNtzNanos = 19,
  kUuid = 20,
};

/// Greatest precision of a decimal in 4, 8 and 16 bytes.
inline constexpr uint8_t kDecimal4Digits = 9;
inline constexpr uint8_t kDecimal8Digits = 18;
inline constexpr uint8_t kDecimal16Digits = 38;

}  // namespace limno::engine::variant_format
