// What table formats need from an engine. `engine` fulfils these; tests may fake them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "limno/result.h"
#include "storage/object_store.h"
#include "table/arrow_c_data.h"

namespace limno::table {

/// Reads and writes Parquet as Arrow columns. Thread safe.
class ParquetIo {
 public:
  virtual ~ParquetIo() = default;

  /// Called once per batch; both structures stay owned by the reader and are valid during the call.
  /// An error ends the reading and is returned from Read.
  using BatchVisitor = std::function<Result<void>(const ArrowSchema&, const ArrowArray&)>;

  /// Reads those of the top-level `columns` that the file has (in the order of `columns`), its rows
  /// as they come; nothing is called for a file with none of them. Strings
  /// come as Arrow "u" (32-bit offsets), maps as "+m", lists as "+l". kNotFound, kCorrupt (not
  /// Parquet), kUnavailable.
  virtual Result<void> Read(storage::ObjectStore& store, const std::string& key,
                            const std::vector<std::string>& columns, const BatchVisitor& visit) = 0;

  /// Writes the stream as one Parquet file (zstd) under `key`, which appears at once, whole and
  /// durable, and returns its size in bytes. kAlreadyExists if `key` is there, which then stays as
  /// it is. The stream is consumed and released, also on failure. A failure leaves nothing visible.
  virtual Result<uint64_t> Write(storage::ObjectStore& store, const std::string& key,
                                 ArrowArrayStream* stream) = 0;
};

}  // namespace limno::table
