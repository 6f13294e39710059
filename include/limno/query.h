// Results of SQL as rows of text: what the command line prints and small programs read.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "limno/result.h"

namespace limno {

struct Column {
  std::string name;
  /// DuckDB's name of the type: "BIGINT", "DECIMAL(10,2)", "STRUCT(a INTEGER)".
  std::string type;
  /// Numbers are printed flush right.
  bool numeric = false;
};

enum class CellFormat {
  /// As a person reads it: `1.50`, `2013-01-01`, `[1, 2]`.
  kText,
  /// One JSON value per cell: `1.50`, `"2013-01-01"`, `[1,2]`; NULL is `null`.
  kJson,
};

struct Cell {
  std::string text;
  bool is_null = false;
};

/// A forward-only stream of rows. Not thread safe; invalid after the next statement of its session.
class Rows {
 public:
  virtual ~Rows() = default;
  virtual const std::vector<Column>& columns() const = 0;
  /// Fills `row` with the next row and returns true; false at the end. Errors of a running query
  /// (a cast that fails in row 10,000) surface here.
  virtual Result<bool> Next(std::vector<Cell>& row) = 0;
};

/// Is handed the rows of each statement of a text but the last, in their order.
using RowsVisitor = std::function<Result<void>(Rows&)>;

}  // namespace limno
