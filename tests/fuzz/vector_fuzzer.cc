// Any bytes as a deletion vector: read or refused, without a large allocation from a small file;
// what was read can be written and reads the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "table/delta/deletion_vector_codec.h"

namespace delta = limno::table::delta;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto decoded = delta::DecodeZ85(bytes);
      decoded && delta::EncodeZ85(*decoded) != bytes) {
    std::abort();
  }
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
