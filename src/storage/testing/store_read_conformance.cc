#include <gmock/gmock.h>

#include "storage/testing/result_matchers.h"
#include "storage/testing/store_conformance.h"

namespace limno::storage {

std::string StoreReadConformance::CaseName(const testing::TestParamInfo<StoreCase>& info) {
  return info.param.name;
}

namespace {

std::string AllBytes() {
  std::string bytes;
  for (int value = 0; value < 256; ++value) {
    bytes += static_cast<char>(value);
  }
  return bytes;
}

TEST_P(StoreReadConformance, ReadsWholeObjects) {
  const std::string large(3'000'001, 'x');
  const auto store = StoreWith({{"empty", ""}, {"a/bytes", AllBytes()}, {"a/large", large}});
  EXPECT_THAT(store->Read("empty"), Holds(""));
  EXPECT_THAT(store->Read("a/bytes"), Holds(AllBytes()));
  const Result<std::string> read = store->Read("a/large");
  ASSERT_THAT(read, IsOk());
  EXPECT_TRUE(*read == large);
}

TEST_P(StoreReadConformance, ReadsRangesAndCutsThemAtTheEnd) {
  const auto store = StoreWith({{"a/digits", "0123456789"}});
  EXPECT_THAT(store->ReadRange("a/digits", 0, 10), Holds("0123456789"));
  EXPECT_THAT(store->ReadRange("a/digits", 3, 4), Holds("3456"));
  EXPECT_THAT(store->ReadRange("a/digits", 9, 1), Holds("9"));
  EXPECT_THAT(store->ReadRange("a/digits", 8, 100), Holds("89"));
  EXPECT_THAT(store->ReadRange("a/digits", 8, UINT64_MAX), Holds("89"));
  EXPECT_THAT(store->ReadRange("a/digits", 4, 0), Holds(""));
  EXPECT_THAT(store->ReadRange("a/digits", 10, 5), Holds(""));
  EXPECT_THAT(store->ReadRange("a/digits", 10, 0), Holds(""));
}

TEST_P(StoreReadConformance, RefusesRangesBeyondTheEnd) {
  const auto store = StoreWith({{"a/digits", "0123456789"}, {"empty", ""}});
  EXPECT_THAT(store->ReadRange("a/digits", 11, 1), Fails(ErrorKind::kUsage));
  EXPECT_THAT(store->ReadRange("a/digits", 11, 0), Fails(ErrorKind::kUsage));
  EXPECT_THAT(store->ReadRange("empty", 1, 1), Fails(ErrorKind::kUsage));
  EXPECT_THAT(store->ReadRange("empty", 0, 1), Holds(""));
}

TEST_P(StoreReadConformance, HeadTellsKeySizeAndTime) {
  const auto store = StoreWith({{"a/b", "12345"}, {"empty", ""}});
  const Result<ObjectInfo> info = store->Head("a/b");
  ASSERT_THAT(info, IsOk());
  EXPECT_EQ(info->key, "a/b");
  EXPECT_EQ(info->size_bytes, 5U);
  EXPECT_GT(info->modified_millis, 0);
  const Result<ObjectInfo> empty = store->Head("empty");
  ASSERT_THAT(empty, IsOk());
  EXPECT_EQ(empty->size_bytes, 0U);
}

TEST_P(StoreReadConformance, WhatIsMissingIsNotFoundAndNamed) {
  const auto store = StoreWith({{"a/b", "1"}});
  for (const std::string key : {"none", "a", "a/none", "a/b/c", "x/y/z"}) {
    SCOPED_TRACE(key);
    EXPECT_THAT(store->Head(key), Fails(ErrorKind::kNotFound));
    EXPECT_THAT(store->ReadRange(key, 0, 1), Fails(ErrorKind::kNotFound));
    const Result<std::string> read = store->Read(key);
    ASSERT_THAT(read, Fails(ErrorKind::kNotFound));
    EXPECT_THAT(read.error().ToString(), testing::HasSubstr(key));
  }
}

TEST_P(StoreReadConformance, RefusesKeysOutsideTheRules) {
  const auto store = StoreWith({{"a/b", "1"}});
  const std::string nul("a\0b", 3);
  for (const std::string& key :
       {std::string(), std::string("/a"), std::string("a/"), std::string("a//b"), std::string("."),
        std::string("a/./b"), std::string(".."), std::string("a/../b"), nul, std::string(256, 'x'),
        std::string(1025, 'x')}) {
    SCOPED_TRACE(key);
    EXPECT_THAT(store->Read(key), Fails(ErrorKind::kUsage));
    EXPECT_THAT(store->ReadRange(key, 0, 1), Fails(ErrorKind::kUsage));
    EXPECT_THAT(store->Head(key), Fails(ErrorKind::kUsage));
    EXPECT_THAT(store->LocalPath(key), Fails(ErrorKind::kUsage));
  }
}

TEST_P(StoreReadConformance, KeysMayHoldAnyByte) {
  std::map<std::string, std::string> objects;
  for (const std::string name :
       {"a b",        "a%20b",       "100%",      "a+b",    "a&b=c",    "a#b",     "a?b",
        "\"quoted\"", "back\\slash", "tab\tnl\n", "ümläut", "😀",        "p=a%2Fb", "...",
        ".hidden",    "a..b",        "~",         "[x]",    "\xff\xfe", "*"}) {
    objects["odd/" + name + "/" + name] = "content of " + name;
  }
  const auto store = StoreWith(objects);
  for (const auto& [key, bytes] : objects) {
    SCOPED_TRACE(key);
    EXPECT_THAT(store->Read(key), Holds(bytes));
  }
}

}  // namespace
// Not every program that links this library instantiates the suite.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreReadConformance);

}  // namespace limno::storage
