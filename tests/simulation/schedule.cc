#include "simulation/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace limno::simulation {
namespace {

constexpr base::UnixMillis kStartMillis = 1'700'000'000'000;
constexpr uint64_t kLongestStepMillis = 40;

}  // namespace

Schedule::Schedule(uint64_t seed, uint64_t switch_percent, FiberStacks& stacks, Trace& trace)
    : random_(seed),
      switch_percent_(switch_percent),
      stacks_(stacks),
      trace_(trace),
      now_(kStartMillis) {}

void Schedule::Start(std::string name, std::function<void()> body) {
  auto task = std::make_unique<Task>();
  task->name = std::move(name);
  task->fiber = std::make_unique<Fiber>(stacks_, std::move(body));
  task->wakes_at = now_;
  tasks_.push_back(std::move(task));
}

Schedule::Task* Schedule::PickNext() {
  std::vector<Task*> ready;
  Task* earliest = nullptr;
  for (const auto& task : tasks_) {
    if (task->fiber->ended() || (task->waits_for_quiet && !stopping_)) {
      continue;
    }
    if (task->wakes_at <= now_ || stopping_) {
      ready.push_back(task.get());
    } else if (earliest == nullptr || task->wakes_at < earliest->wakes_at) {
      earliest = task.get();
    }
  }
  if (!ready.empty()) {
    return ready[random_.Below(ready.size())];
  }
  if (earliest != nullptr) {
    now_ = earliest->wakes_at;
  }
  return earliest;
}

void Schedule::BeQuiet(const std::function<void()>& when_quiet) {
  when_quiet();
  now_ += std::exchange(quiet_millis_, 0);
  for (const auto& task : tasks_) {
    task->waits_for_quiet = false;
  }
}

void Schedule::Run(const std::function<void()>& after_step,
                   const std::function<void()>& when_quiet) {
  while (true) {
    current_ = PickNext();
    if (current_ == nullptr) {
      const bool waiting = std::any_of(tasks_.begin(), tasks_.end(),
                                       [](const auto& task) { return task->waits_for_quiet; });
      if (!waiting || stopping_) {
        return;
      }
      BeQuiet(when_quiet);
      continue;
    }
    current_->fiber->Resume();
    current_ = nullptr;
    after_step();
  }
}

void Schedule::Pause() {
  current_->fiber->Pause();
  if (stopping_) {
    throw Crash{};
  }
}

void Schedule::Step() {
  if (stopping_) {
    throw Crash{};
  }
  ++steps_;
  now_ += static_cast<int64_t>(1 + random_.Below(kLongestStepMillis));
  if (Chance(switch_percent_)) {
    Pause();
  }
}

void Schedule::Sleep(int64_t millis) {
  current_->wakes_at = now_ + std::max<int64_t>(millis, 0);
  Pause();
}

void Schedule::BeginOperation() {
  Task& task = *current_;
  if (quiet_millis_ > 0) {
    task.waits_for_quiet = true;
    Pause();
  }
}

const std::string& Schedule::current_name() const {
  static const std::string kNobody = "-";
  return current_ != nullptr ? current_->name : kNobody;
}

const std::string& Schedule::current_call() const {
  static const std::string kNone;
  return current_ != nullptr ? current_->call : kNone;
}

void Schedule::Note(const std::string& text) {
  if (trace_.is_on()) {
    trace_.Add(
        fmt::format("{:>6} {:>13} {:<8} {}", steps_, now_ - kStartMillis, current_name(), text));
  }
}

}  // namespace limno::simulation
