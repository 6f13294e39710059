// What a table demands of every row that is written to it.
#pragma once

#include <string>

namespace limno::table {

struct RowRule {
  enum class Kind {
    /// The expression must be true: neither false nor NULL.
    kCheck,
    /// The column has the expression's value.
    kGenerated,
  };
  Kind kind = Kind::kCheck;
  /// Of the constraint, or of the column.
  std::string name;
  /// In Spark's SQL.
  std::string expression;
};

}  // namespace limno::table
