// Rows as a table of boxes, for people.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "limno/query.h"

namespace limno::cli {

struct TableStyle {
  /// 0: as wide as it needs to be.
  size_t width = 0;
  bool colour = false;
  /// Lines of Unicode; false: '+', '-' and '|'.
  bool unicode = true;
};

/// The table with a closing newline. Numbers are flush right; NULL is dim; columns that do not fit
/// shrink, the widest first.
std::string FormatTable(const std::vector<Column>& columns,
                        const std::vector<std::vector<Cell>>& rows, const TableStyle& style);

/// Columns on the terminal that the table takes when nothing shrinks.
size_t TableWidth(const std::vector<Column>& columns, const std::vector<std::vector<Cell>>& rows);

/// Takes column `index` out.
void DropColumn(std::vector<Column>& columns, std::vector<std::vector<Cell>>& rows, size_t index);

/// Takes out the columns that are NULL or empty in every row.
void DropEmptyColumns(std::vector<Column>& columns, std::vector<std::vector<Cell>>& rows);

/// One row as lines "name  value", for rows with many columns.
std::string FormatRecord(const std::vector<Column>& columns, const std::vector<Cell>& row,
                         const TableStyle& style);

/// "1234567" -> "1,234,567".
std::string GroupDigits(uint64_t number);

}  // namespace limno::cli
