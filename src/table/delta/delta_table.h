// Delta Lake behind the Table seam. Protocol:
// https://github.com/delta-io/delta/blob/master/PROTOCOL.md
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/random.h"
#include "limno/result.h"
#include "storage/object_store.h"
#include "table/ports.h"
#include "table/table.h"

namespace limno::table::delta {

/// What a Delta table lives on. Everything referenced outlives the table.
struct Environment {
  /// Rooted at the table's folder (the parent of _delta_log).
  std::shared_ptr<storage::ObjectStore> store;
  ParquetIo* parquet = nullptr;
  base::Clock* clock = nullptr;
  base::Random* random = nullptr;
};

/// Does no I/O; whether there is a table shows at Latest(). A table that does not exist yet is made
/// by the first Commit with a change whose `base` is nullptr and whose `metadata` is set.
std::unique_ptr<Table> OpenTable(Environment environment);

}  // namespace limno::table::delta
