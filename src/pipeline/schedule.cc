#include "pipeline/schedule.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace limno::pipeline {

namespace {

class Schedule {
 public:
  explicit Schedule(const ScheduledWork& work)
      : work_(work), states_(work.needs.size(), State::kWaiting), causes_(work.needs.size()) {
    for (size_t i = 0; i < states_.size(); ++i) {
      states_[i] = work.selected[i] ? State::kWaiting : State::kSucceeded;
    }
  }

  void Work() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      SkipHopeless();
      const std::optional<size_t> step = NextReady();
      if (step) {
        states_[*step] = State::kRunning;
        lock.unlock();
        const bool succeeded = work_.run(*step);
        lock.lock();
        states_[*step] = succeeded ? State::kSucceeded : State::kFailed;
        causes_[*step] = *step;
        changed_.notify_all();
        continue;
      }
      if (!AnyLeft()) {
        changed_.notify_all();
        return;
      }
      changed_.wait(lock);
    }
  }

 private:
  enum class State { kWaiting, kRunning, kSucceeded, kFailed };

  void SkipHopeless() {
    for (size_t i = 0; i < states_.size(); ++i) {
      if (states_[i] != State::kWaiting) {
        continue;
      }
      for (const size_t need : work_.needs[i]) {
        if (states_[need] == State::kFailed) {
          states_[i] = State::kFailed;
          causes_[i] = causes_[need];
          work_.skip(i, causes_[i]);
          break;
        }
      }
    }
  }

  std::optional<size_t> NextReady() const {
    for (size_t i = 0; i < states_.size(); ++i) {
      bool ready = states_[i] == State::kWaiting;
      for (const size_t need : work_.needs[i]) {
        ready = ready && states_[need] == State::kSucceeded;
      }
      if (ready) {
        return i;
      }
    }
    return std::nullopt;
  }

  bool AnyLeft() const {
    for (const State state : states_) {
      if (state == State::kWaiting || state == State::kRunning) {
        return true;
      }
    }
    return false;
  }

  const ScheduledWork& work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::vector<State> states_;
  std::vector<size_t> causes_;
};

}  // namespace

void RunSchedule(const ScheduledWork& work, int threads) {
  Schedule schedule(work);
  std::vector<std::thread> workers;
  for (int i = 1; i < threads; ++i) {
    workers.emplace_back([&schedule] { schedule.Work(); });
  }
  schedule.Work();
  for (std::thread& worker : workers) {
    worker.join();
  }
}

}  // namespace limno::pipeline
