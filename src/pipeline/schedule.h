// Runs steps side by side in the order of what they need. Knows nothing of what a step does.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace limno::pipeline {

struct ScheduledWork {
  /// needs[i]: steps that must have succeeded before step i begins; all smaller than i.
  std::vector<std::vector<size_t>> needs;
  /// False: the step is taken as done.
  std::vector<bool> selected;
  /// Runs a step on one of the threads; false if it failed.
  std::function<bool(size_t step)> run;
  /// Called instead of run for a step that cannot run because `cause` failed (or was itself
  /// skipped, then with the first failure behind it). One call at a time.
  std::function<void(size_t step, size_t cause)> skip;
};

/// Returns when every selected step has run or was skipped. At most `threads` steps at a time.
void RunSchedule(const ScheduledWork& work, int threads);

}  // namespace limno::pipeline
