#include "engine/registered_scan.h"

#include <fmt/format.h>

#include "engine/file_list.h"
#include "engine/scan_functions.h"

namespace limno::engine {

RegisteredScan::RegisteredScan(duckdb::Connection& connection,
                               const std::shared_ptr<TableState>& table,
                               std::vector<ScanFile> files)
    : connection_(connection) {
  auto scan = std::make_shared<ScanContext>(table, table->metadata(), std::move(files));
  scan->record_reads = false;
  number_ = ScanRegistry::Of(*connection.context)->Add(std::move(scan));
}

RegisteredScan::~RegisteredScan() { ScanRegistry::Of(*connection_.context)->Remove(number_); }

std::string RegisteredScan::sql() const { return fmt::format("limno_scan({}::UBIGINT)", number_); }

}  // namespace limno::engine
