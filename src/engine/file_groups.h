// Which files OPTIMIZE rewrites, and which of them together. Pure: files in, positions out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "table/file_order.h"

namespace limno::engine {

/// What there is to know of a file for the choice.
struct LayoutFile {
  /// Two files of one partition have the same text.
  std::string partition;
  uint64_t bytes = 0;
  /// Share of its rows that are deleted; 1 where rows are deleted from an unknown number.
  double deleted_ratio = 0;
  base::UnixMillis modified_millis = 0;
  std::string path;
  std::optional<table::FileOrder> order;
  /// Somebody else's clustering, which is not ours to change.
  bool foreign_clustering = false;

  uint64_t live_bytes() const;
};

/// Positions in the list of files; the files of a group become new ones together.
using FileGroup = std::vector<size_t>;

struct CompactionRule {
  uint64_t target_bytes = 0;
  /// Files of fewer live bytes want company.
  uint64_t small_bytes = 0;
  /// Files with a larger share of deleted rows are rewritten, be they alone.
  double max_deleted_ratio = 0;
  /// Every file is rewritten.
  bool full = false;
};

/// One group for each partition that gains: fewer files, or deleted rows gone. Within a group files
/// are in the order of their time, so that what was written together stays together.
std::vector<FileGroup> ChooseToCompact(const std::vector<LayoutFile>& files,
                                       const CompactionRule& rule);

struct OrderingRule {
  /// As table::FileOrder::columns.
  std::vector<std::string> columns;
  /// By the table's clustering columns, else by a ZORDER BY.
  bool clustered = false;
  /// Files of one run that hold so much are done.
  uint64_t min_cube_bytes = 0;
  /// A group is closed before it holds more.
  uint64_t target_cube_bytes = 0;
  double max_deleted_ratio = 0;
  /// ZORDER BY: everything is laid out anew. Clustered: runs are united whatever their sizes, and
  /// what was clustered by other columns or by others is clustered again.
  bool full = false;
};

/// Files to lay out anew; each group becomes a run of its own. What was not laid out yet takes
/// along earlier runs that are not much larger than what has come together, the smallest first: so
/// a row is rewritten a number of times that grows with the logarithm of the table, and few runs
/// overlap. Nothing where nothing is new.
std::vector<FileGroup> ChooseToOrder(const std::vector<LayoutFile>& files,
                                     const OrderingRule& rule);

}  // namespace limno::engine
