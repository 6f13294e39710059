// A ParquetIo for tests that keeps Arrow batches in memory and only a marker in the store.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "table/ports.h"

namespace limno::table {

/// Thread safe. A file is found again by its key and by the bytes of its marker, so that copying or
/// deleting it in the store has the usual effect.
class MemoryParquet final : public ParquetIo {
 public:
  Result<void> Read(storage::ObjectStore& store, const std::string& key,
                    const std::vector<std::string>& columns, const BatchVisitor& visit) override;
  Result<uint64_t> Write(storage::ObjectStore& store, const std::string& key,
                         ArrowArrayStream* stream) override;

  /// The next write of any file fails with kUnavailable.
  void FailNextWrite() { fail_next_write_ = true; }

 private:
  struct File;

  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<File>> files_;
  bool fail_next_write_ = false;
};

}  // namespace limno::table
