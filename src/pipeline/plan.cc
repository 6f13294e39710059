#include "pipeline/plan.h"

#include <fmt/format.h>

namespace limno::pipeline {

namespace {

std::string SqlId(const Model& model) { return ConsumedId(model, "sql"); }

std::string DescribeRange(const InputRange& range) {
  const std::string table = range.table.ToString();
  if (range.after < 0) {
    return fmt::format("{} up to version {}", table, range.upto);
  }
  if (range.after + 1 == range.upto) {
    return fmt::format("{} version {}", table, range.upto);
  }
  return fmt::format("{} versions {} to {}", table, range.after + 1, range.upto);
}

std::string DescribeRanges(const std::vector<InputRange>& ranges) {
  std::string text;
  for (const InputRange& range : ranges) {
    text += (text.empty() ? "" : ", ") + DescribeRange(range);
  }
  return text.empty() ? "no input table" : text;
}

/// The inputs that have something the model has not seen.
std::vector<InputRange> Unseen(const Model& model, const std::vector<InputState>& inputs,
                               const std::vector<InputRange>& ranges) {
  std::vector<InputRange> unseen;
  for (size_t i = 0; i < inputs.size(); ++i) {
    // An incremental model does not run again because a table it only looks things up in has
    // changed.
    const bool counts = inputs[i].incremental || !IsIncremental(model.kind);
    if (counts && ranges[i].after != ranges[i].upto && !inputs[i].only_rearranged) {
      unseen.push_back(ranges[i]);
    }
  }
  return unseen;
}

}  // namespace

std::string ConsumedId(const Model& model, const std::string& input_id) {
  return fmt::format("limno:model:{}:{}", model.name.ToString(), input_id);
}

int64_t ConsumedVersion(const Model& model, const OutputState& output,
                        const std::string& input_id) {
  const auto found = output.app_transactions.find(ConsumedId(model, input_id));
  return found == output.app_transactions.end() ? -1 : found->second;
}

int64_t HashSql(const std::string& sql) {
  // FNV-1a: the hash is stored, so it must be the same on every machine and in every version.
  uint64_t hash = 14695981039346656037ULL;
  for (const char byte : sql) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211ULL;
  }
  return static_cast<int64_t>(hash >> 1);
}

ModelPlan PlanModel(const Model& model, const Step& step, const std::vector<InputState>& inputs,
                    const OutputState& output, bool full_refresh) {
  ModelPlan plan;
  for (const InputState& input : inputs) {
    const int64_t consumed = ConsumedVersion(model, output, input.id);
    InputRange range{input.table, ConsumedId(model, input.id), consumed, input.version,
                     input.incremental};
    plan.app_transactions[range.app_id] = input.version;
    if (input.incremental) {
      plan.expected_app_versions[range.app_id] =
          consumed < 0 ? std::nullopt : std::optional<int64_t>(consumed);
    }
    plan.inputs.push_back(std::move(range));
  }
  const int64_t sql_hash = HashSql(step.full_sql);
  plan.app_transactions[SqlId(model)] = sql_hash;

  const auto recorded = output.app_transactions.find(SqlId(model));
  const bool made_by_model = recorded != output.app_transactions.end();
  const bool sql_changed = made_by_model && recorded->second != sql_hash;
  const auto rebuild = [&](const std::string& reason) {
    plan.action = Action::kFull;
    for (InputRange& range : plan.inputs) {
      range.after = -1;
    }
    plan.why = fmt::format("{}: all of {}", reason, DescribeRanges(plan.inputs));
    return plan;
  };
  if (!output.exists) {
    return rebuild("first run");
  }
  if (full_refresh) {
    return rebuild("full refresh");
  }
  if (!IsIncremental(model.kind)) {
    if (!made_by_model) {
      return rebuild("the table was not made by this model");
    }
    if (sql_changed) {
      return rebuild("its SQL has changed");
    }
    const std::vector<InputRange> unseen = Unseen(model, inputs, plan.inputs);
    if (!unseen.empty()) {
      return rebuild(fmt::format("changed: {}", DescribeRanges(unseen)));
    }
    plan.why = "no input and no SQL has changed";
    return plan;
  }
  const std::vector<InputRange> unseen = Unseen(model, inputs, plan.inputs);
  if (unseen.empty()) {
    plan.why =
        step.reads.empty() ? "it reads no table, and it ran before" : "its input has nothing new";
  } else {
    plan.action = Action::kIncremental;
    plan.why = fmt::format("new: {}", DescribeRanges(unseen));
  }
  if (sql_changed) {
    plan.why += plan.action == Action::kNothing
                    ? "; its SQL has changed and will hold for new rows, --full-refresh applies it "
                      "to all"
                    : "; its SQL has changed, older rows keep what the old one made of them "
                      "(--full-refresh)";
  }
  return plan;
}

}  // namespace limno::pipeline
