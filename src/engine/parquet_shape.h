// The columns of a Parquet file as those of a table, found once for all files of the same schema.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/duck.h"
#include "limno/result.h"
#include "table/data_type.h"

namespace limno::engine {

/// A row of DuckDB's parquet_schema().
struct SchemaElement {
  std::string name;
  /// The physical type; empty for groups.
  std::string type;
  int64_t children = 0;
  std::string converted_type;
  std::string logical_type;
  std::string repetition_type;
};

/// A column that a Parquet file stores.
struct ParquetLeaf {
  /// Names from the top-level column to the leaf; empty within lists and maps.
  std::vector<std::string> path;
  LogicalType type;
  /// Bounds by writers that compare as signed bytes or numbers are right for it.
  bool trusts_old_bounds = false;
  bool may_hold_nan = false;
};

struct ParquetShape {
  std::vector<table::Field> fields;
  /// In the order of the file.
  std::vector<ParquetLeaf> leaves;
};

/// What a failure to read a footer means to whoever named the file.
Error Unreadable(Error error);

/// Thread safe.
class ShapeCache {
 public:
  /// The shape of a file with these elements, root first. `pattern` names the file.
  Result<std::shared_ptr<const ParquetShape>> Find(duckdb::Connection& connection,
                                                   const std::string& pattern,
                                                   const std::vector<SchemaElement>& elements);

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const ParquetShape>> shapes_;
};

}  // namespace limno::engine
