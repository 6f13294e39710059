#include "engine/scan_functions.h"

#include "duckdb/main/extension/extension_loader.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "duckdb/parser/tableref/basetableref.hpp"
#include "duckdb/parser/tableref/table_function_ref.hpp"
#include "engine/errors.h"
#include "engine/lake_catalog.h"
#include "engine/lake_scan.h"

namespace limno::engine {
namespace {

/// delta('path', version => n, timestamp => t) is the table lake.delta."path", so that everything a
/// table can do works for it.
duckdb::unique_ptr<duckdb::TableRef> ReplaceDelta(ClientContext& /*context*/,
                                                  duckdb::TableFunctionBindInput& input) {
  if (input.inputs[0].IsNull()) {
    ThrowError({ErrorKind::kUsage, "delta() needs the path of a table, not NULL", "", ""});
  }
  auto reference = duckdb::make_uniq<duckdb::BaseTableRef>();
  reference->catalog_name = kLakeName;
  reference->schema_name = kPathSchema;
  reference->table_name = duckdb::StringValue::Get(input.inputs[0]);
  for (const auto& [name, value] : input.named_parameters) {
    if (reference->at_clause) {
      ThrowError({ErrorKind::kUsage, "delta() takes a version or a timestamp, not both", "", ""});
    }
    reference->at_clause = duckdb::make_uniq<duckdb::AtClause>(
        duckdb::StringUtil::Upper(name), duckdb::make_uniq<duckdb::ConstantExpression>(value));
  }
  return reference;
}

duckdb::unique_ptr<duckdb::FunctionData> BindRegisteredScan(ClientContext& context,
                                                            duckdb::TableFunctionBindInput& input,
                                                            duckdb::vector<LogicalType>& types,
                                                            duckdb::vector<duckdb::string>& names) {
  const auto scan = ScanRegistry::Of(context)->Find(input.inputs[0].GetValue<uint64_t>());
  if (scan == nullptr) {
    ThrowError({ErrorKind::kUsage, "limno_scan() is internal to statements of Limno", "", ""});
  }
  return BindAsLakeScan(context, scan, input, types, names);
}

}  // namespace

duckdb::shared_ptr<ScanRegistry> ScanRegistry::Of(ClientContext& context) {
  return context.registered_state->GetOrCreate<ScanRegistry>("limno_scans");
}

uint64_t ScanRegistry::Add(std::shared_ptr<ScanContext> scan) {
  scans_[next_] = std::move(scan);
  return next_++;
}

std::shared_ptr<ScanContext> ScanRegistry::Find(uint64_t number) const {
  const auto found = scans_.find(number);
  return found == scans_.end() ? nullptr : found->second;
}

void ScanRegistry::Remove(uint64_t number) { scans_.erase(number); }

void RegisterScanFunctions(duckdb::DatabaseInstance& database) {
  duckdb::ExtensionLoader loader(database, "limno");
  duckdb::TableFunction delta("delta", {LogicalType::VARCHAR}, nullptr);
  delta.bind_replace = ReplaceDelta;
  delta.named_parameters["version"] = LogicalType::BIGINT;
  delta.named_parameters["timestamp"] = LogicalType::TIMESTAMP;
  loader.RegisterFunction(delta);

  duckdb::TableFunction scan = LakeScanFunction(loader, "limno_scan", BindRegisteredScan);
  scan.arguments = {LogicalType::UBIGINT};
  loader.RegisterFunction(scan);
}

}  // namespace limno::engine
