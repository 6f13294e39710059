#include "engine/registered_scan.h"

#include <fmt/format.h>

#include "engine/lake_catalog.h"
#include "engine/row_identity.h"
#include "engine/scan_functions.h"

namespace limno::engine {

RegisteredScan::RegisteredScan(duckdb::Connection& connection,
                               const std::shared_ptr<TableState>& table,
                               std::vector<ScanFile> files)
    : RegisteredScan(connection, table, table->metadata(), std::move(files)) {}

RegisteredScan::RegisteredScan(duckdb::Connection& connection,
                               const std::shared_ptr<TableState>& table,
                               const table::Metadata& metadata, std::vector<ScanFile> files)
    : connection_(connection),
      scan_(std::make_shared<ScanContext>(table, metadata, std::move(files))) {
  scan_->record_reads = false;
  number_ = ScanRegistry::Of(*connection.context)->Add(scan_);
}

RegisteredScan::~RegisteredScan() { ScanRegistry::Of(*connection_.context)->Remove(number_); }

std::string RegisteredScan::sql() const { return fmt::format("limno_scan({}::UBIGINT)", number_); }

std::string RegisteredScan::RearrangeSql(const std::string& order) const {
  const std::string identity =
      KeepsIdentity(*scan_) ? fmt::format(", {}, {}", kKeptRowIdName, kKeptRowCommitVersionName)
                            : "";
  return fmt::format("INSERT INTO {}.{}.\"{}\" SELECT *{} FROM {}{}", kLakeName, kRearrangedSchema,
                     number_, identity, sql(), order);
}

}  // namespace limno::engine
