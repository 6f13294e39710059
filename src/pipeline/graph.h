// What has to run before what: sources and models as steps, edges from the table names in the SQL.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "engine/engine.h"
#include "limno/result.h"
#include "pipeline/model.h"
#include "pipeline/project.h"

namespace limno::pipeline {

/// A table or view that a model's query names.
struct Read {
  catalog::TableName table;
  /// As the query names it, for rewriting it.
  engine::TableReference reference;
  /// "models/silver/flights.sql:12:6".
  std::string where;
  bool is_view = false;
  /// Read by its new rows only.
  bool incremental = false;
};

struct Step {
  /// The source's name, or "namespace.name" of the model.
  std::string name;
  catalog::TableName writes;
  /// Index into Project::sources; -1 for a model.
  int source = -1;
  /// Index into the models; -1 for a source.
  int model = -1;
  std::vector<Read> reads;
  /// Tables whose rows reach this model, directly or through views; sorted, each once.
  std::vector<catalog::TableName> base_tables;
  /// The model's SQL and that of the views it reads: when it changes, so may the rows.
  std::string full_sql;
  /// Steps that must have ended before this one begins; ascending.
  std::vector<size_t> needs;
};

/// Steps in an order in which they can run.
struct Graph {
  std::vector<Step> steps;
};

/// What exists in the lake besides what the project makes.
struct LakeNames {
  std::vector<catalog::TableName> tables;
  std::vector<catalog::View> views;
};

/// Session::TablesIn.
using TableFinder =
    std::function<Result<std::vector<engine::TableReference>>(const std::string& sql)>;

/// kUsage with file and line for: a table made twice, an unknown table, an ambiguous name, a cycle,
/// an append or merge model that does not say which of several inputs is read incrementally.
Result<Graph> BuildGraph(const Project& project, const std::vector<Model>& models,
                         const LakeNames& lake, const TableFinder& find_tables);

/// One flag per step. Patterns as in RunOptions::select, matched against the step's name and the
/// table it writes; kUsage for a pattern that matches nothing.
Result<std::vector<bool>> SelectSteps(const Graph& graph, const std::vector<std::string>& patterns);

}  // namespace limno::pipeline
