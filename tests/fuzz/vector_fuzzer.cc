// Any bytes as a deletion vector: read or refused, without a large allocation from a small file;
// what was read can be written and reads the same.
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "table/delta/deletion_vector_codec.h"

namespace delta = limno::table::delta;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto decoded = delta::DecodeZ85(bytes);
      decoded && delta::EncodeZ85(*decoded) != bytes) {
    std::abort();
  }
  // As it stands in a file, between its length and its checksum, and inline in the log.
  const auto payload_bytes = static_cast<int32_t>(size) - 8;
  (void)delta::ParseVectorRecord(bytes, {'u', "", 1, payload_bytes, 3}, "fuzz.bin");
  (void)delta::ParseInlineVector(
      {'i', std::string(bytes), std::nullopt, static_cast<int32_t>(size) / 5 * 4, 3});
  const auto rows = delta::ParseVector(bytes);
  if (!rows) {
    return 0;
  }
  const auto again = delta::ParseVector(delta::FormatVector(*rows));
  if (!again || !(*again == *rows)) {
    std::abort();
  }
  return 0;
}
