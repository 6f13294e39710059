// Runs one model: looks at its inputs, decides, writes, and notes what was consumed in the same
// commit.
#pragma once

#include <functional>
#include <memory>

#include "catalog/catalog.h"
#include "engine/engine.h"
#include "limno/lake.h"
#include "pipeline/graph.h"
#include "pipeline/model.h"
#include "pipeline/plan.h"

namespace limno::pipeline {

/// With this many files written since a table was last clustered, it is clustered again.
inline constexpr size_t kFilesBeforeClustering = 8;

/// What is known before the model runs: the plan, from the newest versions.
Result<ModelPlan> PrepareModel(const Model& model, const Step& step, catalog::Catalog& lake,
                               bool full_refresh);

/// For views: whether the stored query differs from the model's. kNotFound never.
Result<bool> ViewIsCurrent(const Model& model, catalog::Catalog& lake);

/// Runs the model in `session`, which is used for nothing else. Fills status, why, table, version
/// and the counts of `report`.
Result<void> RunModel(const Model& model, const Step& step, catalog::Catalog& lake,
                      engine::Session& session, bool full_refresh, StepReport& report);

/// Clusters the model's table if enough was written since the last time. A failure does not make
/// the step fail: the rows are there.
Result<void> ClusterModel(const Model& model, catalog::Catalog& lake, engine::Session& session);

}  // namespace limno::pipeline
