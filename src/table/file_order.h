// How the rows of a data file were laid out, together with those of other files.
#pragma once

#include <string>
#include <vector>

namespace limno::table {

/// Files that were laid out in one go share an id: each holds one stretch of a curve through their
/// columns.
struct FileOrder {
  std::string id;
  /// As ColumnPathText() spells them, the leading one first.
  std::vector<std::string> columns;
  /// Along the table's own clustering columns, else by a ZORDER BY.
  bool clustered = false;

  bool operator==(const FileOrder& other) const = default;
};

}  // namespace limno::table
