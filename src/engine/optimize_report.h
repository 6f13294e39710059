// What OPTIMIZE says of its work: to the user, and in the table's history.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/maintenance.h"
#include "engine/table_state.h"
#include "table/column_path.h"

namespace limno::engine {

/// For each column: how many files hold a value on average, judged by the files' bounds (their own
/// minima stand for the values asked for). 0 for a table without files.
std::vector<double> FilesReadByPoint(const TableState& table, const std::vector<ScanFile>& files,
                                     const std::vector<table::ColumnPath>& columns);

/// Metrics of a commit that replaces `removed` by `added`, as Spark names them.
std::map<std::string, std::string> OptimizeMetrics(const std::vector<ScanFile>& removed,
                                                   const std::vector<ScanFile>& added);

/// The table's files before and after.
struct OptimizeReport {
  std::vector<ScanFile> before;
  std::vector<ScanFile> after;
  size_t removed = 0;
  size_t added = 0;
  /// Those along which rows were laid out.
  std::vector<table::ColumnPath> columns;

  /// One row: files and bytes before and after, and for each column which share of the files a
  /// query for one value reads.
  TextTable ToTable(const TableState& table) const;
};

}  // namespace limno::engine
