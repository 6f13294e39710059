// Some files of a table as a source in SQL text.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/duck.h"
#include "engine/file_list.h"
#include "engine/table_state.h"

namespace limno::engine {

/// As long as it lives, sql() names a scan of the live rows of these files. It does not count as
/// read by the transaction.
class RegisteredScan {
 public:
  RegisteredScan(duckdb::Connection& connection, const std::shared_ptr<TableState>& table,
                 std::vector<ScanFile> files);
  /// The rows as `metadata`, which need not be the table's any more, say.
  RegisteredScan(duckdb::Connection& connection, const std::shared_ptr<TableState>& table,
                 const table::Metadata& metadata, std::vector<ScanFile> files);
  ~RegisteredScan();
  RegisteredScan(const RegisteredScan&) = delete;
  RegisteredScan& operator=(const RegisteredScan&) = delete;

  std::string sql() const;
  /// SQL that writes the rows anew into their table, with all threads. They stay the same rows:
  /// where the table tracks rows, the new files have their ids and versions. `order` is empty or
  /// " ORDER BY ...".
  std::string RearrangeSql(const std::string& order) const;

 private:
  duckdb::Connection& connection_;
  std::shared_ptr<ScanContext> scan_;
  uint64_t number_;
};

}  // namespace limno::engine
