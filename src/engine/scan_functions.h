// Table functions over lake tables: delta('path'), and the internal scan of a chosen set of files.
#pragma once

#include <cstdint>
#include <memory>

#include "engine/duck.h"
#include "engine/file_list.h"

namespace limno::engine {

/// Scans that statements of one session refer to by number, as in `limno_scan(7)`.
class ScanRegistry final : public duckdb::ClientContextState {
 public:
  static duckdb::shared_ptr<ScanRegistry> Of(ClientContext& context);
  uint64_t Add(std::shared_ptr<ScanContext> scan);
  std::shared_ptr<ScanContext> Find(uint64_t number) const;
  void Remove(uint64_t number);

 private:
  std::map<uint64_t, std::shared_ptr<ScanContext>> scans_;
  uint64_t next_ = 1;
};

/// Registers delta() and limno_scan().
void RegisterScanFunctions(duckdb::DatabaseInstance& database);

}  // namespace limno::engine
