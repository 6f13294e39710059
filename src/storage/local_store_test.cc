#include "storage/local_store.h"

#include <gtest/gtest.h>

#include "storage/testing/result_matchers.h"
#include "storage/testing/scratch_folder.h"
#include "storage/testing/store_conformance.h"

namespace limno::storage {
namespace {

StoreCase LocalCase(bool sync) {
  return {sync ? "Synced" : "Unsynced", [sync](const std::map<std::string, std::string>& objects) {
            struct World {
              ScratchFolder folder;
              std::unique_ptr<ObjectStore> store;
            };
            const auto world = std::make_shared<World>();
            world->store = MakeLocalStore(world->folder.path() + "/not/yet/there/", {.sync = sync});
            for (const auto& [key, bytes] : objects) {
              EXPECT_THAT(world->store->Put(key, bytes), IsOk());
            }
            return std::shared_ptr<ObjectStore>(world, world->store.get());
          }};
}

INSTANTIATE_TEST_SUITE_P(Local, StoreReadConformance,
                         testing::Values(LocalCase(true), LocalCase(false)),
                         StoreReadConformance::CaseName);
INSTANTIATE_TEST_SUITE_P(Local, StoreConformance,
                         testing::Values(LocalCase(true), LocalCase(false)),
                         StoreConformance::CaseName);

}  // namespace
}  // namespace limno::storage
