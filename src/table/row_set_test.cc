#include "table/row_set.h"

#include <gmock/gmock.h>

#include <random>
#include <set>
#include <string>
#include <vector>

#include "storage/testing/result_matchers.h"
#include "table/roaring_format.h"

namespace limno::table {
namespace {

using storage::Fails;
using storage::IsOk;

constexpr uint64_t kBucket = uint64_t{1} << 32U;

/// Rows in runs, dense and sparse stretches, and in more than one bucket.
std::set<uint64_t> RandomRows(std::mt19937_64& random) {
  std::set<uint64_t> rows;
  const uint64_t pieces = random() % 6;
  for (uint64_t piece = 0; piece < pieces; ++piece) {
    const uint64_t start = (random() % 3) * kBucket + random() % 200'000;
    const uint64_t step = random() % 3 == 0 ? 1 : 1 + random() % 50;
    const uint64_t count = random() % 9000;
    for (uint64_t index = 0; index < count; ++index) {
      rows.insert(start + index * step);
    }
  }
  return rows;
}

RowSet Make(const std::set<uint64_t>& rows) {
  RowSet set;
  for (const uint64_t row : rows) {
    set.Add(row);
  }
  return set;
}

std::set<uint64_t> RowsOf(const RowSet& set) {
  std::set<uint64_t> rows;
  set.ForEach([&](uint64_t row) { rows.insert(rows.end(), row); });
  return rows;
}

TEST(RowSetTest, BehavesAsASetOfNumbers) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const std::set<uint64_t> left = RandomRows(random);
    const std::set<uint64_t> right = RandomRows(random);
    RowSet set = Make(left);
    ASSERT_EQ(set.Cardinality(), left.size());
    ASSERT_EQ(set.empty(), left.empty());
    ASSERT_EQ(RowsOf(set), left);
    if (!left.empty()) {
      ASSERT_EQ(set.Max(), *left.rbegin());
      ASSERT_TRUE(set.Contains(*left.begin()));
      ASSERT_EQ(set.Contains(*left.rbegin() + 1), false);
    }
    bool intersects = false;
    for (const uint64_t row : right) {
      intersects = intersects || left.count(row) > 0;
    }
    ASSERT_EQ(set.Intersects(Make(right)), intersects);
    ASSERT_EQ(set == Make(right), left == right);
    set.UnionWith(Make(right));
    std::set<uint64_t> both = left;
    both.insert(right.begin(), right.end());
    ASSERT_EQ(RowsOf(set), both);
  }
}

TEST(RowSetTest, SelectsWhatIsAbsent) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const std::set<uint64_t> rows = RandomRows(random);
    const RowSet set = Make(rows);
    const uint64_t start = random() % 4 == 0 ? kBucket - 100 : random() % 300'000;
    const size_t count = random() % 65'537;
    std::vector<uint32_t> kept(count);
    const size_t selected = set.SelectAbsent(start, count, kept.data());
    std::vector<uint32_t> expected;
    for (size_t offset = 0; offset < count; ++offset) {
      if (rows.count(start + offset) == 0) {
        expected.push_back(static_cast<uint32_t>(offset));
      }
    }
    kept.resize(selected);
    ASSERT_EQ(kept, expected);
  }
}

TEST(RowSetTest, AddsRangesAcrossBuckets) {
  RowSet set;
  set.AddRange(5, 5);
  EXPECT_TRUE(set.empty());
  set.AddRange(kBucket - 3, kBucket + 2);
  EXPECT_EQ(RowsOf(set),
            (std::set<uint64_t>{kBucket - 3, kBucket - 2, kBucket - 1, kBucket, kBucket + 1}));
  set.AddRange(0, 1'000'000);
  EXPECT_EQ(set.Cardinality(), 1'000'005U);
}

TEST(RowSetTest, CopiesAreIndependent) {
  RowSet first = Make({1, 2});
  RowSet second = first;
  second.Add(3);
  EXPECT_EQ(first.Cardinality(), 2U);
  first = second;
  second.Add(4);
  EXPECT_EQ(first.Cardinality(), 3U);
}

TEST(RowSetTest, SurvivesItsPortableForm) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const RowSet set = Make(RandomRows(random));
    const Result<RowSet> parsed = RowSet::ParsePortable(set.SerializePortable());
    ASSERT_THAT(parsed, IsOk());
    ASSERT_TRUE(*parsed == set);
  }
}

