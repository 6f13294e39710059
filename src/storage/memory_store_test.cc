#include "storage/memory_store.h"

#include <gtest/gtest.h>

#include "storage/testing/result_matchers.h"
#include "storage/testing/store_conformance.h"

namespace limno::storage {
namespace {

StoreCase MemoryCase() {
  return {"Memory", [](const std::map<std::string, std::string>& objects) {
            static base::ManualClock clock(1'000);
            const std::shared_ptr<ObjectStore> store = MakeMemoryStore(clock);
            for (const auto& [key, bytes] : objects) {
              EXPECT_THAT(store->Put(key, bytes), IsOk());
            }
            return store;
          }};
}

INSTANTIATE_TEST_SUITE_P(Memory, StoreReadConformance, testing::Values(MemoryCase()),
                         StoreReadConformance::CaseName);
INSTANTIATE_TEST_SUITE_P(Memory, StoreConformance, testing::Values(MemoryCase()),
                         StoreConformance::CaseName);

TEST(MemoryStore, DatesObjectsByItsClock) {
  base::ManualClock clock(5'000);
  const auto store = MakeMemoryStore(clock);
  ASSERT_THAT(store->Put("a", "1"), IsOk());
  clock.Set(9'000);
  ASSERT_THAT(store->Put("b", "1"), IsOk());
  EXPECT_EQ(store->Head("a")->modified_millis, 5'000);
  EXPECT_EQ(store->Head("b")->modified_millis, 9'000);
}

}  // namespace
}  // namespace limno::storage
