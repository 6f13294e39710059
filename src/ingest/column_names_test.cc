#include "ingest/column_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace limno::ingest {
namespace {

using ::testing::ElementsAre;

std::string Unknown(const std::string&) { return ""; }

TEST(PlainName, LeavesOutWhatDeltaDoesNotTake) {
  EXPECT_EQ(PlainName("price"), "price");
  EXPECT_EQ(PlainName("Order Date (UTC)"), "Order_Date_UTC");
  EXPECT_EQ(PlainName(" a,;{}()\n\t=b "), "a_b");
  EXPECT_EQ(PlainName("größe/m²"), "größe/m²");
  EXPECT_EQ(PlainName("_x_"), "_x_");
  EXPECT_EQ(PlainName("()"), "");
}

TEST(NamesInTable, AreAllDifferent) {
  EXPECT_THAT(NamesInTable({"a b", "a_b", "A=B", "", "a b_1"}, Unknown),
              ElementsAre("a_b", "a_b_1", "A_B_2", "column3", "a_b_1_1"));
}

TEST(NamesInTable, FollowTheTable) {
  const KnownName known = [](const std::string& name) -> std::string {
    return name == "order id" ? "Order ID" : name == "total_sum" ? "Total_Sum" : "";
  };
  EXPECT_THAT(NamesInTable({"order id", "total sum", "new one"}, known),
              ElementsAre("Order ID", "Total_Sum", "new_one"));
}

}  // namespace
}  // namespace limno::ingest
