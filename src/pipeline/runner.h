// Runs a project: loads its sources, then makes its models, independent ones side by side.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "catalog/catalog.h"
#include "engine/engine.h"
#include "limno/lake.h"
#include "pipeline/project.h"
#include "storage/object_store.h"

namespace limno::pipeline {

/// Loads one source. Called from several threads; observers are serialised by the caller.
using LoadSource = std::function<Result<StepReport>(const LoadOptions&, Observer&)>;

/// Everything referenced outlives the runner.
struct RunnerParts {
  engine::Engine* engine = nullptr;
  catalog::Catalog* lake = nullptr;
  /// Rooted at the lake: run reports are kept there.
  storage::ObjectStore* store = nullptr;
  LoadSource load;
  base::Clock* clock = nullptr;
  base::Random* random = nullptr;
  /// Steps at a time.
  int threads = 2;
};

class Runner {
 public:
  explicit Runner(RunnerParts parts) : parts_(std::move(parts)) {}

  /// kUsage for a project that cannot run at all (a wrong model, a circle); kInterrupted after
  /// Interrupt(). A step that fails is told in the report.
  Result<RunReport> Run(const Project& project, const RunOptions& options, Observer& observer);
  /// From any thread: steps that run are stopped, others do not begin.
  void Interrupt();

 private:
  friend class ProjectRun;

  RunnerParts parts_;
  std::atomic<bool> interrupted_ = false;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::set<engine::Session*> sessions_;
};

}  // namespace limno::pipeline
