#include "storage/prefix_store.h"

#include <gtest/gtest.h>

#include "storage/memory_store.h"
#include "storage/testing/result_matchers.h"
#include "storage/testing/store_conformance.h"

namespace limno::storage {
namespace {

struct Prefixed {
  base::ManualClock clock{1'000};
  std::shared_ptr<ObjectStore> base{MakeMemoryStore(clock)};
  std::unique_ptr<ObjectStore> part{MakePrefixStore(base, "lake/bronze")};
};

StoreCase PrefixCase() {
  return {"Prefix", [](const std::map<std::string, std::string>& objects) {
            const auto world = std::make_shared<Prefixed>();
            // Neighbours that must never shine through.
            EXPECT_THAT(world->base->Put("lake/bronz", "x"), IsOk());
            EXPECT_THAT(world->base->Put("lake/bronze.x", "x"), IsOk());
            EXPECT_THAT(world->base->Put("lake/bronze0/x", "x"), IsOk());
            for (const auto& [key, bytes] : objects) {
              EXPECT_THAT(world->part->Put(key, bytes), IsOk());
            }
            return std::shared_ptr<ObjectStore>(world, world->part.get());
          }};
}

INSTANTIATE_TEST_SUITE_P(Prefix, StoreReadConformance, testing::Values(PrefixCase()),
                         StoreReadConformance::CaseName);
INSTANTIATE_TEST_SUITE_P(Prefix, StoreConformance, testing::Values(PrefixCase()),
                         StoreConformance::CaseName);

TEST(PrefixStore, PlacesKeysBelowItsPrefix) {
  Prefixed world;
  ASSERT_THAT(world.part->Put("t/x", "1"), IsOk());
  EXPECT_THAT(world.base->Read("lake/bronze/t/x"), Holds("1"));
  EXPECT_EQ(world.part->Describe(), "memory:lake/bronze");
  EXPECT_THAT(world.part->Read("../bronz"), Fails(ErrorKind::kUsage));
}

TEST(PrefixStore, AnEmptyPrefixIsTheWholeStore) {
  Prefixed world;
  const auto whole = MakePrefixStore(world.base, "");
  ASSERT_THAT(whole->Put("x", "1"), IsOk());
  EXPECT_THAT(world.base->Read("x"), Holds("1"));
  EXPECT_EQ(whole->Describe(), "memory:");
}

TEST(PrefixStore, ABadPrefixRefusesEverything) {
  Prefixed world;
  for (const std::string prefix : {"../x", "/x", "a//b", "a//"}) {
    const auto bad = MakePrefixStore(world.base, prefix);
    EXPECT_THAT(bad->Put("x", "1"), Fails(ErrorKind::kUsage)) << prefix;
    EXPECT_THAT(bad->List(""), Fails(ErrorKind::kUsage)) << prefix;
    EXPECT_THAT(bad->ListFolders(""), Fails(ErrorKind::kUsage)) << prefix;
  }
}

}  // namespace
}  // namespace limno::storage
