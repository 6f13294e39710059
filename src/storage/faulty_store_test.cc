#include "storage/testing/faulty_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/memory_store.h"
#include "storage/testing/result_matchers.h"
#include "storage/testing/store_conformance.h"

namespace limno::storage {
namespace {

using testing::ElementsAre;

struct World {
  explicit World(FaultOptions options) : store(base, options, clock) {}

  std::vector<std::string> Listed() {
    std::vector<std::string> keys;
    const ListPage page = store.List("").value_or(ListPage{});
    for (const ObjectInfo& object : page.objects) {
      keys.push_back(object.key);
    }
    return keys;
  }

  base::ManualClock clock{1'000'000};
  std::shared_ptr<ObjectStore> base{MakeMemoryStore(clock)};
  FaultyStore store;
};

StoreCase FaultlessCase() {
  return {"Faultless", [](const std::map<std::string, std::string>& objects) {
            const auto world = std::make_shared<World>(FaultOptions{});
            for (const auto& [key, bytes] : objects) {
              EXPECT_THAT(world->base->Put(key, bytes), IsOk());
            }
            return std::shared_ptr<ObjectStore>(world, &world->store);
          }};
}

INSTANTIATE_TEST_SUITE_P(FaultyStore, StoreReadConformance, testing::Values(FaultlessCase()),
                         StoreReadConformance::CaseName);
INSTANTIATE_TEST_SUITE_P(FaultyStore, StoreConformance, testing::Values(FaultlessCase()),
                         StoreConformance::CaseName);

TEST(FaultyStore, AnErrorBeforeChangesNothing) {
  World world({.error_before = 1});
  EXPECT_THAT(world.store.Put("a", "1"), Fails(ErrorKind::kUnavailable));
  EXPECT_THAT(world.store.PutIfAbsent("a", "1"), Fails(ErrorKind::kUnavailable));
  EXPECT_THAT(world.base->Read("a"), Fails(ErrorKind::kNotFound));
  ASSERT_THAT(world.base->Put("b", "1"), IsOk());
  EXPECT_THAT(world.store.Delete("b"), Fails(ErrorKind::kUnavailable));
  EXPECT_THAT(world.store.Read("b"), Fails(ErrorKind::kUnavailable));
  EXPECT_THAT(world.base->Read("b"), Holds("1"));
  EXPECT_EQ(world.store.counts().errors_before, 4U);
}

TEST(FaultyStore, ARefusedWriteChangesNothing) {
  World world({.refused_write = 1});
  EXPECT_THAT(world.store.Put("a", "1"), Fails(ErrorKind::kExhausted));
  EXPECT_THAT(world.store.PutIfAbsent("a", "1"), Fails(ErrorKind::kExhausted));
  EXPECT_THAT(world.base->Read("a"), Fails(ErrorKind::kNotFound));
  EXPECT_EQ(world.store.counts().refused_writes, 2U);
}

TEST(FaultyStore, WhatIsOnItsWayMayArriveAfterACrash) {
  World world({.late_landing = 1, .crash_at_operation = 2});
  EXPECT_THAT(world.store.PutIfAbsent("a", "1"), Fails(ErrorKind::kUnavailable));
  EXPECT_THAT(world.store.Read("a"), Fails(ErrorKind::kUnavailable));
  EXPECT_TRUE(world.store.crashed());
  EXPECT_THAT(world.base->Read("a"), Fails(ErrorKind::kNotFound));
  world.store.LandLateWrites();
  EXPECT_THAT(world.base->Read("a"), Holds("1"));
}

TEST(FaultyStore, ALostAcknowledgementHidesASuccess) {
  World world({.lost_acknowledgement = 1});
  EXPECT_THAT(world.store.PutIfAbsent("a", "1"), Fails(ErrorKind::kUnavailable));
  EXPECT_THAT(world.base->Read("a"), Holds("1"));
  EXPECT_THAT(world.store.PutIfAbsent("a", "2"), Fails(ErrorKind::kAlreadyExists));
  EXPECT_THAT(world.store.Delete("a"), Fails(ErrorKind::kUnavailable));
  EXPECT_THAT(world.base->Read("a"), Fails(ErrorKind::kNotFound));
}

TEST(FaultyStore, ADuplicateDeliveryLosesAgainstItself) {
  World world({.duplicate_delivery = 1});
  EXPECT_THAT(world.store.PutIfAbsent("a", "1"), Fails(ErrorKind::kAlreadyExists));
  EXPECT_THAT(world.store.Read("a"), Holds("1"));
  EXPECT_THAT(world.store.Put("a", "2"), IsOk());
  EXPECT_THAT(world.store.Delete("a"), IsOk());
}

TEST(FaultyStore, ALateWriteLandsAfterItWasGivenUp) {
  World world({.late_landing = 1});
  EXPECT_THAT(world.store.PutIfAbsent("a", "1"), Fails(ErrorKind::kUnavailable));
  EXPECT_THAT(world.base->Read("a"), Fails(ErrorKind::kNotFound));
  for (int operation = 0; operation < 21; ++operation) {
    static_cast<void>(world.store.Head("none"));
  }
  EXPECT_THAT(world.base->Read("a"), Holds("1"));
}

TEST(FaultyStore, ATornPutShowsABeginningAndNeverTearsACommit) {
  World world({.torn_put = 1});
  const std::string bytes = "0123456789";
  EXPECT_THAT(world.store.Put("data", bytes), Fails(ErrorKind::kUnavailable));
  const Result<std::string> torn = world.base->Read("data");
  ASSERT_THAT(torn, IsOk());
  EXPECT_LT(torn->size(), bytes.size());
  EXPECT_TRUE(bytes.starts_with(*torn));
  EXPECT_THAT(world.store.PutIfAbsent("commit", bytes), IsOk());
  EXPECT_THAT(world.base->Read("commit"), Holds(bytes));
}

TEST(FaultyStore, AStaleListMissesWhatIsNewButNotWhatIsOld) {
  World world({.stale_list = 1, .stale_window_millis = 1'000});
  ASSERT_THAT(world.store.Put("old", "1"), IsOk());
  world.clock.Sleep(1'500);
  ASSERT_THAT(world.store.Put("old", "replaced"), IsOk());
  ASSERT_THAT(world.store.Put("folder/new", "1"), IsOk());
  EXPECT_THAT(world.Listed(), ElementsAre("old"));
  EXPECT_THAT(world.store.ListFolders(""), Holds(std::vector<std::string>{}));
  EXPECT_THAT(world.store.Read("folder/new"), Holds("1"));
  world.clock.Sleep(1'000);
  EXPECT_THAT(world.Listed(), ElementsAre("folder/new", "old"));
  EXPECT_THAT(world.store.ListFolders(""), Holds(std::vector<std::string>{"folder"}));
}

TEST(FaultyStore, SlownessPassesTheTimeOfTheClock) {
  World world({.slowness = 1, .longest_delay_millis = 100});
  for (int operation = 0; operation < 50; ++operation) {
    static_cast<void>(world.store.Head("none"));
  }
  EXPECT_GT(world.clock.Now(), 1'000'000);
  EXPECT_LE(world.clock.Now(), 1'000'000 + 50 * 100);
}

TEST(FaultyStore, AfterACrashNothingWorksUntilRevived) {
  World world({.crash_at_operation = 3});
  ASSERT_THAT(world.store.PutIfAbsent("1", "x"), IsOk());
  ASSERT_THAT(world.store.PutIfAbsent("2", "x"), IsOk());
  EXPECT_THAT(world.store.PutIfAbsent("3", "x"), Fails(ErrorKind::kUnavailable));
  EXPECT_TRUE(world.store.crashed());
  EXPECT_THAT(world.store.Read("1"), Fails(ErrorKind::kUnavailable));
  EXPECT_THAT(world.store.Delete("1"), Fails(ErrorKind::kUnavailable));
  EXPECT_THAT(world.base->Read("1"), Holds("x"));
  world.store.Revive(/*crash_in_operations=*/2);
  EXPECT_FALSE(world.store.crashed());
  EXPECT_THAT(world.store.Read("2"), Holds("x"));
  EXPECT_THAT(world.store.Read("2"), Fails(ErrorKind::kUnavailable));
  world.store.Revive();
  EXPECT_THAT(world.store.Read("2"), Holds("x"));
}

TEST(FaultyStore, TheCrashingWriteMayHaveLandedOrNot) {
  int landed = 0;
  constexpr int kSeeds = 64;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    World world({.seed = seed, .crash_at_operation = 1});
    EXPECT_THAT(world.store.PutIfAbsent("a", "x"), Fails(ErrorKind::kUnavailable));
    landed += world.base->Read("a") ? 1 : 0;
  }
  EXPECT_GT(landed, 0);
  EXPECT_LT(landed, kSeeds);
}

/// One line per operation: what a caller and the base store see.
std::string Story(uint64_t seed) {
  World world({.seed = seed,
               .error_before = 0.1,
               .lost_acknowledgement = 0.1,
               .late_landing = 0.1,
               .duplicate_delivery = 0.1,
               .torn_put = 0.1,
               .stale_list = 0.3,
               .slowness = 0.2,
               .crash_at_operation = 150});
  std::string story;
  const auto tell = [&](const Result<void>& outcome) {
    story += outcome ? "ok " : std::string(ErrorKindName(outcome.error().kind)) + " ";
    story += std::to_string(world.clock.Now()) + "\n";
  };
  for (int step = 0; step < 60; ++step) {
    tell(world.store.PutIfAbsent("log/" + std::to_string(step / 2), std::to_string(step)));
    tell(world.store.Put("data/" + std::to_string(step), std::string(50, 'x')));
    story += std::to_string(world.store.List("log/").value_or(ListPage{}).objects.size());
  }
  const ListPage landed = world.base->List("").value_or(ListPage{});
  for (const ObjectInfo& object : landed.objects) {
    story += object.key + " " + std::to_string(object.size_bytes) + "\n";
  }
  return story;
}

TEST(FaultyStore, ASeedTellsTheSameStoryAgain) {
  EXPECT_EQ(Story(1), Story(1));
  EXPECT_NE(Story(1), Story(2));
}

}  // namespace
}  // namespace limno::storage
