// What a LakeSink keeps while it runs: counters and deletions per thread, files and totals shared.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <vector>

#include "duckdb/common/types/column/column_data_collection.hpp"
#include "engine/identity_columns.h"
#include "engine/lake_sink.h"
#include "engine/sink_counts.h"

namespace limno::engine {

class LakeSinkGlobal final : public duckdb::GlobalSinkState {
 public:
  LakeSinkGlobal(ClientContext& context, std::shared_ptr<TableState> written, const SinkPlan& plan);

  std::shared_ptr<TableState> table;
  std::vector<LogicalType> column_types;
  std::unique_ptr<DataFileWriter> writer;
  /// Where updates have to be told from inserts: the change feed records them apart, and updated
  /// rows keep their ids.
  std::unique_ptr<DataFileWriter> update_writer;
  bool records_changes = false;
  bool tracks_rows = false;
  /// nullptr: nothing is demanded of rows.
  std::unique_ptr<const RowRules> rules;
  /// nullptr: there are none.
  std::unique_ptr<IdentityColumns> identities;
  std::mutex mutex;
  RowPositions positions;
  /// Those of `positions` that are updated; only where changes are recorded.
  RowPositions updated;
  /// All that matched, where the plan says so.
  RowPositions matched;
  SinkCounts counts;
  std::unique_ptr<duckdb::ColumnDataCollection> returned;
};

class LakeSinkLocal final : public duckdb::LocalSinkState {
 public:
  LakeSinkLocal(duckdb::ExecutionContext& context, const SinkPlan& plan);

  /// Executors of one clause; nullptr where the clause has no such expressions.
  struct Clause {
    std::unique_ptr<duckdb::ExpressionExecutor> condition;
    std::unique_ptr<duckdb::ExpressionExecutor> rows;
    DataChunk output;
  };

  std::array<std::vector<std::unique_ptr<Clause>>, kRowGroups> clauses;
  std::array<duckdb::SelectionVector, kRowGroups> group_rows;
  duckdb::SelectionVector selected;
  duckdb::SelectionVector remaining;
  DataFileWriter::Local file;
  DataFileWriter::Local update_file;
  std::unique_ptr<RowRuleRun> rules;
  RowPositions positions;
  RowPositions updated;
  RowPositions matched;
  SinkCounts counts;
};

}  // namespace limno::engine
