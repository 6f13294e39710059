// Physical plans of the statements that write lake tables.
#include "duckdb/common/enums/merge_action_type.hpp"
#include "duckdb/execution/operator/order/physical_order.hpp"
#include "duckdb/execution/operator/projection/physical_projection.hpp"
#include "duckdb/execution/operator/scan/physical_table_scan.hpp"
#include "duckdb/planner/expression/bound_cast_expression.hpp"
#include "duckdb/planner/expression/bound_reference_expression.hpp"
#include "duckdb/planner/operator/logical_create_table.hpp"
#include "duckdb/planner/operator/logical_delete.hpp"
#include "duckdb/planner/operator/logical_insert.hpp"
#include "duckdb/planner/operator/logical_update.hpp"
#include "duckdb/planner/parsed_data/bound_create_table_info.hpp"
#include "engine/column_defaults.h"
#include "engine/errors.h"
#include "engine/lake_catalog.h"
#include "engine/lake_sink.h"
#include "engine/lake_table.h"
#include "engine/layout_settings.h"
#include "engine/match_key.h"
#include "engine/table_definition.h"
#include "engine/truncate.h"
#include "engine/types.h"

namespace limno::engine {
namespace {

using duckdb::Expression;
using duckdb::PhysicalOperator;
using duckdb::PhysicalPlanGenerator;

size_t Index(RowGroup group) { return static_cast<size_t>(group); }

std::shared_ptr<TableState> WritableState(duckdb::TableCatalogEntry& entry) {
  auto& table = entry.Cast<LakeTable>();
  if (table.IsHistorical()) {
    ThrowError({ErrorKind::kUsage, "an old version of a table cannot be changed", table.name,
                "RESTORE brings an old version back"});
  }
  return table.state_ptr();
}

/// Columns that rows leave out get their defaults: those must be understood.
void CheckDefaults(const TableState& state, const GivenColumns& given) {
  const auto& fields = state.metadata().schema.fields;
  for (size_t index = 0; index < given.size(); ++index) {
    if (!given[index]) {
      Unwrap(DefaultOf(fields[index]));
    }
  }
}

/// The state of the table that a statement changes row by row.
std::shared_ptr<TableState> TargetState(duckdb::TableCatalogEntry& entry) {
  auto state = WritableState(entry);
  entry.Cast<LakeTable>().MarkAsTarget();
  return state;
}

/// An update's expressions come in the order of its columns; rows are written in the table's.
std::vector<duckdb::unique_ptr<Expression>> InTableOrder(
    const duckdb::vector<duckdb::PhysicalIndex>& columns,
    const duckdb::vector<duckdb::unique_ptr<Expression>>& expressions,
    const duckdb::vector<duckdb::unique_ptr<Expression>>& defaults, size_t column_count) {
  std::vector<duckdb::unique_ptr<Expression>> ordered(column_count);
  for (size_t index = 0; index < columns.size(); ++index) {
    const idx_t column = columns[index].index;
    ordered[column] =
        expressions[index]->GetExpressionType() == duckdb::ExpressionType::VALUE_DEFAULT
            ? defaults[column]->Copy()
            : expressions[index]->Copy();
  }
  return ordered;
}

/// A value that is taken over from somewhere, as all columns are that the statement does not name,
/// is none of its own: a generated column is computed anew.
GivenColumns GivenByUpdate(const std::vector<duckdb::unique_ptr<Expression>>& expressions) {
  GivenColumns given;
  for (const auto& expression : expressions) {
    given.push_back(expression->GetExpressionClass() != duckdb::ExpressionClass::BOUND_REF);
  }
  return given;
}

bool MustKeepOrder(const PhysicalOperator& plan) {
  return PhysicalPlanGenerator::OrderPreservationRecursive(const_cast<PhysicalOperator&>(plan)) ==
         duckdb::OrderPreservationType::FIXED_ORDER;
}

/// Columns of the table types that a CREATE TABLE AS gives its table.
PhysicalOperator& CastToTableTypes(ClientContext& context, PhysicalPlanGenerator& planner,
                                   PhysicalOperator& plan) {
  duckdb::vector<LogicalType> types;
  duckdb::vector<duckdb::unique_ptr<Expression>> expressions;
  bool changed = false;
  for (idx_t column = 0; column < plan.types.size(); ++column) {
    const LogicalType type = Unwrap(ToDuck(Unwrap(FromDuck(plan.types[column]))));
    changed = changed || type != plan.types[column];
    expressions.push_back(duckdb::BoundCastExpression::AddCastToType(
        context, duckdb::make_uniq<duckdb::BoundReferenceExpression>(plan.types[column], column),
        type));
    types.push_back(type);
  }
  if (!changed) {
    return plan;
  }
  auto& projection = planner.Make<duckdb::PhysicalProjection>(
      std::move(types), std::move(expressions), plan.estimated_cardinality);
  projection.children.push_back(plan);
  return projection;
}

/// Optimised writes: the rows of a partition come one after the other, and so fill one file, where
/// they would otherwise open more partitions than can be held open.
PhysicalOperator& GatherPartitions(ClientContext& context, PhysicalPlanGenerator& planner,
                                   const table::Metadata& metadata, PhysicalOperator& plan) {
  if (metadata.partition_columns.empty() ||
      !OptimizesWrites(metadata, Unwrap(LayoutSettings::Of(context)))) {
    return plan;
  }
  duckdb::vector<duckdb::BoundOrderByNode> orders;
  for (const std::string& name : metadata.partition_columns) {
    const idx_t column = *metadata.schema.IndexOf(name);
    orders.emplace_back(
        duckdb::OrderType::ASCENDING, duckdb::OrderByNullType::NULLS_FIRST,
        duckdb::make_uniq<duckdb::BoundReferenceExpression>(plan.types[column], column));
  }
  duckdb::vector<idx_t> all;
  for (idx_t column = 0; column < plan.types.size(); ++column) {
    all.push_back(column);
  }
  auto& gathered = planner.Make<duckdb::PhysicalOrder>(plan.types, std::move(orders),
                                                       std::move(all), plan.estimated_cardinality);
  gathered.children.push_back(plan);
  return gathered;
}

SinkClause InsertClause(duckdb::LogicalMergeInto& op, duckdb::BoundMergeIntoAction& action) {
  SinkClause clause;
  clause.action = RowAction::kInsert;
  for (const auto& column : op.table.GetColumns().Physical()) {
    const idx_t position = column.StorageOid();
    if (action.column_index_map.empty()) {
      clause.expressions.push_back(action.expressions[position]->Copy());
      continue;
    }
    const idx_t mapped = action.column_index_map[column.Physical()];
    clause.given.push_back(mapped != duckdb::DConstants::INVALID_INDEX);
    clause.expressions.push_back(mapped == duckdb::DConstants::INVALID_INDEX
                                     ? op.bound_defaults[position]->Copy()
                                     : action.expressions[mapped]->Copy());
  }
  return clause;
}

SinkClause MergeClause(duckdb::LogicalMergeInto& op, duckdb::BoundMergeIntoAction& action,
                       size_t column_count) {
  SinkClause clause;
  switch (action.action_type) {
    case duckdb::MergeActionType::MERGE_UPDATE:
      clause.action = RowAction::kUpdate;
      clause.expressions =
          InTableOrder(action.columns, action.expressions, op.bound_defaults, column_count);
      clause.given = GivenByUpdate(clause.expressions);
      break;
    case duckdb::MergeActionType::MERGE_DELETE:
      clause.action = RowAction::kDelete;
      break;
    case duckdb::MergeActionType::MERGE_INSERT:
      clause = InsertClause(op, action);
      break;
    case duckdb::MergeActionType::MERGE_ERROR:
      clause.action = RowAction::kError;
      for (auto& expression : action.expressions) {
        clause.expressions.push_back(expression->Copy());
      }
      break;
    case duckdb::MergeActionType::MERGE_DO_NOTHING:
      break;
  }
  if (action.condition != nullptr) {
    clause.condition = action.condition->Copy();
  }
  return clause;
}

RowGroup GroupFor(duckdb::MergeActionCondition condition) {
  switch (condition) {
    case duckdb::MergeActionCondition::WHEN_MATCHED:
      return RowGroup::kMatched;
    case duckdb::MergeActionCondition::WHEN_NOT_MATCHED_BY_SOURCE:
      return RowGroup::kNotMatchedBySource;
    default:
      return RowGroup::kNotMatched;
  }
}

}  // namespace

PhysicalOperator& LakeCatalog::PlanCreateTableAs(ClientContext& context,
                                                 PhysicalPlanGenerator& planner,
                                                 duckdb::LogicalCreateTable& op,
                                                 PhysicalOperator& plan) {
  const table::Metadata metadata = Unwrap(MetadataFromCreate(context, op.info->Base()));
  auto& input =
      GatherPartitions(context, planner, metadata, CastToTableTypes(context, planner, plan));
  SinkPlan sink;
  sink.operation = "CREATE TABLE AS SELECT";
  if (op.info->Base().on_conflict == duckdb::OnCreateConflict::REPLACE_ON_CONFLICT) {
    sink.operation = "CREATE OR REPLACE TABLE AS SELECT";
  }
  sink.keep_order = MustKeepOrder(plan);
  auto& result = planner.Make<LakeSink>(op.types, op.estimated_cardinality, op.schema,
                                        std::move(op.info), std::move(sink));
  result.children.push_back(input);
  return result;
}

PhysicalOperator& LakeCatalog::PlanInsert(ClientContext& context, PhysicalPlanGenerator& planner,
                                          duckdb::LogicalInsert& op,
                                          optional_ptr<PhysicalOperator> plan) {
  if (op.on_conflict_info.action_type != duckdb::OnConflictAction::THROW) {
    ThrowError({ErrorKind::kUnsupported, "ON CONFLICT needs a key, and lake tables have none",
                op.table.name, "use MERGE INTO"});
  }
  const auto state = WritableState(op.table);
  SinkPlan sink;
  sink.operation = "WRITE";
  sink.parameters = {{"mode", "Append"}};
  sink.return_rows = op.return_chunk;
  sink.keep_order = state->data_change() && MustKeepOrder(*plan);
  sink.takes_identity = op.table.Cast<LakeTable>().TakesIdentity();
  for (idx_t column = 0; column < op.column_index_map.size(); ++column) {
    sink.given.push_back(op.column_index_map[duckdb::PhysicalIndex(column)] !=
                         duckdb::DConstants::INVALID_INDEX);
  }
  CheckDefaults(*state, sink.given);
  auto& rows = op.column_index_map.empty() ? *plan : planner.ResolveDefaultsProjection(op, *plan);
  auto& input =
      state->data_change() ? GatherPartitions(context, planner, state->metadata(), rows) : rows;
  auto& result = planner.Make<LakeSink>(op.types, op.estimated_cardinality, state, std::move(sink));
  result.children.push_back(input);
  return result;
}

PhysicalOperator& LakeCatalog::PlanDelete(ClientContext& /*context*/,
                                          PhysicalPlanGenerator& planner, duckdb::LogicalDelete& op,
                                          PhysicalOperator& plan) {
  const auto state = WritableState(op.table);
  if (!op.return_chunk && IsUnfilteredScan(plan)) {
    return planner.Make<TruncateTable>(op.types, state);
  }
  op.table.Cast<LakeTable>().MarkAsTarget();
  if (op.return_chunk) {
    ThrowError({ErrorKind::kUnsupported, "DELETE ... RETURNING is not supported", op.table.name,
                "select the rows in the same transaction before the DELETE"});
  }
  SinkPlan sink;
  sink.operation = "DELETE";
  sink.row_id = op.expressions[0]->Cast<duckdb::BoundReferenceExpression>().index;
  sink.clauses[Index(RowGroup::kMatched)].emplace_back().action = RowAction::kDelete;
  auto& result = planner.Make<LakeSink>(op.types, op.estimated_cardinality, state, std::move(sink));
  result.children.push_back(plan);
  return result;
}

PhysicalOperator& LakeCatalog::PlanUpdate(ClientContext& /*context*/,
                                          PhysicalPlanGenerator& planner, duckdb::LogicalUpdate& op,
                                          PhysicalOperator& plan) {
  SinkPlan sink;
  sink.operation = "UPDATE";
  sink.row_id = plan.types.size() - op.table.GetRowIdColumns().size();
  sink.refuse_double_match = true;
  sink.match_columns = JoinedColumns(plan, *WritableState(op.table));
  sink.return_rows = op.return_chunk;
  SinkClause clause;
  clause.action = RowAction::kUpdate;
  clause.expressions = InTableOrder(op.columns, op.expressions, op.bound_defaults,
                                    op.table.GetColumns().PhysicalColumnCount());
  clause.given = GivenByUpdate(clause.expressions);
  sink.clauses[Index(RowGroup::kMatched)].push_back(std::move(clause));
  auto& result = planner.Make<LakeSink>(op.types, op.estimated_cardinality, TargetState(op.table),
                                        std::move(sink));
  result.children.push_back(plan);
  return result;
}

PhysicalOperator& LakeCatalog::PlanMergeInto(ClientContext& /*context*/,
                                             PhysicalPlanGenerator& planner,
                                             duckdb::LogicalMergeInto& op, PhysicalOperator& plan) {
  if (op.return_chunk) {
    ThrowError(
        {ErrorKind::kUnsupported, "MERGE ... RETURNING is not supported", op.table.name, ""});
  }
  const auto state = TargetState(op.table);
  SinkPlan sink;
  sink.operation = "MERGE";
  sink.records_matched =
      op.actions.count(duckdb::MergeActionCondition::WHEN_NOT_MATCHED_BY_TARGET) > 0;
  sink.row_id = op.row_id_start;
  sink.source_marker = op.source_marker;
  sink.refuse_double_match = true;
  sink.match_columns = JoinedColumns(plan, *WritableState(op.table));
  const size_t column_count = op.table.GetColumns().PhysicalColumnCount();
  for (auto& [condition, actions] : op.actions) {
    for (auto& action : actions) {
      sink.clauses[Index(GroupFor(condition))].push_back(MergeClause(op, *action, column_count));
      if (action->action_type == duckdb::MergeActionType::MERGE_INSERT) {
        CheckDefaults(*state, sink.clauses[Index(GroupFor(condition))].back().given);
      }
    }
  }
  auto& result = planner.Make<LakeSink>(op.types, op.estimated_cardinality, state, std::move(sink));
  result.children.push_back(plan);
  return result;
}

}  // namespace limno::engine
