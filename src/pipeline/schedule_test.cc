#include "pipeline/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>

namespace limno::pipeline {
namespace {

class ScheduleTest : public testing::Test {
 protected:
  void Run(std::vector<std::vector<size_t>> needs, std::vector<bool> selected, int threads) {
    ScheduledWork work;
    work.needs = std::move(needs);
    work.selected = selected.empty() ? std::vector<bool>(work.needs.size(), true) : selected;
    work.run = [this, &work](size_t step) {
      const std::lock_guard<std::mutex> lock(mutex_);
      for (const size_t need : work.needs[step]) {
        EXPECT_TRUE(!work.selected[need] || std::count(ran_.begin(), ran_.end(), need) == 1)
            << step << " ran before " << need;
      }
      ran_.push_back(step);
      return fails_.count(step) == 0;
    };
    work.skip = [this](size_t step, size_t cause) {
      const std::lock_guard<std::mutex> lock(mutex_);
      skipped_.emplace_back(step, cause);
    };
    RunSchedule(work, threads);
    std::sort(ran_.begin(), ran_.end());
    std::sort(skipped_.begin(), skipped_.end());
  }

  std::mutex mutex_;
  std::set<size_t> fails_;
  std::vector<size_t> ran_;
  std::vector<std::pair<size_t, size_t>> skipped_;
};

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST_F(ScheduleTest, RunsEachStepOnceInOrder) {
  for (const int threads : {1, 2, 8}) {
    ran_.clear();
    Run({{}, {0}, {0}, {1, 2}, {}}, {}, threads);
    EXPECT_THAT(ran_, ElementsAre(0, 1, 2, 3, 4));
    EXPECT_THAT(skipped_, IsEmpty());
  }
}

TEST_F(ScheduleTest, SkipsWhatNeedsAFailureAndRunsTheRest) {
  fails_ = {1};
  Run({{}, {0}, {1}, {2}, {0}}, {}, 2);
  EXPECT_THAT(ran_, ElementsAre(0, 1, 4));
  EXPECT_THAT(skipped_, ElementsAre(Pair(2, 1), Pair(3, 1)));
}

TEST_F(ScheduleTest, TakesWhatIsNotSelectedAsDone) {
  Run({{}, {0}, {1}}, {false, true, true}, 2);
  EXPECT_THAT(ran_, ElementsAre(1, 2));
}

TEST_F(ScheduleTest, RunsIndependentStepsSideBySide) {
  ScheduledWork work;
  work.needs = {{}, {}};
  work.selected = {true, true};
  std::mutex mutex;
  std::condition_variable both;
  int running = 0;
  // Each waits for the other: one thread alone would never end.
  work.run = [&](size_t) {
    std::unique_lock<std::mutex> lock(mutex);
    ++running;
    both.notify_all();
    both.wait(lock, [&] { return running == 2; });
    return true;
  };
  RunSchedule(work, 2);
  EXPECT_EQ(running, 2);
}

TEST_F(ScheduleTest, NothingToDoEnds) {
  Run({}, {}, 2);
  EXPECT_THAT(ran_, IsEmpty());
}

}  // namespace
}  // namespace limno::pipeline
