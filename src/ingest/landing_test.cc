#include "ingest/landing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "ingest/testing/sample_files.h"

namespace limno::ingest {
namespace {

using testing::TemporaryFolder;

class LandingTest : public ::testing::Test {
 protected:
  LandingKey Key(const std::string& content = "content") {
    return {"https://host/a.zip", Fingerprint::Of(content), "reading"};
  }

  LandedInput Land(const LandingKey& key) {
    LandedInput input{key.uri, key.fingerprint, 99, {}};
    for (size_t number = 0; number < 2; ++number) {
      const auto temporary = landing_.NewTemporaryPath();
      EXPECT_TRUE(temporary);
      const std::string name = std::filesystem::path(*temporary).filename();
      folder_.Write("zone/bronze.t/" + name, "parquet");
      LandedFile file;
      file.member = "m" + std::to_string(number);
      file.columns = {{"a", "BIGINT", true}, {"b", "VARCHAR", false}};
      file.rows = 3;
      file.bytes = 7;
      EXPECT_TRUE(landing_.Publish(key, number, *temporary, file));
      input.files.push_back(file);
    }
    return input;
  }

  TemporaryFolder folder_;
  base::Random random_{1};
  Landing landing_{folder_ / "zone", "bronze.t", true, random_};
};

TEST_F(LandingTest, FindsWhatWasFinished) {
  const LandingKey key = Key();
  const LandedInput input = Land(key);
  EXPECT_FALSE(landing_.Find(key)) << "files without a manifest are no landed input";
  ASSERT_TRUE(landing_.Finish(key, input));
  const auto found = landing_.Find(key);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->files.size(), 2U);
  EXPECT_EQ(found->files[1].path, input.files[1].path);
  EXPECT_EQ(found->files[1].member, "m1");
  EXPECT_EQ(found->files[1].columns, input.files[1].columns);
  EXPECT_EQ(found->source_bytes, 99U);
  EXPECT_FALSE(landing_.Find(Key("other content")));
  LandingKey other_reading = key;
  other_reading.reading = "other";
  EXPECT_FALSE(landing_.Find(other_reading));
}

TEST_F(LandingTest, IncompleteOrForeignDocumentsDoNotCount) {
  const LandingKey key = Key();
  const LandedInput input = Land(key);
  ASSERT_TRUE(landing_.Finish(key, input));
  ASSERT_EQ(truncate(input.files[0].path.c_str(), 3), 0);
  EXPECT_FALSE(landing_.Find(key));
  ASSERT_EQ(unlink(input.files[0].path.c_str()), 0);
  EXPECT_FALSE(landing_.Find(key));
  for (const auto& entry : std::filesystem::directory_iterator(landing_.folder())) {
    if (entry.path().extension() == ".json") {
      for (const char* text :
           {"", "{", "[]", "{\"format_version\": 2}", "{\"format_version\": 1}"}) {
        folder_.Write("zone/bronze.t/" + entry.path().filename().string(), text);
        EXPECT_FALSE(landing_.Find(key)) << text;
      }
    }
  }
}

TEST_F(LandingTest, SightingsComeBackAsTheyWere) {
  Sighting sighting;
  sighting.size_bytes = 1;
  sighting.modified_nanos = 2;
  sighting.changed_nanos = 3;
  sighting.inode = 4;
  sighting.device = 5;
  sighting.etag = "\"x\"";
  sighting.modified_millis = 6;
  sighting.seen_millis = 7;
  sighting.fingerprint = Fingerprint::Of("x");
  EXPECT_FALSE(landing_.FindSighting("uri"));
  ASSERT_TRUE(landing_.Remember("uri", sighting));
  const auto found = landing_.FindSighting("uri");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->etag, "\"x\"");
  EXPECT_EQ(found->inode, 4U);
  EXPECT_EQ(found->seen_millis, 7);
  EXPECT_EQ(found->fingerprint, sighting.fingerprint);
}

TEST_F(LandingTest, SourceNamesStayInTheZone) {
  Landing outside(folder_ / "zone", "../../x/y", false, random_);
  ASSERT_TRUE(outside.NewTemporaryPath());
  EXPECT_EQ(std::filesystem::path(outside.folder()).parent_path(), folder_ / "zone");
}

TEST_F(LandingTest, OldTemporaryFilesAreRemovedYoungOnesStay) {
  folder_.Write("zone/bronze.t/.x.tmp", "left");
  base::SystemClock clock;
  landing_.RemoveLeftovers(clock.Now());
  EXPECT_TRUE(std::filesystem::exists(folder_ / "zone/bronze.t/.x.tmp"));
  landing_.RemoveLeftovers(clock.Now() + 2 * 24 * 60 * 60 * 1000);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "zone/bronze.t/.x.tmp"));
}

TEST(Fingerprint, IsSha256AndItsVersionIsNotNegative) {
  EXPECT_EQ(Fingerprint::Of("abc").hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Fingerprint::Of("abc").Version(), int64_t{0x5d3c0b5fc780e7f5});
  for (int i = 0; i < 100; ++i) {
    EXPECT_GE(Fingerprint::Of(std::to_string(i)).Version(), 0);
  }
  EXPECT_FALSE(Fingerprint::Parse("xyz"));
}

}  // namespace
}  // namespace limno::ingest
