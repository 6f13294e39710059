// One SQL model: models/<namespace>/<name>.sql makes the table or view namespace.name.
// docs/formats/model_file.md describes the file.
#pragma once

#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "limno/result.h"

namespace limno::pipeline {

enum class ModelKind {
  /// The query is stored and runs when it is read.
  kView,
  /// The rows are rewritten when an input or the SQL has changed.
  kTable,
  /// The query runs over what its input gained; its rows are added.
  kAppend,
  /// The query runs over what its input gained; its rows update those of the same key, or are
  /// added.
  kMerge,
};

/// "view", "table", "append", "merge".
std::string ModelKindName(ModelKind kind);
inline bool IsIncremental(ModelKind kind) {
  return kind == ModelKind::kAppend || kind == ModelKind::kMerge;
}

struct Model {
  catalog::TableName name;
  ModelKind kind = ModelKind::kView;
  /// Relative to the project: "models/silver/flights.sql".
  std::string file;
  /// The query without header and closing ';'.
  std::string sql;
  /// 1-based line of the file on which `sql` begins.
  int first_line = 1;
  std::vector<std::string> key;
  std::vector<std::string> cluster_by;
  std::vector<std::string> partition_by;
  /// Inputs of an append or merge model that are read by their new rows only, as written; empty:
  /// the only input.
  std::vector<std::string> incremental;
  /// Sources and models to run first, besides those the query reads; as written.
  std::vector<std::string> depends_on;
  std::string description;

  /// "models/silver/flights.sql:12:6" for a byte offset in `sql`.
  std::string Where(size_t offset) const;
};

/// kUsage with file and line.
Result<Model> ParseModel(const std::string& text, const std::string& file,
                         const catalog::TableName& name);

/// All models under `project_folder`/models, ordered by name. A folder without models gives none.
Result<std::vector<Model>> ReadModels(const std::string& project_folder);

}  // namespace limno::pipeline
