// What CLONE asks of the table that is cloned. A table of a format that has it implements it beside
// Table.
#pragma once

#include "limno/result.h"
#include "table/data_file.h"

namespace limno::table {

class CloneSource {
 public:
  virtual ~CloneSource() = default;

  /// The entry of one of its files as a table in another folder has it: by absolute URIs, its own
  /// and that of its vector, and without row ids, which are those of one table. kUnsupported for a
  /// table that does not lie on a local disk.
  virtual Result<DataFile> EntryElsewhere(const DataFile& file) = 0;
};

}  // namespace limno::table
