#include "engine/property_names.h"

#include <vector>

#include "base/name_match.h"

namespace limno::engine {
namespace {

/// Delta's table properties: PROTOCOL.md and the options of its writers.
const std::vector<std::string>& KnownNames() {
  static const std::vector<std::string> kNames{
      "delta.appendOnly",
      "delta.autoOptimize.autoCompact",
      "delta.autoOptimize.optimizeWrite",
      "delta.checkpoint.writeStatsAsJson",
      "delta.checkpoint.writeStatsAsStruct",
      "delta.checkpointInterval",
      "delta.checkpointPolicy",
      "delta.columnMapping.maxColumnId",
      "delta.columnMapping.mode",
      "delta.compatibility.symlinkFormatManifest.enabled",
      "delta.dataSkippingNumIndexedCols",
      "delta.dataSkippingStatsColumns",
      "delta.deletedFileRetentionDuration",
      "delta.dropFeatureTruncateHistory.retentionDuration",
      "delta.enableChangeDataFeed",
      "delta.enableDeletionVectors",
      "delta.enableExpiredLogCleanup",
      "delta.enableIcebergCompatV1",
      "delta.enableIcebergCompatV2",
      "delta.enableIcebergCompatV3",
      "delta.enableInCommitTimestamps",
      "delta.enableMaterializePartitionColumnsFeature",
      "delta.enableRowTracking",
      "delta.enableTypeWidening",
      "delta.isolationLevel",
      "delta.logRetentionDuration",
      "delta.minReaderVersion",
      "delta.minWriterVersion",
      "delta.randomizeFilePrefixes",
      "delta.randomPrefixLength",
      "delta.sampleRetentionDuration",
      "delta.setTransactionRetentionDuration",
      "delta.targetFileSize",
      "delta.tuneFileSizesForRewrites",
      "delta.universalFormat.enabledFormats",
      "delta.writePartitionColumnsToParquet",
      "limno.retentionDurationCheck.enabled",
  };
  return kNames;
}

}  // namespace

Result<std::string> PropertyName(const std::string& name) {
  const std::string folded = base::FoldCase(name);
  for (const std::string& known : KnownNames()) {
    if (base::FoldCase(known) == folded) {
      return known;
    }
  }
  const bool own = folded.rfind("delta.", 0) != 0 || folded.rfind("delta.feature.", 0) == 0;
  if (own) {
    return name;
  }
  return Fail(ErrorKind::kUsage, "Delta has no table property " + name, {},
              base::NearestNameHint(name, KnownNames()));
}

Result<std::string> PropertyText(const std::string& name, const duckdb::ParsedExpression& value) {
  if (value.GetExpressionClass() == duckdb::ExpressionClass::CONSTANT) {
    const Value& constant = value.Cast<duckdb::ConstantExpression>().value;
    return constant.type().id() == LogicalTypeId::BOOLEAN
               ? std::string(constant.GetValue<bool>() ? "true" : "false")
               : constant.ToString();
  }
  if (value.GetExpressionClass() == duckdb::ExpressionClass::COLUMN_REF) {
    return value.Cast<duckdb::ColumnRefExpression>().GetColumnName();
  }
  const std::string text = value.ToString();
  // true and false arrive as casts of 't' and 'f'.
  if (base::FoldCase(text).find("boolean") != std::string::npos) {
    return std::string(text.find("'t'") != std::string::npos ? "true" : "false");
  }
  return Fail(ErrorKind::kUsage, "table property " + name + " needs a plain value, not " + text);
}

}  // namespace limno::engine
