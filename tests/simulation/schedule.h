// Who goes on next: one seed decides, at every store call and every sleep, and so decides the whole
// run. Time is simulated; it passes with every step.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "simulation/fiber.h"

namespace limno::simulation {

/// Thrown out of a store call to end the process that made it: as after kill -9, nothing that it
/// would still have done happens.
struct Crash {};

/// What happened, in words, for people who look for the cause. Costs nothing while it is off.
class Trace {
 public:
  explicit Trace(bool is_on) : is_on_(is_on) {}
  bool is_on() const { return is_on_; }
  void Add(std::string line) { lines_.push_back(std::move(line)); }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  const bool is_on_;
  std::vector<std::string> lines_;
};

class Schedule {
 public:
  /// `switch_percent`: how often a step lets somebody else go on.
  Schedule(uint64_t seed, uint64_t switch_percent, FiberStacks& stacks, Trace& trace);

  base::Random& random() { return random_; }
  Trace& trace() { return trace_; }
  bool Chance(uint64_t percent) { return random_.Below(100) < percent; }
  /// True time, which no process can see: clocks go wrong around it.
  base::UnixMillis now() const { return now_; }

  void Start(std::string name, std::function<void()> body);
  /// Runs all tasks to their ends, calling `after_step` whenever none of them runs, and
  /// `when_quiet` once before each long pause of RequestQuiet().
  void Run(const std::function<void()>& after_step, const std::function<void()>& when_quiet);
  /// Ends all tasks: each of their next steps throws Crash.
  void Stop() { stopping_ = true; }
  bool stopping() const { return stopping_; }
  uint64_t steps() const { return steps_; }

  // From inside of a task:
  /// A store call begins: others may go first. Throws Crash after Stop().
  void Step();
  void Sleep(int64_t millis);
  /// Between two operations: waits while somebody wants quiet.
  void BeginOperation();
  /// Once nobody is in the middle of anything, that long a time passes.
  void RequestQuiet(int64_t millis) { quiet_millis_ = millis; }
  const std::string& current_name() const;
  /// The key of the store call that the running task is in; empty if it is in none.
  const std::string& current_call() const;
  void SetCall(std::string key) { current_->call = std::move(key); }
  /// Adds a line under the name of the task that runs, if the trace is on.
  void Note(const std::string& text);

 private:
  struct Task {
    std::string name;
    std::unique_ptr<Fiber> fiber;
    base::UnixMillis wakes_at = 0;
    bool waits_for_quiet = false;
    std::string call;
  };

  Task* PickNext();
  void Pause();
  void BeQuiet(const std::function<void()>& when_quiet);

  base::Random random_;
  const uint64_t switch_percent_;
  FiberStacks& stacks_;
  Trace& trace_;
  std::vector<std::unique_ptr<Task>> tasks_;
  Task* current_ = nullptr;
  base::UnixMillis now_;
  int64_t quiet_millis_ = 0;
  uint64_t steps_ = 0;
  bool stopping_ = false;
};

/// A process's own clock: runs with the true time, but is wrong by `skew`, which may change.
class SkewedClock final : public base::Clock {
 public:
  SkewedClock(Schedule& schedule, const int64_t& skew_millis)
      : schedule_(schedule), skew_millis_(skew_millis) {}
  base::UnixMillis Now() override { return schedule_.now() + skew_millis_; }
  void Sleep(int64_t millis) override { schedule_.Sleep(millis); }

 private:
  Schedule& schedule_;
  const int64_t& skew_millis_;
};

}  // namespace limno::simulation
