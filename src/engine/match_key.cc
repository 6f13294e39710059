#include "engine/match_key.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "duckdb/execution/operator/join/physical_comparison_join.hpp"
#include "duckdb/execution/operator/scan/physical_table_scan.hpp"
#include "engine/engine.h"
#include "engine/errors.h"
#include "engine/scan_functions.h"
#include "engine/statement_run.h"

namespace limno::engine {
namespace {

using duckdb::PhysicalOperator;
using duckdb::PhysicalOperatorType;

/// Enough of a row to find it by, where its key is not known.
constexpr size_t kColumnsWithoutKey = 4;

const duckdb::PhysicalComparisonJoin* FindJoin(const PhysicalOperator& plan) {
  switch (plan.type) {
    case PhysicalOperatorType::HASH_JOIN:
    case PhysicalOperatorType::NESTED_LOOP_JOIN:
    case PhysicalOperatorType::PIECEWISE_MERGE_JOIN:
    case PhysicalOperatorType::IE_JOIN:
      return &plan.Cast<duckdb::PhysicalComparisonJoin>();
    default:
      break;
  }
  for (const auto& child : plan.children) {
    if (const auto* join = FindJoin(child.get())) {
      return join;
    }
  }
  return nullptr;
}

bool Scans(const PhysicalOperator& plan, const TableState& target) {
  if (plan.type == PhysicalOperatorType::TABLE_SCAN) {
    const auto* data = dynamic_cast<const duckdb::MultiFileBindData*>(
        plan.Cast<duckdb::PhysicalTableScan>().bind_data.get());
    const auto* list =
        data == nullptr ? nullptr : dynamic_cast<const FileList*>(data->file_list.get());
    return list != nullptr && list->scan().state.get() == &target;
  }
  for (const auto& child : plan.children) {
    if (Scans(child.get(), target)) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::vector<std::string> JoinedColumns(const PhysicalOperator& plan, const TableState& target) {
  std::vector<std::string> columns;
  const auto* join = FindJoin(plan);
  if (join == nullptr) {
    return columns;
  }
  const bool left = Scans(join->children[0].get(), target);
  for (const duckdb::JoinCondition& condition : join->conditions) {
    const auto& side = left ? condition.left : condition.right;
    const table::Field* field = target.metadata().schema.Find(side->GetAlias());
    if (field != nullptr && side->GetExpressionClass() == duckdb::ExpressionClass::BOUND_REF) {
      columns.push_back(field->name);
    }
  }
  return columns;
}

std::string DescribeRow(ClientContext& context, const std::shared_ptr<TableState>& table,
                        const RowPosition& row, const std::vector<std::string>& columns) {
  std::vector<std::string> items;
  for (const std::string& column : columns) {
    items.push_back(QuoteIdentifier(column));
  }
  for (const table::Field& field : table->metadata().schema.fields) {
    if (columns.empty() && items.size() < kColumnsWithoutKey) {
      items.push_back(QuoteIdentifier(field.name));
    }
  }
  auto scan = std::make_shared<ScanContext>(
      table, table->metadata(),
      std::vector<ScanFile>{ScanFile{table->FileById(row.file_id), nullptr}});
  scan->record_reads = false;
  duckdb::Connection connection(*context.db);
  const uint64_t number = ScanRegistry::Of(*connection.context)->Add(std::move(scan));
  const auto found = RunText(
      connection, fmt::format("SELECT {} FROM limno_scan({}::UBIGINT) WHERE file_row_number = {}",
                              fmt::join(items, ", "), number, row.row));
  if (found->HasError() || found->RowCount() == 0) {
    return {};
  }
  std::string text;
  for (idx_t column = 0; column < found->ColumnCount(); ++column) {
    text += (column == 0 ? "" : ", ") + found->names[column] + " = " +
            found->GetValue(column, 0).ToString();
  }
  return "(" + text + ")";
}

}  // namespace limno::engine
