#include "simulation/simulation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

namespace limno::simulation {
namespace {

/// A million of them run in `./dev test-all`.
constexpr uint64_t kSchedules = 3000;
/// A bug that takes longer to be found is one that could be missed.
constexpr uint64_t kSearchLimit = 500;

std::string HowToReplay(uint64_t seed) {
  return "limno_simulate --seed " + std::to_string(seed) + " --trace tells the story";
}

TEST(Simulation, NothingIsLostAndNothingIsDoubled) {
  FiberStacks stacks;
  Counters counters;
  for (uint64_t seed = 1; seed <= kSchedules; ++seed) {
    const Outcome outcome = Simulate(OptionsOf(seed), stacks);
    ASSERT_EQ(outcome.failure, "") << HowToReplay(seed);
    counters.Add(outcome.counters);
  }
  for (const std::string& what : NeverHappened(counters)) {
    ADD_FAILURE() << "never happened: " << what << "\n" << Text(counters);
  }
}

TEST(Simulation, OneSeedIsOneStory) {
  FiberStacks stacks;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const Outcome first = Simulate(OptionsOf(seed), stacks, true);
    const Outcome second = Simulate(OptionsOf(seed), stacks, true);
    EXPECT_EQ(first.trace, second.trace) << HowToReplay(seed);
    EXPECT_FALSE(first.trace.empty());
  }
}

class SabotageTest : public testing::TestWithParam<Sabotage> {};

/// The first seed that fails with this bug put in.
std::optional<uint64_t> Find(Sabotage sabotage) {
  FiberStacks stacks;
  for (uint64_t seed = 1; seed <= kSearchLimit; ++seed) {
    Options options = OptionsOf(seed);
    options.sabotage = sabotage;
    if (!Simulate(options, stacks).failure.empty()) {
      return seed;
    }
  }
  return std::nullopt;
}

TEST_P(SabotageTest, IsFound) {
  const std::optional<uint64_t> seed = Find(GetParam());
  EXPECT_TRUE(seed) << NameOf(GetParam()) << " was not found in " << kSearchLimit << " schedules";
}

std::string TestName(const testing::TestParamInfo<Sabotage>& tested) {
  std::string name = NameOf(tested.param);
  name.erase(std::remove(name.begin(), name.end(), '-'), name.end());
  return name;
}

INSTANTIATE_TEST_SUITE_P(Bugs, SabotageTest, testing::ValuesIn(kSabotages), &TestName);

}  // namespace
}  // namespace limno::simulation
