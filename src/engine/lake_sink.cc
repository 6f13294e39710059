#include "engine/lake_sink.h"

#include "duckdb/planner/parsed_data/bound_create_table_info.hpp"
#include "engine/errors.h"
#include "engine/lake_catalog.h"
#include "engine/lake_sink_state.h"
#include "engine/lake_table.h"
#include "engine/lake_transaction.h"
#include "engine/match_key.h"
#include "engine/types.h"

namespace limno::engine {
namespace {

bool WritesRows(const SinkPlan& plan) {
  if (!plan.row_id.IsValid()) {
    return true;
  }
  for (const auto& group : plan.clauses) {
    for (const SinkClause& clause : group) {
      if (clause.action == RowAction::kInsert || clause.action == RowAction::kUpdate) {
        return true;
      }
    }
  }
  return false;
}

/// Splits the rows of a chunk into the three groups; returns their sizes.
std::array<idx_t, kRowGroups> GroupRows(const SinkPlan& plan, DataChunk& chunk,
                                        LakeSinkLocal& local) {
  std::array<idx_t, kRowGroups> counts{};
  duckdb::UnifiedVectorFormat ids;
  duckdb::UnifiedVectorFormat markers;
  chunk.data[plan.row_id.GetIndex()].ToUnifiedFormat(chunk.size(), ids);
  if (plan.source_marker.IsValid()) {
    chunk.data[plan.source_marker.GetIndex()].ToUnifiedFormat(chunk.size(), markers);
  }
  for (idx_t row = 0; row < chunk.size(); ++row) {
    RowGroup group = RowGroup::kMatched;
    if (plan.source_marker.IsValid() && !markers.validity.RowIsValid(markers.sel->get_index(row))) {
      group = RowGroup::kNotMatchedBySource;
    } else if (!ids.validity.RowIsValid(ids.sel->get_index(row))) {
      group = RowGroup::kNotMatched;
    }
    const auto index = static_cast<size_t>(group);
    local.group_rows[index].set_index(counts[index]++, row);
  }
  return counts;
}

[[noreturn]] void RaiseClauseError(const SinkClause& clause, LakeSinkLocal::Clause& executors,
                                   DataChunk& rows) {
  std::string text = "a row met the condition of an ERROR clause";
  if (!clause.expressions.empty()) {
    executors.output.Reset();
    executors.rows->Execute(rows, executors.output);
    text = executors.output.data[0].GetValue(0).ToString();
  }
  ThrowError({ErrorKind::kRefused, text, "MERGE", ""});
}

/// Computes what the table generates, and refuses rows that it does not allow.
void ApplyRules(duckdb::ExecutionContext& context, const LakeSinkGlobal& global,
                LakeSinkLocal& local, DataChunk& rows, RowAction action,
                const GivenColumns& given) {
  if (global.identities != nullptr && action == RowAction::kInsert) {
    global.identities->Number(rows, given);
  }
  if (global.rules == nullptr || global.rules->empty()) {
    return;
  }
  if (local.rules == nullptr) {
    local.rules = std::make_unique<RowRuleRun>(context.client, *global.rules);
  }
  local.rules->Apply(rows, given);
}

/// Writes rows as they are after an update; `before` has their ids.
void WriteUpdated(duckdb::ExecutionContext& context, const SinkPlan& plan, LakeSinkGlobal& global,
                  LakeSinkLocal& local, DataChunk& updated, DataChunk& before) {
  if (!global.tracks_rows) {
    global.update_writer->Sink(context, local.update_file, updated);
    return;
  }
  auto types = updated.GetTypes();
  types.push_back(LogicalType::BIGINT);
  DataChunk identified;
  identified.InitializeEmpty(types);
  for (idx_t column = 0; column < updated.ColumnCount(); ++column) {
    identified.data[column].Reference(updated.data[column]);
  }
  identified.data.back().Reference(before.data[plan.row_id.GetIndex() + 2]);
  identified.SetCardinality(updated.size());
  global.update_writer->Sink(context, local.update_file, identified);
}

/// Applies one clause to the rows it took.
void Apply(duckdb::ExecutionContext& context, const SinkPlan& plan, const SinkClause& clause,
           LakeSinkGlobal& global, LakeSinkLocal& local, LakeSinkLocal::Clause& executors,
           DataChunk& rows) {
  const idx_t count = rows.size();
  if (clause.action == RowAction::kNothing) {
    return;
  }
  if (clause.action == RowAction::kError) {
    RaiseClauseError(clause, executors, rows);
  }
  if (clause.action == RowAction::kDelete || clause.action == RowAction::kUpdate) {
    const idx_t row_id = plan.row_id.GetIndex();
    const uint64_t added = local.positions.Add(rows.data[row_id], rows.data[row_id + 1], count);
    if (global.records_changes && clause.action == RowAction::kUpdate) {
      local.updated.Add(rows.data[row_id], rows.data[row_id + 1], count);
    }
    (clause.action == RowAction::kDelete ? local.counts.deleted : local.counts.updated) +=
        clause.action == RowAction::kDelete ? added : count;
  }
  if (clause.action == RowAction::kInsert) {
    local.counts.inserted += count;
  }
  if (clause.expressions.empty()) {
    return;
  }
  executors.output.Reset();
  executors.rows->Execute(rows, executors.output);
  if (clause.action != RowAction::kDelete) {
    ApplyRules(context, global, local, executors.output, clause.action, clause.given);
    if (global.update_writer != nullptr && clause.action == RowAction::kUpdate) {
      WriteUpdated(context, plan, global, local, executors.output, rows);
    } else {
      global.writer->Sink(context, local.file, executors.output);
    }
  }
  if (plan.return_rows) {
    const std::lock_guard<std::mutex> lock(global.mutex);
    global.returned->Append(executors.output);
  }
}

/// Offers the rows of one group to its clauses, in order; each takes what its condition selects.
void RunClauses(duckdb::ExecutionContext& context, const SinkPlan& plan, size_t group,
                LakeSinkGlobal& global, LakeSinkLocal& local, DataChunk& rows) {
  DataChunk left;
  left.InitializeEmpty(rows.GetTypes());
  left.Reference(rows);
  for (size_t index = 0; index < plan.clauses[group].size() && left.size() > 0; ++index) {
    const SinkClause& clause = plan.clauses[group][index];
    LakeSinkLocal::Clause& executors = *local.clauses[group][index];
    if (executors.condition == nullptr) {
      Apply(context, plan, clause, global, local, executors, left);
      return;
    }
    const idx_t total = left.size();
    const idx_t taken = executors.condition->SelectExpression(left, local.selected, local.remaining,
                                                              nullptr, total);
    if (taken == 0) {
      continue;
    }
    DataChunk chosen;
    chosen.InitializeEmpty(rows.GetTypes());
    chosen.Slice(left, local.selected, taken);
    Apply(context, plan, clause, global, local, executors, chosen);
    DataChunk rest;
    rest.InitializeEmpty(rows.GetTypes());
    rest.Slice(left, local.remaining, total - taken);
    // The selection is used again for the next clause: own the positions before that.
    rest.Flatten();
    left.Reference(rest);
  }
}

std::vector<table::DataFilePtr> Shared(const std::vector<table::DataFile>& files) {
  std::vector<table::DataFilePtr> shared;
  for (const table::DataFile& file : files) {
    shared.push_back(std::make_shared<const table::DataFile>(file));
  }
  return shared;
}

/// Tells the transaction which rows were updated and which deleted or inserted.
void StageRecord(LakeSinkGlobal& global, const std::vector<table::DataFile>& inserts,
                 const std::vector<table::DataFile>& updates) {
  RowChanges changes;
  changes.written_inserts = Shared(inserts);
  changes.written_updates = Shared(updates);
  const auto& updated = global.updated.by_file();
  for (const auto& [file_id, rows] : global.positions.by_file()) {
    table::RowSet deleted = rows;
    if (const auto found = updated.find(file_id); found != updated.end()) {
      changes.updated.emplace_back(global.table->FileById(file_id), found->second);
      deleted.Subtract(found->second);
    }
    if (!deleted.empty()) {
      changes.deleted.emplace_back(global.table->FileById(file_id), std::move(deleted));
    }
  }
  global.table->StageRowChanges(std::move(changes));
}

[[noreturn]] void RefuseDoubleMatch(ClientContext& context, const SinkPlan& plan,
                                    const LakeSinkGlobal& global) {
  const std::string row =
      DescribeRow(context, global.table, *global.positions.repeated(), plan.match_columns);
  ThrowError({ErrorKind::kRefused,
              plan.operation + " matched a row of the target with more than one source row" +
                  (row.empty() ? "" : ": " + row),
              global.table->name(),
              "make the source unique by the join key, for example with QUALIFY row_number() "
              "OVER (PARTITION BY key ORDER BY ...) = 1"});
}

class LakeSinkSource final : public duckdb::GlobalSourceState {
 public:
  duckdb::ColumnDataScanState scan;
  bool started = false;
  bool finished = false;
};

}  // namespace

LakeSinkGlobal::LakeSinkGlobal(ClientContext& context, std::shared_ptr<TableState> written,
                               const SinkPlan& plan)
    : table(std::move(written)) {
  const bool writes_rows = WritesRows(plan);
  duckdb::vector<LogicalType> types;
  for (const table::Field& field : table->metadata().schema.fields) {
    column_types.push_back(Unwrap(ToDuck(field.type)));
    types.push_back(column_types.back());
  }
  if (writes_rows) {
    DataFileExtras extras;
    extras.identity = plan.takes_identity ? KeptIdentity::kRowIdAndVersion : KeptIdentity::kNone;
    writer = std::make_unique<DataFileWriter>(context, table, std::move(extras));
  }
  tracks_rows = plan.row_id.IsValid() && table->table().RowIdentity(table->metadata()).has_value();
  records_changes = table->data_change() && table->table().RecordsChanges(table->metadata());
  if ((records_changes || tracks_rows) && writes_rows) {
    DataFileExtras extras;
    extras.identity = tracks_rows ? KeptIdentity::kRowId : KeptIdentity::kNone;
    update_writer = std::make_unique<DataFileWriter>(context, table, std::move(extras));
  }
  // Rows that are only rearranged were accepted before.
  if (writes_rows && table->data_change()) {
    rules = std::make_unique<const RowRules>(context, *table);
    identities = std::make_unique<IdentityColumns>(*table);
    if (identities->empty()) {
      identities = nullptr;
    }
  }
  returned = std::make_unique<duckdb::ColumnDataCollection>(context, types);
}

LakeSinkLocal::LakeSinkLocal(duckdb::ExecutionContext& context, const SinkPlan& plan)
    : selected(STANDARD_VECTOR_SIZE), remaining(STANDARD_VECTOR_SIZE) {
  for (size_t group = 0; group < kRowGroups; ++group) {
    group_rows[group].Initialize(STANDARD_VECTOR_SIZE);
    for (size_t index = 0; index < plan.clauses[group].size(); ++index) {
      const SinkClause& clause = plan.clauses[group][index];
      clauses[group].push_back(std::make_unique<Clause>());
      Clause& executors = *clauses[group].back();
      if (clause.condition != nullptr) {
        executors.condition =
            std::make_unique<duckdb::ExpressionExecutor>(context.client, *clause.condition);
      }
      if (clause.expressions.empty()) {
        continue;
      }
      executors.rows = std::make_unique<duckdb::ExpressionExecutor>(context.client);
      duckdb::vector<LogicalType> types;
      for (const auto& expression : clause.expressions) {
        executors.rows->AddExpression(*expression);
        types.push_back(expression->return_type);
      }
      executors.output.Initialize(context.client, types);
    }
  }
}

LakeSink::LakeSink(duckdb::PhysicalPlan& physical_plan, duckdb::vector<LogicalType> types,
                   idx_t cardinality, std::shared_ptr<TableState> table, SinkPlan plan)
    : PhysicalOperator(physical_plan, duckdb::PhysicalOperatorType::EXTENSION, std::move(types),
                       cardinality),
      table_(std::move(table)),
      plan_(std::move(plan)) {}

LakeSink::LakeSink(duckdb::PhysicalPlan& physical_plan, duckdb::vector<LogicalType> types,
                   idx_t cardinality, duckdb::SchemaCatalogEntry& schema,
                   duckdb::unique_ptr<duckdb::BoundCreateTableInfo> create, SinkPlan plan)
    : PhysicalOperator(physical_plan, duckdb::PhysicalOperatorType::EXTENSION, std::move(types),
                       cardinality),
      create_schema_(&schema),
      create_(std::move(create)),
      plan_(std::move(plan)) {}

duckdb::unique_ptr<duckdb::GlobalSinkState> LakeSink::GetGlobalSinkState(
    ClientContext& context) const {
  auto table = table_;
  if (create_schema_) {
    auto schema = create_schema_;
    auto entry = schema->CreateTable(schema->GetCatalogTransaction(context), *create_);
    table = entry->Cast<LakeTable>().state_ptr();
  }
  return duckdb::make_uniq<LakeSinkGlobal>(context, std::move(table), plan_);
}

duckdb::unique_ptr<duckdb::LocalSinkState> LakeSink::GetLocalSinkState(
    duckdb::ExecutionContext& context) const {
  return duckdb::make_uniq<LakeSinkLocal>(context, plan_);
}

duckdb::SinkResultType LakeSink::Sink(duckdb::ExecutionContext& context, DataChunk& chunk,
                                      duckdb::OperatorSinkInput& input) const {
  auto& global = input.global_state.Cast<LakeSinkGlobal>();
  auto& local = input.local_state.Cast<LakeSinkLocal>();
  local.counts.source_rows += chunk.size();
  if (!plan_.row_id.IsValid()) {
    if (plan_.clauses[static_cast<size_t>(RowGroup::kNotMatched)].empty()) {
      // A plain insert: the chunk is the row.
      ApplyRules(context, global, local, chunk, RowAction::kInsert, plan_.given);
      global.writer->Sink(context, local.file, chunk);
      local.counts.inserted += chunk.size();
      if (plan_.return_rows) {
        const std::lock_guard<std::mutex> lock(global.mutex);
        global.returned->Append(chunk);
      }
      return duckdb::SinkResultType::NEED_MORE_INPUT;
    }
    RunClauses(context, plan_, static_cast<size_t>(RowGroup::kNotMatched), global, local, chunk);
    return duckdb::SinkResultType::NEED_MORE_INPUT;
  }
  const auto counts = GroupRows(plan_, chunk, local);
  for (size_t group = 0; group < kRowGroups; ++group) {
    if (counts[group] == 0) {
      continue;
    }
    DataChunk rows;
    rows.InitializeEmpty(chunk.GetTypes());
    if (counts[group] == chunk.size()) {
      rows.Reference(chunk);
    } else {
      rows.Slice(chunk, local.group_rows[group], counts[group]);
    }
    if (plan_.records_matched && group == static_cast<size_t>(RowGroup::kMatched)) {
      const idx_t row_id = plan_.row_id.GetIndex();
      (void)local.matched.Add(rows.data[row_id], rows.data[row_id + 1], rows.size());
    }
    RunClauses(context, plan_, group, global, local, rows);
  }
  return duckdb::SinkResultType::NEED_MORE_INPUT;
}

duckdb::SinkCombineResultType LakeSink::Combine(duckdb::ExecutionContext& context,
                                                duckdb::OperatorSinkCombineInput& input) const {
  auto& global = input.global_state.Cast<LakeSinkGlobal>();
  auto& local = input.local_state.Cast<LakeSinkLocal>();
  if (global.writer != nullptr) {
    global.writer->Combine(context, local.file);
  }
  if (global.update_writer != nullptr) {
    global.update_writer->Combine(context, local.update_file);
  }
  const std::lock_guard<std::mutex> lock(global.mutex);
  global.positions.MergeFrom(local.positions);
  global.updated.MergeFrom(local.updated);
  global.matched.MergeFrom(local.matched);
  global.counts.Add(local.counts);
  return duckdb::SinkCombineResultType::FINISHED;
}

duckdb::SinkFinalizeType LakeSink::Finalize(duckdb::Pipeline& /*pipeline*/,
                                            duckdb::Event& /*event*/, ClientContext& context,
                                            duckdb::OperatorSinkFinalizeInput& input) const {
  auto& global = input.global_state.Cast<LakeSinkGlobal>();
  if (plan_.refuse_double_match && global.positions.repeated()) {
    RefuseDoubleMatch(context, plan_, global);
  }
  std::vector<table::DataFile> files;
  uint64_t bytes = 0;
  if (global.writer != nullptr) {
    files = global.writer->Finish(context);
    bytes = global.writer->bytes_written();
  }
  if (global.identities != nullptr) {
    global.identities->StageMarks(*global.table);
  }
  std::vector<table::DataFile> updates;
  if (global.update_writer != nullptr) {
    updates = global.update_writer->Finish(context);
    bytes += global.update_writer->bytes_written();
  }
  if (global.records_changes) {
    StageRecord(global, files, updates);
  }
  std::move(updates.begin(), updates.end(), std::back_inserter(files));
  for (const auto& [file_id, rows] : global.positions.by_file()) {
    global.table->StageDeletes(global.table->FileById(file_id), rows);
  }
  for (const auto& [file_id, rows] : global.matched.by_file()) {
    global.table->StageMatched(global.table->FileById(file_id), rows);
  }
  if (!files.empty() || !global.positions.empty() || create_schema_) {
    global.table->StageOperation(plan_.operation, plan_.parameters,
                                 global.counts.Metrics(plan_.operation, files.size(), bytes));
  }
  for (table::DataFile& file : files) {
    global.table->StageAdd(std::move(file));
  }
  return duckdb::SinkFinalizeType::READY;
}

duckdb::unique_ptr<duckdb::GlobalSourceState> LakeSink::GetGlobalSourceState(
    ClientContext& /*context*/) const {
  return duckdb::make_uniq<LakeSinkSource>();
}

duckdb::SourceResultType LakeSink::GetDataInternal(duckdb::ExecutionContext& /*context*/,
                                                   DataChunk& chunk,
                                                   duckdb::OperatorSourceInput& input) const {
  auto& source = input.global_state.Cast<LakeSinkSource>();
  auto& global = sink_state->Cast<LakeSinkGlobal>();
  if (!plan_.return_rows) {
    chunk.SetCardinality(1);
    chunk.SetValue(0, 0, Value::BIGINT(static_cast<int64_t>(global.counts.changed())));
    return duckdb::SourceResultType::FINISHED;
  }
  if (!source.started) {
    global.returned->InitializeScan(source.scan);
    source.started = true;
  }
  global.returned->Scan(source.scan, chunk);
  return chunk.size() == 0 ? duckdb::SourceResultType::FINISHED
                           : duckdb::SourceResultType::HAVE_MORE_OUTPUT;
}

}  // namespace limno::engine
