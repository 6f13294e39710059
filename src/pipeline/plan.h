// What a model has to do, decided from what is written down: pure, no I/O.
//
// A model's own table remembers what it was made from, as application transactions in its log:
//   limno:model:<model>:<id of the input table>   the version of the input that is consumed
//   limno:model:<model>:sql                       a hash of the model's SQL
// They are committed together with the rows, so that a crash can neither lose nor double any.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "limno/result.h"
#include "pipeline/graph.h"
#include "pipeline/model.h"

namespace limno::pipeline {

/// An input table as it is now.
struct InputState {
  catalog::TableName table;
  /// Changes when a table is dropped and made anew.
  std::string id;
  int64_t version = 0;
  /// The model reads only what it gained.
  bool incremental = false;
  /// Nothing but rearranging (OPTIMIZE, VACUUM) happened since the version that was consumed.
  bool only_rearranged = false;
};

/// The model's own table as it is now.
struct OutputState {
  bool exists = false;
  std::map<std::string, int64_t> app_transactions;
};

enum class Action {
  kNothing,
  /// Replace the table by the whole result.
  kFull,
  /// Run over the rows in the ranges of the incremental inputs.
  kIncremental,
};

/// Versions (after, upto] of an input.
struct InputRange {
  catalog::TableName table;
  std::string app_id;
  int64_t after = -1;
  int64_t upto = 0;
  bool incremental = false;
};

struct ModelPlan {
  Action action = Action::kNothing;
  /// One per input, in the order given.
  std::vector<InputRange> inputs;
  /// To be recorded with the commit.
  std::map<std::string, int64_t> app_transactions;
  /// What the output says now of those that must not be consumed twice.
  std::map<std::string, std::optional<int64_t>> expected_app_versions;
  /// "new in bronze.flights: versions 4 to 6". For people.
  std::string why;
};

/// Not for views.
ModelPlan PlanModel(const Model& model, const Step& step, const std::vector<InputState>& inputs,
                    const OutputState& output, bool full_refresh);

/// "limno:model:silver.flights:<input id>".
std::string ConsumedId(const Model& model, const std::string& input_id);
/// The version of that input that the output was made from; -1 for none.
int64_t ConsumedVersion(const Model& model, const OutputState& output, const std::string& input_id);
/// A hash that fits an application transaction: 0 <= h < 2^63.
int64_t HashSql(const std::string& sql);

}  // namespace limno::pipeline
