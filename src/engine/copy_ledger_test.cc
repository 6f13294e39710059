#include "engine/copy_ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/memory_store.h"

namespace limno::engine {
namespace {

using testing::Each;
using testing::ElementsAre;

constexpr int64_t kMillisPerDay = 86'400'000;

class CopyLedgerTest : public testing::Test {
 protected:
  CopyLedger At(int64_t number) {
    table::Snapshot snapshot;
    if (number > 0) {
      snapshot.app_transactions[kCopyApplication] = number;
    }
    return {*store_, snapshot};
  }

  static std::vector<SourceFile> Files(int64_t first, int64_t count) {
    std::vector<SourceFile> files;
    for (int64_t index = first; index < first + count; ++index) {
      files.push_back({"/data/" + std::to_string(index) + " ä%\n.csv",
                       static_cast<uint64_t>(index + 1),
                       index * 7,
                       {}});
    }
    return files;
  }

  size_t Parts() { return store_->List("_limno/copy_into/")->objects.size(); }

  base::ManualClock clock_{1'700'000'000'000};
  std::unique_ptr<storage::ObjectStore> store_ = storage::MakeMemoryStore(clock_);
};

TEST_F(CopyLedgerTest, HasNothingAtFirst) { EXPECT_THAT(*At(0).Has(Files(0, 3)), Each(false)); }

TEST_F(CopyLedgerTest, KnowsPathSizeAndTime) {
  const auto part = At(0).Append(Files(0, 3));
  ASSERT_TRUE(part.has_value());
  auto asked = Files(0, 4);
  asked[1].bytes += 1;
  asked[2].modified_nanos += 1;
  EXPECT_THAT(*At(part->number).Has(asked), ElementsAre(true, false, false, false));
  // Before the commit that notes the number nothing is there.
  EXPECT_THAT(*At(0).Has(asked), Each(false));
}

TEST_F(CopyLedgerTest, KeepsFewParts) {
  int64_t number = 0;
  constexpr int64_t kLoads = 300;
  for (int64_t load = 0; load < kLoads; ++load) {
    number = At(number).Append(Files(load * 2, 2))->number;
    clock_.Sleep(2 * kMillisPerDay);
  }
  EXPECT_THAT(*At(number).Has(Files(0, kLoads * 2)), Each(true));
  EXPECT_THAT(*At(number).Has(Files(kLoads * 2, 5)), Each(false));
  // Those in use, and those that the last load took in.
  EXPECT_LE(Parts(), 20U);
}

TEST_F(CopyLedgerTest, WhatNobodyCommittedIsPassedOver) {
  const int64_t first = At(0).Append(Files(0, 1))->number;
  const auto lost = At(first).Append(Files(1, 1));
  const auto landed = At(first).Append(Files(2, 1));
  ASSERT_TRUE(lost && landed);
  EXPECT_NE(lost->number, landed->number);
  EXPECT_THAT(*At(landed->number).Has(Files(0, 3)), ElementsAre(true, false, true));
}

TEST_F(CopyLedgerTest, APartInUseStays) {
  const int64_t first = At(0).Append(Files(0, 100))->number;
  clock_.Sleep(3 * kMillisPerDay);
  const int64_t second = At(first).Append(Files(100, 1))->number;
  clock_.Sleep(3 * kMillisPerDay);
  const int64_t third = At(second).Append(Files(101, 1))->number;
  EXPECT_THAT(*At(third).Has(Files(0, 102)), Each(true));
  // Who has not seen the third yet still finds his own.
  EXPECT_THAT(*At(second).Has(Files(0, 101)), Each(true));
}

TEST_F(CopyLedgerTest, SaysWhatIsWrong) {
  const auto part = *At(0).Append(Files(0, 3));
  const std::string text = *store_->Read(part.key);
  ASSERT_TRUE(store_->Put(part.key, text.substr(0, text.size() - 3)).has_value());
  EXPECT_EQ(At(part.number).Has(Files(0, 1)).error().kind, ErrorKind::kCorrupt);
  ASSERT_TRUE(store_->Put(part.key, "limno copy ledger 2\n").has_value());
  EXPECT_EQ(At(part.number).Has(Files(0, 1)).error().kind, ErrorKind::kUnsupported);
  ASSERT_TRUE(store_->Delete(part.key).has_value());
  EXPECT_EQ(At(part.number).Append(Files(9, 1)).error().kind, ErrorKind::kCorrupt);
  const auto begun = At(part.number).Begin(Files(9, 1));
  ASSERT_TRUE(begun.has_value());
  EXPECT_GT(begun->number, part.number);
}

}  // namespace
}  // namespace limno::engine
