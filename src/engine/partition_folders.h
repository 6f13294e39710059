// Values of partition columns in the names of folders, "year=2024/region=north%20east/".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limno/result.h"
#include "table/data_file.h"

namespace limno::engine {

/// Of a key, the folders that are named "column=value", from the outermost in. Escapes are decoded
/// where they are some; __HIVE_DEFAULT_PARTITION__ and the empty value are NULL.
table::PartitionValues FolderValues(std::string_view key);

/// Whether the files of a folder are none of its rows: a segment of the key begins with '.', or
/// with '_' where it is no "_column=value".
bool IsHiddenKey(std::string_view key);

/// Which types would hold all values seen, for a suggestion.
class PartitionTypeGuess {
 public:
  void Add(const table::PartitionValues& values);
  /// "(year INT, region STRING)".
  std::string ToSql() const;

 private:
  struct Column {
    std::string name;
    bool may_be_int = true;
    bool may_be_long = true;
    bool may_be_date = true;
    bool has_value = false;
  };
  std::vector<Column> columns_;
};

/// The values of a file under the names of the table's partition columns, compared without regard
/// to case. kRefused, naming the key, unless its folders are exactly those.
Result<table::PartitionValues> MatchFolders(const std::string& key,
                                            const std::vector<std::string>& columns);

}  // namespace limno::engine
