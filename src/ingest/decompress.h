// gzip and Zstandard streams. Checksums are verified.
#pragma once

#include <cstdint>
#include <string>

#include "ingest/byte_stream.h"
#include "ingest/file_kind.h"
#include "limno/result.h"

namespace limno::ingest {

/// What unpacking may produce before it is taken for an attack.
struct UnpackLimits {
  /// Unpacked bytes per packed byte; counts only above `ratio_counts_above_bytes`.
  uint64_t ratio_max = 400;
  uint64_t ratio_counts_above_bytes = uint64_t{1} << 30;
  uint64_t total_bytes_max = uint64_t{1} << 42;
  uint64_t members_max = 100'000;

  /// kRefused if `unpacked` bytes out of `packed` are too many.
  Result<void> Check(uint64_t packed, uint64_t unpacked) const;
};

/// Unpacks the file at `path`, which is of `kind` kGzip or kZstd, also when it consists of several
/// streams in a row. kCorrupt (with the reason) if it is truncated or damaged, kRefused beyond the
/// limits, and whatever the sink says.
Result<void> Decompress(const std::string& path, FileKind kind, const UnpackLimits& limits,
                        const ByteSink& sink);

}  // namespace limno::ingest
