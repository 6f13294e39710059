// The layout of a standard 32-bit Roaring bitmap, checked byte by byte before a library may trust
// it. Source: https://github.com/RoaringBitmap/RoaringFormatSpec
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "limno/result.h"

namespace limno::table {

/// Size in bytes of the bitmap that `bytes` begins with. kCorrupt unless every count, key, array,
/// run and bit set in it agrees with the format: keys and values ascend, cardinalities are as
/// stated.
Result<size_t> CheckRoaringBitmap(std::string_view bytes);

/// `bytes` holds at least as many bytes as are read.
uint16_t ReadLittleEndian16(std::string_view bytes);
uint32_t ReadLittleEndian32(std::string_view bytes);
uint64_t ReadLittleEndian64(std::string_view bytes);
uint32_t ReadBigEndian32(std::string_view bytes);

void AppendLittleEndian32(std::string& out, uint32_t value);
void AppendLittleEndian64(std::string& out, uint64_t value);
void AppendBigEndian32(std::string& out, uint32_t value);

}  // namespace limno::table
