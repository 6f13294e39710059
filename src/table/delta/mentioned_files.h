// The files that some version of a table names. No I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "table/delta/actions.h"
#include "table/delta/delta_snapshot.h"

namespace limno::table::delta {

class MentionedFiles {
 public:
  /// Data files, change files and vectors that a version adds or removes.
  void Add(const std::vector<Action>& actions);
  /// Those that a version has, or remembers.
  void Add(const DeltaSnapshot& snapshot);

  /// Whether the file of that key is one of them; true also if only its name is that of a file with
  /// an absolute path, which may lead into this very folder by whatever spelling.
  bool Contains(const std::string& key) const;

 private:
  void AddPath(const std::string& path);
  void AddVector(const Boxed<DeletionVector>& vector);

  std::unordered_set<std::string> keys_;
  std::unordered_set<std::string> names_;
};

}  // namespace limno::table::delta
