// Some files of a table as a source in SQL text.
#pragma once

#include <string>
#include <vector>

#include "engine/duck.h"
#include "engine/table_state.h"

namespace limno::engine {

/// As long as it lives, sql() names a scan of the live rows of these files. It does not count as
/// read by the transaction.
class RegisteredScan {
 public:
  RegisteredScan(duckdb::Connection& connection, const std::shared_ptr<TableState>& table,
                 std::vector<ScanFile> files);
  ~RegisteredScan();
  RegisteredScan(const RegisteredScan&) = delete;
  RegisteredScan& operator=(const RegisteredScan&) = delete;

  std::string sql() const;

 private:
  duckdb::Connection& connection_;
  uint64_t number_;
};

}  // namespace limno::engine
