// Deleting all rows of a table: every file is removed from the log, none is read.
#pragma once

#include <memory>

#include "engine/duck.h"
#include "engine/table_state.h"

namespace limno::engine {

/// The plan reads one table, whole and without a condition.
bool IsUnfilteredScan(const duckdb::PhysicalOperator& plan);

class TruncateTable final : public duckdb::PhysicalOperator {
 public:
  TruncateTable(duckdb::PhysicalPlan& physical_plan, duckdb::vector<LogicalType> types,
                std::shared_ptr<TableState> table)
      : PhysicalOperator(physical_plan, duckdb::PhysicalOperatorType::EXTENSION, std::move(types),
                         1),
        table_(std::move(table)) {}

  duckdb::string GetName() const override { return "LAKE_TRUNCATE"; }
  bool IsSource() const override { return true; }

 protected:
  duckdb::SourceResultType GetDataInternal(duckdb::ExecutionContext& context, DataChunk& chunk,
                                           duckdb::OperatorSourceInput& input) const override;

 private:
  std::shared_ptr<TableState> table_;
};

}  // namespace limno::engine
