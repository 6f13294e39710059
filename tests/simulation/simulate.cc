// The simulation from the command line: many seeds, or one with the story of what happened.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "simulation/simulation.h"

namespace limno::simulation {
namespace {

struct Arguments {
  uint64_t first_seed = 1;
  uint64_t schedules = 1000;
  uint64_t failures = 1;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  bool trace = false;
  std::string sabotage;
};

/// All seeds, on several threads, until enough of them fail.
class Search {
 public:
  Search(const Arguments& arguments, Sabotage sabotage)
      : arguments_(arguments), sabotage_(sabotage), next_(arguments.first_seed) {}

  bool Go() {
    const auto started = std::chrono::steady_clock::now();
    std::vector<std::thread> threads;
    for (unsigned job = 0; job < arguments_.jobs; ++job) {
      threads.emplace_back([this] { Work(); });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started;
    fmt::print("{}{} schedules in {:.1f} s, {:.0f} per second with {} threads\n", Text(counters_),
               done_, seconds.count(), static_cast<double>(done_) / seconds.count(),
               arguments_.jobs);
    return failures_ == 0;
  }

  const Counters& counters() const { return counters_; }

 private:
  void Work() {
    FiberStacks stacks;
    Counters counters;
    uint64_t done = 0;
    for (uint64_t seed = next_++; seed < arguments_.first_seed + arguments_.schedules && !stop_;
         seed = next_++) {
      Options options = OptionsOf(seed);
      options.sabotage = sabotage_;
      const Outcome outcome = Simulate(options, stacks);
      counters.Add(outcome.counters);
      ++done;
      if (!outcome.failure.empty()) {
        const std::lock_guard<std::mutex> lock(mutex_);
        // At once: the rest of the search may take an hour.
        fmt::print("seed {}: {}\nlimno_simulate --seed {} --trace tells the story\n", seed,
                   outcome.failure, seed);
        std::fflush(stdout);
        stop_ = ++failures_ >= arguments_.failures;
      }
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    counters_.Add(counters);
    done_ += done;
  }

  const Arguments& arguments_;
  const Sabotage sabotage_;
  std::atomic<uint64_t> next_;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  Counters counters_;
  uint64_t done_ = 0;
  uint64_t failures_ = 0;
};

/// One seed; its story if it was asked for.
bool RunOne(const Arguments& arguments, Sabotage sabotage) {
  FiberStacks stacks;
  Options options = OptionsOf(arguments.first_seed);
  options.sabotage = sabotage;
  const Outcome outcome = Simulate(options, stacks, arguments.trace);
  for (const std::string& line : outcome.trace) {
    fmt::print("{}\n", line);
  }
  fmt::print("seed {}: {}\n", arguments.first_seed,
             outcome.failure.empty() ? "nothing wrong" : outcome.failure);
  return outcome.failure.empty();
}

int Main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Writers and readers of a Delta table in memory, with faults, from a seed");
  auto* one = app.add_option("--seed", arguments.first_seed, "run this seed only");
  app.add_option("--from", arguments.first_seed, "the first of many seeds")->excludes(one);
  app.add_option("--schedules", arguments.schedules, "how many seeds")->excludes(one);
  app.add_option("--failures", arguments.failures, "stop after so many")->excludes(one);
  app.add_option("--jobs", arguments.jobs, "threads");
  app.add_flag("--trace", arguments.trace, "with --seed: tell what happened");
  app.add_option("--sabotage", arguments.sabotage, "put in a bug: forgotten-commits, ...");
  CLI11_PARSE(app, argc, argv);
  Sabotage sabotage = Sabotage::kNone;
  if (!arguments.sabotage.empty()) {
    const std::optional<Sabotage> known = SabotageOf(arguments.sabotage);
    if (!known) {
      fmt::print(stderr, "no sabotage '{}'\n", arguments.sabotage);
      return 2;
    }
    sabotage = *known;
  }
  if (one->count() > 0) {
    return RunOne(arguments, sabotage) ? 0 : 1;
  }
  Search search(arguments, sabotage);
  bool good = search.Go();
  if (good && sabotage == Sabotage::kNone) {
    for (const std::string& what : NeverHappened(search.counters())) {
      fmt::print("never happened: {}\n", what);
      good = false;
    }
  }
  fmt::print("{} passed, {} failed, 0 skipped\n", good ? 1 : 0, good ? 0 : 1);
  return good ? 0 : 1;
}

}  // namespace
}  // namespace limno::simulation

int main(int argc, char** argv) { return limno::simulation::Main(argc, argv); }
