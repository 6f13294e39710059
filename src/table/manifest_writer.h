// Lists of a table's files for engines that read Parquet but know nothing of the table's format. A
// table of a format that has them implements it beside Table.
#pragma once

#include "limno/result.h"

namespace limno::table {

class ManifestWriter {
 public:
  virtual ~ManifestWriter() = default;

  /// Writes the manifests of the newest version, one for each partition, and removes those of
  /// partitions that it does not have. kRefused where whoever follows them would read wrong rows:
  /// with deletion vectors, or with columns that files know by other names.
  virtual Result<void> WriteSymlinkManifest() = 0;
};

}  // namespace limno::table
