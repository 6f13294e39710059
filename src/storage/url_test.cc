#include "storage/url.h"

#include <gtest/gtest.h>

namespace limno::storage {
namespace {

TEST(Url, EncodesEveryByteThatMeansSomething) {
  EXPECT_EQ(EncodeUrlPath("a/b-._~9"), "a/b-._~9");
  EXPECT_EQ(EncodeUrlPath("a b?c#d%e+ä"), "a%20b%3Fc%23d%25e%2B%C3%A4");
}

TEST(Url, ShowsNoSecrets) {
  EXPECT_EQ(DisplayUrl("https://user:pass@host/p"), "https://host/p");
  EXPECT_EQ(DisplayUrl("https://host/p@q"), "https://host/p@q");
  EXPECT_EQ(DisplayUrl("https://host?X-Amz-Signature=12&a=b&sig=3&api_key=4&flag"),
            "https://host?X-Amz-Signature=***&a=b&sig=***&api_key=***&flag");
  EXPECT_EQ(DisplayUrl("https://u@host"), "https://host");
  EXPECT_EQ(DisplayUrl("no url"), "no url");
  EXPECT_EQ(DisplayUrl(""), "");
}

}  // namespace
}  // namespace limno::storage
