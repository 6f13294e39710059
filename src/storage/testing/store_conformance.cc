#include "storage/testing/store_conformance.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include "base/random.h"
#include "storage/testing/result_matchers.h"

namespace limno::storage {

using testing::ElementsAre;
using testing::IsEmpty;

std::string StoreConformance::CaseName(const testing::TestParamInfo<StoreCase>& info) {
  return info.param.name;
}

std::vector<std::string> StoreConformance::Keys(std::string_view prefix,
                                                const ListOptions& options) {
  std::vector<std::string> keys;
  const Result<ListPage> page = store_->List(prefix, options);
  EXPECT_THAT(page, IsOk());
  if (page) {
    for (const ObjectInfo& object : page->objects) {
      keys.push_back(object.key);
    }
  }
  return keys;
}

void StoreConformance::PutAll(const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    ASSERT_THAT(store_->Put(key, "of " + key), IsOk()) << key;
  }
}

namespace {

TEST_P(StoreConformance, PutCreatesAndReplaces) {
  ASSERT_THAT(store_->Put("a/b", "first, and longer"), IsOk());
  EXPECT_THAT(store_->Read("a/b"), Holds("first, and longer"));
  ASSERT_THAT(store_->Put("a/b", "second"), IsOk());
  EXPECT_THAT(store_->Read("a/b"), Holds("second"));
  EXPECT_THAT(Keys(""), ElementsAre("a/b"));
}

TEST_P(StoreConformance, PutIfAbsentKeepsTheFirst) {
  ASSERT_THAT(store_->PutIfAbsent("log/0", "first"), IsOk());
  EXPECT_THAT(store_->PutIfAbsent("log/0", "second"), Fails(ErrorKind::kAlreadyExists));
  EXPECT_THAT(store_->PutIfAbsent("log/0", "first"), Fails(ErrorKind::kAlreadyExists));
  EXPECT_THAT(store_->Read("log/0"), Holds("first"));
  ASSERT_THAT(store_->Delete("log/0"), IsOk());
  EXPECT_THAT(store_->PutIfAbsent("log/0", "third"), IsOk());
  EXPECT_THAT(store_->Read("log/0"), Holds("third"));
}

TEST_P(StoreConformance, UnsyncedPutsKeepTheFirstToo) {
  ASSERT_THAT(store_->PutIfAbsentUnsynced("log/0", "first"), IsOk());
  EXPECT_THAT(store_->PutIfAbsentUnsynced("log/0", "second"), Fails(ErrorKind::kAlreadyExists));
  EXPECT_THAT(store_->PutIfAbsent("log/0", "third"), Fails(ErrorKind::kAlreadyExists));
  EXPECT_THAT(store_->Read("log/0"), Holds("first"));
  EXPECT_THAT(store_->PutIfAbsentUnsynced("../x", "y"), Fails(ErrorKind::kUsage));
}

TEST_P(StoreConformance, OfManyRacingForAKeyOneWins) {
  constexpr int kThreads = 16;
  constexpr int kKeys = 40;
  std::vector<std::atomic<int>> wins(kKeys);
  std::vector<std::atomic<int>> winner(kKeys);
  std::atomic<int> strange = 0;
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kThreads; ++writer) {
    threads.emplace_back([&, writer] {
      for (int number = 0; number < kKeys; ++number) {
        const Result<void> put = store_->PutIfAbsent("race/" + std::to_string(number),
                                                     "writer " + std::to_string(writer));
        if (put) {
          ++wins[number];
          winner[number] = writer;
        } else if (put.error().kind != ErrorKind::kAlreadyExists) {
          ++strange;
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(strange, 0);
  for (int number = 0; number < kKeys; ++number) {
    EXPECT_EQ(wins[number], 1) << number;
    EXPECT_THAT(store_->Read("race/" + std::to_string(number)),
                Holds("writer " + std::to_string(winner[number])));
  }
  EXPECT_EQ(Keys("race/").size(), static_cast<size_t>(kKeys));
}

TEST_P(StoreConformance, ReadersNeverSeeAMixture) {
  constexpr size_t kSize = 100'000;
  ASSERT_THAT(store_->Put("x", std::string(kSize, 'a')), IsOk());
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int round = 0; round < 100; ++round) {
      EXPECT_THAT(store_->Put("x", std::string(kSize, round % 2 == 0 ? 'b' : 'a')), IsOk());
    }
    done = true;
  });
  do {
    const Result<std::string> read = store_->Read("x");
    ASSERT_THAT(read, IsOk());
    EXPECT_EQ(read->size(), kSize);
    EXPECT_EQ(read->find_first_not_of(read->front()), std::string::npos);
  } while (!done && !HasFailure());
  writer.join();
}

TEST_P(StoreConformance, WritesRefuseKeysOutsideTheRules) {
  for (const std::string key : {"", "/a", "a/", "a//b", "..", "../a", "a/../../b"}) {
    SCOPED_TRACE(key);
    EXPECT_THAT(store_->Put(key, "x"), Fails(ErrorKind::kUsage));
    EXPECT_THAT(store_->PutIfAbsent(key, "x"), Fails(ErrorKind::kUsage));
    EXPECT_THAT(store_->Delete(key), Fails(ErrorKind::kUsage));
  }
  EXPECT_THAT(Keys(""), IsEmpty());
}

TEST_P(StoreConformance, NamesOfFullLengthWork) {
  const std::string segment(255, 'n');
  const std::string key = segment + "/" + segment;
  EXPECT_THAT(store_->Put(key, "1"), IsOk());
  EXPECT_THAT(store_->PutIfAbsent(key, "2"), Fails(ErrorKind::kAlreadyExists));
  EXPECT_THAT(store_->PutIfAbsent(key.substr(0, 500), "3"), IsOk());
  EXPECT_THAT(store_->Read(key), Holds("1"));
  EXPECT_THAT(Keys(""), ElementsAre(key.substr(0, 500), key));
}

TEST_P(StoreConformance, ANameIsAnObjectOrAFolder) {
  PutAll({"a/b"});
  EXPECT_THAT(store_->Put("a", "x"), Fails(ErrorKind::kUsage));
  EXPECT_THAT(store_->PutIfAbsent("a", "x"), Fails(ErrorKind::kUsage));
  EXPECT_THAT(store_->Put("a/b/c", "x"), Fails(ErrorKind::kUsage));
  EXPECT_THAT(store_->PutIfAbsent("a/b/c/d", "x"), Fails(ErrorKind::kUsage));
  EXPECT_THAT(Keys(""), ElementsAre("a/b"));
}

TEST_P(StoreConformance, ListsInTheOrderOfWholeKeys) {
  PutAll({"a/b", "a.b", "a-b/c", "a0", "a/b.c", "b", "a/b0/x", "B", "é", "a/c/d/e", "a/c.d"});
  EXPECT_THAT(Keys(""), ElementsAre("B", "a-b/c", "a.b", "a/b", "a/b.c", "a/b0/x", "a/c.d",
                                    "a/c/d/e", "a0", "b", "é"));
}

TEST_P(StoreConformance, APrefixIsTextNotAFolder) {
  PutAll({"ab/x", "ab/y/z", "abc", "ac/x", "b"});
  EXPECT_THAT(Keys("ab"), ElementsAre("ab/x", "ab/y/z", "abc"));
  EXPECT_THAT(Keys("ab/"), ElementsAre("ab/x", "ab/y/z"));
  EXPECT_THAT(Keys("ab/y"), ElementsAre("ab/y/z"));
  EXPECT_THAT(Keys("abc"), ElementsAre("abc"));
  EXPECT_THAT(Keys("abc/"), IsEmpty());
  EXPECT_THAT(Keys("none/at/all"), IsEmpty());
  EXPECT_THAT(Keys("../"), IsEmpty());
  EXPECT_THAT(Keys("ab/../ab/"), IsEmpty());
  EXPECT_THAT(Keys("/"), IsEmpty());
}

TEST_P(StoreConformance, ListingTellsSizesAndTimes) {
  ASSERT_THAT(store_->Put("a/b", "12345"), IsOk());
  const Result<ListPage> page = store_->List("");
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->objects.size(), 1U);
  EXPECT_EQ(page->objects[0].size_bytes, 5U);
  const Result<ObjectInfo> head = store_->Head("a/b");
  ASSERT_THAT(head, IsOk());
  EXPECT_EQ(page->objects[0].modified_millis, head->modified_millis);
}

TEST_P(StoreConformance, PagesEndWhereTheyShould) {
  PutAll({"a", "b/1", "b/2", "b.x", "c"});
  Result<ListPage> page = store_->List("", {.start_after = {}, .limit = 2});
  ASSERT_THAT(page, IsOk());
  EXPECT_TRUE(page->truncated);
  EXPECT_THAT(Keys("", {.start_after = {}, .limit = 2}), ElementsAre("a", "b.x"));
  EXPECT_THAT(Keys("", {.start_after = "b.x", .limit = 2}), ElementsAre("b/1", "b/2"));
  EXPECT_THAT(Keys("", {.start_after = "b/", .limit = 1}), ElementsAre("b/1"));
  EXPECT_THAT(Keys("b", {.start_after = "b/1", .limit = 9}), ElementsAre("b/2"));
  EXPECT_THAT(Keys("b", {.start_after = "c", .limit = 9}), IsEmpty());
  EXPECT_THAT(Keys("b", {.start_after = "a", .limit = 1}), ElementsAre("b.x"));
  page = store_->List("", {.start_after = "b/2", .limit = 1});
  ASSERT_THAT(page, IsOk());
  EXPECT_FALSE(page->truncated);
  EXPECT_THAT(store_->List("", {.start_after = {}, .limit = 0}), Fails(ErrorKind::kUsage));
}

std::string RandomKey(base::Random& random) {
  static const std::vector<std::string> kPieces = {"a", "b", ".", "-", "0", "é", "a."};
  std::string key;
  const uint64_t segments = 1 + random.Below(3);
  for (uint64_t segment = 0; segment < segments; ++segment) {
    key += segment == 0 ? "k" : "/k";
    const uint64_t pieces = random.Below(3);
    for (uint64_t piece = 0; piece < pieces; ++piece) {
      key += kPieces[random.Below(kPieces.size())];
    }
  }
  return key;
}

TEST_P(StoreConformance, AnyPrefixAndStartListAsASortedSetWould) {
  base::Random random(20'130'101);
  std::map<std::string, bool> model;
  for (int attempt = 0; attempt < 150; ++attempt) {
    const std::string key = RandomKey(random);
    if (const Result<void> put = store_->Put(key, "x"); put) {
      model[key] = true;
    } else {
      ASSERT_THAT(put, Fails(ErrorKind::kUsage)) << key;
    }
  }
  ASSERT_GT(model.size(), 50U);
  for (int query = 0; query < 300; ++query) {
    const std::string prefix = RandomKey(random).substr(0, random.Below(6));
    const ListOptions options{.start_after = query % 3 == 0 ? std::string() : RandomKey(random),
                              .limit = 1 + random.Below(20)};
    std::vector<std::string> expected;
    for (const auto& [key, present] : model) {
      if (key.starts_with(prefix) && key > options.start_after) {
        expected.push_back(key);
      }
    }
    const Result<ListPage> page = store_->List(prefix, options);
    ASSERT_THAT(page, IsOk());
    EXPECT_EQ(page->truncated, expected.size() > options.limit);
    expected.resize(std::min(expected.size(), options.limit));
    ASSERT_EQ(Keys(prefix, options), expected) << prefix << " after " << options.start_after;
  }
}

TEST_P(StoreConformance, ListsFoldersThatHoldSomething) {
  PutAll({"t/_log/0", "t.x/f", "t/p=1/f", "u/v/w/x", "file", "t/top"});
  EXPECT_THAT(store_->ListFolders(""), Holds(std::vector<std::string>{"t", "t.x", "u"}));
  EXPECT_THAT(store_->ListFolders("t/"), Holds(std::vector<std::string>{"_log", "p=1"}));
  EXPECT_THAT(store_->ListFolders("u/v/"), Holds(std::vector<std::string>{"w"}));
  EXPECT_THAT(store_->ListFolders("u/v/w/"), Holds(std::vector<std::string>{}));
  EXPECT_THAT(store_->ListFolders("none/"), Holds(std::vector<std::string>{}));
  EXPECT_THAT(store_->ListFolders("../"), Holds(std::vector<std::string>{}));
  EXPECT_THAT(store_->ListFolders("t"), Fails(ErrorKind::kUsage));
  ASSERT_THAT(store_->Delete("u/v/w/x"), IsOk());
  EXPECT_THAT(store_->ListFolders(""), Holds(std::vector<std::string>{"t", "t.x"}));
}

TEST_P(StoreConformance, TemporaryNamesAreNotListed) {
  PutAll({"a/.x.json.123.tmp", "a/x.tmp", "a/.x", "b/.y.tmp"});
  EXPECT_THAT(Keys(""), ElementsAre("a/.x", "a/x.tmp"));
  EXPECT_THAT(store_->ListFolders(""), Holds(std::vector<std::string>{"a"}));
  EXPECT_THAT(store_->Read("b/.y.tmp"), Holds("of b/.y.tmp"));
}

TEST_P(StoreConformance, DeletesWhatIsThereAndForgivesTheRest) {
  PutAll({"a/b", "a/c", "d"});
  EXPECT_THAT(store_->Delete("a/b"), IsOk());
  EXPECT_THAT(store_->Delete("a/b"), IsOk());
  EXPECT_THAT(store_->Delete("none/at/all"), IsOk());
  EXPECT_THAT(store_->Delete("d/e"), IsOk());
  EXPECT_THAT(store_->Delete("a"), IsOk());
  EXPECT_THAT(Keys(""), ElementsAre("a/c", "d"));
  EXPECT_THAT(store_->Read("a/b"), Fails(ErrorKind::kNotFound));
  EXPECT_THAT(store_->DeleteBatch({"a/c", "none", "d"}), IsOk());
  EXPECT_THAT(Keys(""), IsEmpty());
}

TEST_P(StoreConformance, WhatIsWrittenByPathIsAnObject) {
  const Result<std::optional<std::string>> path = store_->LocalPath("new/folder/data");
  ASSERT_THAT(path, IsOk());
  EXPECT_THAT(store_->ListFolders(""), Holds(std::vector<std::string>{}));
  EXPECT_THAT(store_->Persist({"new/folder/data"}), Fails(ErrorKind::kNotFound));
  if (*path) {
    std::ofstream(**path) << "by path";
  } else {
    ASSERT_THAT(store_->Put("new/folder/data", "by path"), IsOk());
  }
  ASSERT_THAT(store_->Put("new/other", "x"), IsOk());
  EXPECT_THAT(store_->Persist({"new/folder/data", "new/other"}), IsOk());
  EXPECT_THAT(store_->Read("new/folder/data"), Holds("by path"));
  EXPECT_THAT(Keys(""), ElementsAre("new/folder/data", "new/other"));
}

TEST_P(StoreConformance, DescribesItself) { EXPECT_NE(store_->Describe(), ""); }

}  // namespace

// Not every program that links this library instantiates the suite.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreConformance);

}  // namespace limno::storage
