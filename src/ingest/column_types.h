// Types of columns as SQL names ("BIGINT", "DECIMAL(10,2)"), and which of them go together.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limno::ingest {

struct ColumnDefinition {
  std::string name;
  std::string type;

  bool operator==(const ColumnDefinition& other) const = default;
};

/// The narrowest type that holds the values of both without loss of meaning: integers with integers
/// and decimals, numbers with DOUBLE, DATE with TIMESTAMP. nullopt if there is none; text goes with
/// nothing but text.
std::optional<std::string> CommonType(const std::string& left, const std::string& right);

/// A column of type `from` can be stored in one of type `to`.
bool FitsInto(const std::string& from, const std::string& to);

/// The type a table keeps a value of this type in: itself for what Delta has; TIME, UUID, ENUM and
/// INTERVAL as VARCHAR, unsigned and huge integers as the next wider exact type, timestamps of
/// other precisions as microseconds.
std::string StoredType(const std::string& type);

/// What one file says about a column.
struct TypeVote {
  std::string type;
  /// False where the column is empty (all NULL) and its type therefore a guess.
  bool decided = true;
};

/// The type most files can be read with; the earlier file wins a tie. Votes must not be empty.
std::string ElectType(const std::vector<TypeVote>& votes);

}  // namespace limno::ingest
