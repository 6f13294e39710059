#include "ingest/url_reference.h"

#include <gtest/gtest.h>

namespace limno::ingest {
namespace {

TEST(ResolveUrl, FollowsTheStandard) {
  const std::string base = "https://me:word@host:8443/a/b/list.txt?v=1#x";
  const std::string site = "https://me:word@host:8443";
  EXPECT_EQ(ResolveUrl(base, "x.csv"), site + "/a/b/x.csv");
  EXPECT_EQ(ResolveUrl(base, "./c/x.csv"), site + "/a/b/c/x.csv");
  EXPECT_EQ(ResolveUrl(base, "../x.csv"), site + "/a/x.csv");
  EXPECT_EQ(ResolveUrl(base, "../../../x.csv"), site + "/x.csv");
  EXPECT_EQ(ResolveUrl(base, ".."), site + "/a/");
  EXPECT_EQ(ResolveUrl(base, "/x.csv?q=../y"), site + "/x.csv?q=../y");
  EXPECT_EQ(ResolveUrl(base, "?v=2"), site + "/a/b/list.txt?v=2");
  EXPECT_EQ(ResolveUrl(base, "//other/x.csv"), "https://other/x.csv");
  EXPECT_EQ(ResolveUrl(base, "http://other/x.csv"), "http://other/x.csv");
  EXPECT_EQ(ResolveUrl(base, "two words.csv"), site + "/a/b/two%20words.csv");
}

TEST(ResolveUrl, AHostWithoutPathHasARoot) {
  EXPECT_EQ(ResolveUrl("https://host", "x.csv"), "https://host/x.csv");
  EXPECT_EQ(ResolveUrl("https://host?list", "x.csv"), "https://host/x.csv");
}

TEST(WithoutUser, KeepsTheRest) {
  EXPECT_EQ(WithoutUser("https://me:word@host/x.csv?a=b@c"), "https://host/x.csv?a=b@c");
  EXPECT_EQ(WithoutUser("https://host/@x"), "https://host/@x");
}

}  // namespace
}  // namespace limno::ingest
