#include "base/text.h"

#include <gtest/gtest.h>

namespace limno::base {
namespace {

TEST(NearestName, FindsSlipsAndNothingElse) {
  const std::vector<std::string> names{"flights", "airports", "planes"};
  EXPECT_EQ(NearestName("flihgts", names), "flights");
  EXPECT_EQ(NearestName("Airport", names), "airports");
  EXPECT_EQ(NearestName("orders", names), "");
  EXPECT_EQ(NearestName("x", {}), "");
}

TEST(LowerAscii, LeavesOtherBytesAlone) { EXPECT_EQ(LowerAscii("AbC-É"), "abc-É"); }

}  // namespace
}  // namespace limno::base
