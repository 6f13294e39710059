// OPTIMIZE: small files are packed into larger ones, deleted rows are dropped, and rows may be laid
// out along several columns so that queries on any of them skip files.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "engine/duck.h"
#include "engine/lake_statement.h"
#include "engine/layout_settings.h"
#include "engine/maintenance.h"
#include "engine/table_state.h"

namespace limno::engine {

/// Text that is equal for two files exactly if they are of one partition.
std::string PartitionText(const table::DataFile& file);

/// Share of a file's rows that are deleted; 1 where rows are deleted from an unknown number.
double DeletedRatio(const TableState& table, const ScanFile& file);

/// A compaction that nobody asked for by a statement.
struct AutomaticCompaction {
  TableTarget table;
  uint64_t target_bytes = 0;
  /// Files of fewer bytes are joined.
  uint64_t small_bytes = 0;
  /// PartitionText of the partitions to look at.
  std::set<std::string> partitions;
};

/// Stages the rearrangement in the transaction that `connection` is in; the caller commits. A table
/// with clustering columns is clustered, on a Hilbert curve; else ZORDER BY or nothing decides the
/// order. What is laid out already, or large enough, is left alone. Returns one row of metrics
/// (files and bytes before and after; with an order also how many files a point query on each
/// column reads on average, before and after). Nothing is staged where nothing is to be gained.
Result<TextTable> StageOptimize(duckdb::Connection& connection,
                                const std::shared_ptr<TableState>& table,
                                const Optimize& statement);

/// Writes anew the files that have deletion vectors, or hold columns that the table has no more,
/// and only these. Returns one row of metrics.
Result<TextTable> StageReorg(duckdb::Connection& connection,
                             const std::shared_ptr<TableState>& table, const Reorg& statement);

/// Only joins files of some partitions.
Result<void> StageAutomatic(duckdb::Connection& connection,
                            const std::shared_ptr<TableState>& table,
                            const AutomaticCompaction& compaction);

}  // namespace limno::engine
