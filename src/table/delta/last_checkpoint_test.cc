#include "table/delta/last_checkpoint.h"

#include <gmock/gmock.h>

#include "storage/testing/result_matchers.h"
#include "table/delta/log_path.h"
#include "table/testing/table_builder.h"

namespace limno::table::delta {
namespace {

using storage::IsOk;
using testing::HasSubstr;
using testing::Optional;
using testing::StartsWith;

/// The example of PROTOCOL.md.
TEST(JsonChecksum, IsThatOfTheProtocol) {
  EXPECT_EQ(JsonChecksum(R"({"k0":"'v 0'", "checksum": "adsaskfljadfkjadfkj", "k1":{"k2": 2, )"
                         R"("k3": ["v3", [1, 2], {"k4": "v4", "k5": ["v5", "v6", "v7"]}]}})"),
            "6a92d155a59bf2eecbd4b4ec7fd1f875");
  EXPECT_EQ(JsonChecksum("[]"), "");
  EXPECT_EQ(JsonChecksum("{"), "");
  EXPECT_NE(JsonChecksum("{\"a\":" + std::string(10'000, '[') + std::string(10'000, ']') + "}"),
            "");
}

TEST(LastCheckpoint, ReadsWhatItWrites) {
  LastCheckpoint checkpoint{30, 12, 3456, 7, std::nullopt};
  const std::string text = FormatLastCheckpoint(checkpoint);
  EXPECT_THAT(text, StartsWith(R"({"version":30,"size":12,"sizeInBytes":3456,"numOfAddFiles":7,)"));
  EXPECT_THAT(ParseLastCheckpoint(text), Optional(30));
  checkpoint.v2 = LastV2Checkpoint{
      UuidCheckpointKey(30, "u"), 99, 5, {Protocol{}, CheckpointMetadata{30}}, {{"a b", 1, 2}}};
  const std::string with_v2 = FormatLastCheckpoint(checkpoint);
  EXPECT_THAT(with_v2,
              HasSubstr(R"("v2Checkpoint":{"path":"00000000000000000030.checkpoint.u.parquet",)"
                        R"("sizeInBytes":99,"modificationTime":5,"nonFileActions":[)"));
  EXPECT_THAT(with_v2, HasSubstr(R"({"checkpointMetadata":{"version":30}}],)"
                                 R"("sidecarFiles":[{"path":"a%20b","sizeInBytes":1,)"));
  EXPECT_THAT(ParseLastCheckpoint(with_v2), Optional(30));
}

TEST(LastCheckpoint, IsNotTrustedIfTornOrStrange) {
  std::string text = FormatLastCheckpoint({30, 12, 3456, 7, std::nullopt});
  text.replace(text.find("30"), 2, "31");
  EXPECT_EQ(ParseLastCheckpoint(text), std::nullopt);
  EXPECT_THAT(ParseLastCheckpoint(R"({"version":4,"size":1})"), Optional(4));
  for (const char* strange :
       {"", "{", "[]", "{}", R"({"version":"4"})", R"({"version":-1})", R"({"version":1e30})"}) {
    EXPECT_EQ(ParseLastCheckpoint(strange), std::nullopt) << strange;
  }
}

TEST(LastCheckpoint, NeverGoesBack) {
  TableBuilder table;
  ASSERT_THAT(WriteLastCheckpoint(*table.store, {30, 1, 1, 1, std::nullopt}), IsOk());
  ASSERT_THAT(WriteLastCheckpoint(*table.store, {20, 1, 1, 1, std::nullopt}), IsOk());
  EXPECT_THAT(ReadLastCheckpoint(*table.store).value_or(std::nullopt), Optional(30));
  ASSERT_THAT(WriteLastCheckpoint(*table.store, {40, 1, 1, 1, std::nullopt}), IsOk());
  EXPECT_THAT(ReadLastCheckpoint(*table.store).value_or(std::nullopt), Optional(40));
}

}  // namespace
}  // namespace limno::table::delta
