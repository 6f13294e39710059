// What a table demands of every row that is written to it.
#pragma once

#include <string>
#include <string_view>

namespace limno::table {

/// A property that holds a CHECK constraint: this, then its name.
inline constexpr std::string_view kConstraintPrefix = "delta.constraints.";

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
