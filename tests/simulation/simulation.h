// A whole run: a table, the processes that use it, and what goes wrong, all from one seed.
#pragma once

#include <string>
#include <vector>

#include "simulation/fiber.h"
#include "simulation/lake.h"
#include "simulation/ledger.h"

namespace limno::simulation {

struct Outcome {
  /// What was wrong; empty if nothing was.
  std::string failure;
  Counters counters;
  /// If it was asked for.
  std::vector<std::string> trace;
};

/// The same options give the same outcome, anywhere and any time.
Outcome Simulate(const Options& options, FiberStacks& stacks, bool with_trace = false);

/// Of what should have happened in many runs: what never did.
std::vector<std::string> NeverHappened(const Counters& counters);
/// A table of all counters.
std::string Text(const Counters& counters);

}  // namespace limno::simulation
