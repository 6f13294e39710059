// The operators that write tables. One sink for every statement: it is told which rows of a chunk
// are new, and which positions are to be deleted, and stages both in the transaction at the end.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "duckdb/planner/operator/logical_merge_into.hpp"
#include "engine/data_file_writer.h"
#include "engine/duck.h"
#include "engine/row_modification.h"
#include "engine/row_rules.h"
#include "engine/table_state.h"

namespace limno::engine {

/// What a sink does with a group of rows.
enum class RowAction { kNothing, kInsert, kUpdate, kDelete, kError };

/// One clause: which rows it takes and what it makes of them.
struct SinkClause {
  RowAction action = RowAction::kNothing;
  /// nullptr: all rows that are left.
  duckdb::unique_ptr<duckdb::Expression> condition;
  /// kInsert, kUpdate: one per table column, in schema order, over the child chunk. kError: the
  /// text.
  std::vector<duckdb::unique_ptr<duckdb::Expression>> expressions;
  GivenColumns given;
};

/// The three groups a MERGE knows; INSERT uses only kNotMatched, UPDATE and DELETE only kMatched.
enum class RowGroup { kMatched = 0, kNotMatched = 1, kNotMatchedBySource = 2 };
inline constexpr size_t kRowGroups = 3;

struct SinkPlan {
  /// "WRITE", "UPDATE", "DELETE", "MERGE": Spark's operation name.
  std::string operation;
  std::map<std::string, std::string> parameters;
  std::vector<SinkClause> clauses[kRowGroups];
  /// Column of the file id in the child chunk, the row number follows it, then the row's id if the
  /// table tracks rows; unset: all rows are kNotMatched.
  duckdb::optional_idx row_id;
  /// Column that is NULL where no source row matched.
  duckdb::optional_idx source_marker;
  /// A row matched twice is an error (MERGE, UPDATE FROM), not a repetition (DELETE).
  bool refuse_double_match = false;
  /// Rows of the target that matched and were left alone matter: without them the source's rows
  /// would be inserted.
  bool records_matched = false;
  /// Columns of the table that tell which row that was; empty: unknown.
  std::vector<std::string> match_columns;
  bool return_rows = false;
  /// Of a plain insert.
  GivenColumns given;
  /// Of a plain insert: rows come with their id and commit version, after the table's columns.
  bool takes_identity = false;
  /// Rows must be written in the order they arrive.
  bool keep_order = false;
};

class LakeSink final : public duckdb::PhysicalOperator {
 public:
  LakeSink(duckdb::PhysicalPlan& physical_plan, duckdb::vector<LogicalType> types,
           idx_t cardinality, std::shared_ptr<TableState> table, SinkPlan plan);
  /// CREATE TABLE AS: the table comes into being when the sink starts.
  LakeSink(duckdb::PhysicalPlan& physical_plan, duckdb::vector<LogicalType> types,
           idx_t cardinality, duckdb::SchemaCatalogEntry& schema,
           duckdb::unique_ptr<duckdb::BoundCreateTableInfo> create, SinkPlan plan);

  duckdb::string GetName() const override { return "LAKE_" + plan_.operation; }

  bool IsSink() const override { return true; }
  bool ParallelSink() const override { return !plan_.keep_order; }
  bool SinkOrderDependent() const override { return plan_.keep_order; }
  duckdb::unique_ptr<duckdb::GlobalSinkState> GetGlobalSinkState(
      ClientContext& context) const override;
  duckdb::unique_ptr<duckdb::LocalSinkState> GetLocalSinkState(
      duckdb::ExecutionContext& context) const override;
  duckdb::SinkResultType Sink(duckdb::ExecutionContext& context, DataChunk& chunk,
                              duckdb::OperatorSinkInput& input) const override;
  duckdb::SinkCombineResultType Combine(duckdb::ExecutionContext& context,
                                        duckdb::OperatorSinkCombineInput& input) const override;
  duckdb::SinkFinalizeType Finalize(duckdb::Pipeline& pipeline, duckdb::Event& event,
                                    ClientContext& context,
                                    duckdb::OperatorSinkFinalizeInput& input) const override;

  bool IsSource() const override { return true; }
  duckdb::unique_ptr<duckdb::GlobalSourceState> GetGlobalSourceState(
      ClientContext& context) const override;

 protected:
  duckdb::SourceResultType GetDataInternal(duckdb::ExecutionContext& context, DataChunk& chunk,
                                           duckdb::OperatorSourceInput& input) const override;

 private:
  std::shared_ptr<TableState> table_;
  optional_ptr<duckdb::SchemaCatalogEntry> create_schema_;
  duckdb::unique_ptr<duckdb::BoundCreateTableInfo> create_;
  SinkPlan plan_;
};

}  // namespace limno::engine
