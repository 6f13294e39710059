#include "engine/truncate.h"

#include "duckdb/execution/operator/scan/physical_table_scan.hpp"
#include "engine/file_list.h"

namespace limno::engine {

bool IsUnfilteredScan(const duckdb::PhysicalOperator& plan) {
  const duckdb::PhysicalOperator* node = &plan;
  while (node->type == duckdb::PhysicalOperatorType::PROJECTION) {
    node = &node->children[0].get();
  }
  if (node->type != duckdb::PhysicalOperatorType::TABLE_SCAN) {
    return false;
  }
  const auto& scan = node->Cast<duckdb::PhysicalTableScan>();
  const auto* list = dynamic_cast<const FileList*>(
      scan.bind_data->Cast<duckdb::MultiFileBindData>().file_list.get());
  const bool filtered = scan.table_filters && !scan.table_filters->filters.empty();
  return !filtered && !scan.dynamic_filters && list != nullptr &&
         list->chosen().size() == list->scan().files.size();
}

duckdb::SourceResultType TruncateTable::GetDataInternal(
    duckdb::ExecutionContext& /*context*/, DataChunk& chunk,
    duckdb::OperatorSourceInput& /*input*/) const {
  const auto files = table_->Files();
  int64_t rows = 0;
  std::vector<table::DataFilePtr> read;
  for (const ScanFile& file : files) {
    rows += table_->LiveRows(file).value_or(0);
    read.push_back(file.file);
    table_->StageRemove(file.file);
  }
  if (!files.empty()) {
    table_->RecordRead([](const table::DataFile&) { return true; }, std::move(read),
                       TableState::ReadScope::kFiles);
    table_->StageOperation(
        "DELETE", {{"predicate", "[\"true\"]"}},
        {{"numDeletedRows", rows}, {"numRemovedFiles", static_cast<int64_t>(files.size())}});
  }
  chunk.SetCardinality(1);
  chunk.SetValue(0, 0, Value::BIGINT(rows));
  return duckdb::SourceResultType::FINISHED;
}

}  // namespace limno::engine
