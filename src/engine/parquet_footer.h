// What Parquet files say of themselves in their footers, as a table would have it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/duck.h"
#include "limno/result.h"
#include "table/data_file.h"
#include "table/data_type.h"

namespace limno::engine {

struct ParquetFooter {
  std::string path;
  uint64_t bytes = 0;
  /// All nullable; the types are those under which engines read the file as it is. Shared by files
  /// of the same columns.
  std::shared_ptr<const std::vector<table::Field>> fields;
  /// What holds for every row. Left out is what a footer does not prove: greatest values of floats
  /// (NaN may be above them), bounds of texts by old writers, which ordered them by signed bytes,
  /// and whatever a row group is silent about.
  table::FileStatistics statistics;
};

using FooterVisitor = std::function<Result<void>(const ParquetFooter&)>;

/// Reads the footers of local files with all threads and hands them over one by one, in the order
/// of `paths`; what was handed over is not kept. Stops where `visit` fails. kRefused, naming the
/// file, for one that is no readable Parquet file, or that has a column of a type for which a table
/// has none of the same bytes (times of day, nanoseconds, UUIDs, 16-bit floats); such files have to
/// be loaded.
Result<void> ReadParquetFooters(ClientContext& context, const std::vector<std::string>& paths,
                                const FooterVisitor& visit);

}  // namespace limno::engine
