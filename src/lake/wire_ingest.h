// Connects the ingest room with an open lake.
#pragma once

#include <string>
#include <utility>

#include "base/clock.h"
#include "base/random.h"
#include "catalog/catalog.h"
#include "engine/engine.h"
#include "lake/live_work.h"
#include "limno/lake.h"

namespace limno::lake {

/// What loading works with; references outlive it.
struct IngestParts {
  engine::Engine& engine;
  catalog::Catalog& catalog;
  base::Clock& clock;
  base::Random& random;
  /// Told of each load while it runs.
  LiveWork& work;
  std::string lake_folder;
  int threads = 0;
  bool sync = true;
};

/// One load. Thread safe; loads run side by side.
Result<StepReport> LoadInto(const IngestParts& parts, const LoadOptions& options,
                            Observer& observer);

}  // namespace limno::lake
