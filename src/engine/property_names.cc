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
      "delta.enableChangeDataFeed",
      "delta.enableDeletionVectors",
      "delta.enableExpiredLogCleanup",
      "delta.enableInCommitTimestamps",
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

}  // namespace limno::engine