/// No byte string may crash the parser, and what it accepts must be a consistent set.
void ExpectHarmless(const std::string& bytes) {
  const Result<RowSet> parsed = RowSet::ParsePortable(bytes);
  if (!parsed) {
    EXPECT_EQ(parsed.error().kind, ErrorKind::kCorrupt);
    return;
  }
  uint64_t count = 0;
  uint64_t previous = 0;
  parsed->ForEach([&](uint64_t row) {
    EXPECT_TRUE(count == 0 || row > previous);
    previous = row;
    ++count;
  });
  EXPECT_EQ(count, parsed->Cardinality());
}

TEST(RowSetTest, RefusesEveryTruncation) {
  RowSet set = Make({1, 5, 70'000, kBucket + 9});
  set.AddRange(100'000, 120'000);
  const std::string bytes = set.SerializePortable();
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_THAT(RowSet::ParsePortable(bytes.substr(0, length)), Fails(ErrorKind::kCorrupt));
  }
  EXPECT_THAT(RowSet::ParsePortable(bytes + '\0'), Fails(ErrorKind::kCorrupt));
}

TEST(RowSetTest, DamagedBytesAreHarmless) {
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    RowSet set;
    for (int piece = 0; piece < 3; ++piece) {
      const uint64_t start = (random() % 2) * kBucket + random() % 200'000;
      set.AddRange(start, start + random() % 6000);
      set.Add(random() % 400'000);
    }
    std::string bytes = set.SerializePortable();
    const uint64_t damages = 1 + random() % 3;
    for (uint64_t damage = 0; damage < damages; ++damage) {
      bytes[random() % std::min<size_t>(bytes.size(), 64)] = static_cast<char>(random());
    }
    ExpectHarmless(bytes);
  }
}

TEST(RowSetTest, AHugeCountOfBucketsAllocatesNothing) {
  EXPECT_THAT(RowSet::ParsePortable(std::string(8, '\xff')), Fails(ErrorKind::kCorrupt));
}

TEST(RowSetTest, BucketKeysMustAscend) {
  std::string one = Make({7}).SerializePortable();
  std::string twice;
  AppendLittleEndian64(twice, 2);
  twice += one.substr(8) + one.substr(8);
  EXPECT_THAT(RowSet::ParsePortable(twice), Fails(ErrorKind::kCorrupt));
}

TEST(RowSetTest, StatedCardinalitiesAreVerified) {
  RowSet run;
  run.AddRange(100, 1000);
  std::string bytes = run.SerializePortable();
  // Count of buckets, bucket key, cookie, one byte of run flags, container key: then the count.
  constexpr size_t kCardinality = 8 + 4 + 4 + 1 + 2;
  ASSERT_EQ(ReadLittleEndian16(std::string_view(bytes).substr(kCardinality)), 899);
  bytes[kCardinality] = static_cast<char>(bytes[kCardinality] + 1);
  EXPECT_THAT(RowSet::ParsePortable(bytes), Fails(ErrorKind::kCorrupt));

  RowSet scattered;
  for (uint64_t row = 0; row < 20'000; row += 2) {
    scattered.Add(row);
  }
  bytes = scattered.SerializePortable();
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  EXPECT_THAT(RowSet::ParsePortable(bytes), Fails(ErrorKind::kCorrupt));
}

TEST(RowSetTest, UnsortedArraysAreRefused) {
  std::string bytes = Make({3, 9}).SerializePortable();
  std::swap(bytes[bytes.size() - 4], bytes[bytes.size() - 2]);
  EXPECT_THAT(RowSet::ParsePortable(bytes), Fails(ErrorKind::kCorrupt));
}

TEST(RowSet, SubtractsWhatItHas) {
  RowSet rows;
  rows.AddRange(0, 10);
  rows.AddRange(uint64_t{1} << 40, (uint64_t{1} << 40) + 5);
  RowSet others;
  others.AddRange(3, 100);
  others.AddRange(uint64_t{1} << 40, uint64_t{1} << 41);
  rows.Subtract(others);
  RowSet left;
  left.AddRange(0, 3);
  EXPECT_EQ(rows, left);
}

}  // namespace
}  // namespace limno::table
