#include "storage/http_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/testing/http_imposter.h"
#include "storage/testing/result_matchers.h"
#include "storage/testing/store_conformance.h"

namespace limno::storage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct World {
  HttpImposter server;
  base::ManualClock clock{1'357'000'000'000};
  base::Random random{7};
  std::unique_ptr<ObjectStore> store{
      MakeHttpStore(server.url() + "/lake", HttpOptions{}, clock, random)};
};

StoreCase HttpCase(const std::string& name, const ImposterFault& always) {
  return {name, [always](const std::map<std::string, std::string>& objects) {
            const auto world = std::make_shared<World>();
            for (const auto& [key, bytes] : objects) {
              world->server.Serve("/lake/" + key, {.bytes = bytes});
            }
            world->server.Misbehave({}, always);
            return std::shared_ptr<ObjectStore>(world, world->store.get());
          }};
}

INSTANTIATE_TEST_SUITE_P(Http, StoreReadConformance,
                         testing::Values(HttpCase("Decent", {}),
                                         HttpCase("IgnoresRanges", {.ignores_ranges = true}),
                                         HttpCase("Chunked", {.is_chunked = true}),
                                         HttpCase("RefusesHead", {.refuses_head = true}),
                                         HttpCase("ShortRanges", {.shortens_ranges_to = 3})),
                         StoreReadConformance::CaseName);

TEST(HttpStore, WritesNothingAndListsNothing) {
  World world;
  EXPECT_THAT(world.store->Put("a", "x"), Fails(ErrorKind::kUnsupported));
  EXPECT_THAT(world.store->PutIfAbsent("a", "x"), Fails(ErrorKind::kUnsupported));
  EXPECT_THAT(world.store->Delete("a"), Fails(ErrorKind::kUnsupported));
  EXPECT_THAT(world.store->DeleteBatch({"a"}), Fails(ErrorKind::kUnsupported));
  EXPECT_THAT(world.store->List(""), Fails(ErrorKind::kUnsupported));
  EXPECT_THAT(world.store->ListFolders(""), Fails(ErrorKind::kUnsupported));
  EXPECT_THAT(world.store->Persist({"a"}), Fails(ErrorKind::kUnsupported));
  EXPECT_THAT(world.store->LocalPath("a"), Holds(std::optional<std::string>()));
  EXPECT_THAT(world.server.requests(), IsEmpty());
}

TEST(HttpStore, HeadTellsTheETagAndTime) {
  World world;
  world.server.Serve("/lake/a", {.bytes = "12345", .etag = "W/\"v\""});
  const Result<ObjectInfo> info = world.store->Head("a");
  ASSERT_THAT(info, IsOk());
  EXPECT_EQ(info->etag, "W/\"v\"");
  EXPECT_EQ(info->modified_millis, 1'357'034'400'000);
}

TEST(HttpStore, SecretsStayOutOfMessages) {
  base::ManualClock clock(0);
  base::Random random(1);
  HttpImposter server;
  std::string base = server.url();
  base.insert(7, "user:hunter2@");
  const auto store = MakeHttpStore(base, HttpOptions{}, clock, random);
  EXPECT_EQ(store->Describe(), server.url());
  const Result<std::string> read = store->Read("none");
  ASSERT_THAT(read, Fails(ErrorKind::kNotFound));
  EXPECT_THAT(read.error().ToString(), HasSubstr(server.url() + "/none"));
  EXPECT_THAT(read.error().ToString(), Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace limno::storage
