#include "engine/space_filling_curve.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>

namespace limno::engine {
namespace {

/// Bit `position` of a key, the first is the most significant.
bool BitAt(const std::string& key, size_t position) {
  return (static_cast<unsigned char>(key[position / 8]) >> (7 - position % 8) & 1) != 0;
}

TEST(InterleaveBits, TakesTurnsFromTheTop) {
  EXPECT_EQ(InterleaveBits({0x8000, 0x0000}), std::string("\x80\0\0\0", 4));
  EXPECT_EQ(InterleaveBits({0x0000, 0x8000}), std::string("\x40\0\0\0", 4));
  EXPECT_EQ(InterleaveBits({0xffff, 0xffff}), std::string("\xff\xff\xff\xff", 4));
  EXPECT_EQ(InterleaveBits({0x1234}), std::string("\x12\x34", 2));
}

TEST(InterleaveBits, KeepsEveryBitOfEveryRank) {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    std::vector<uint16_t> ranks(1 + random() % 6);
    for (uint16_t& rank : ranks) {
      rank = static_cast<uint16_t>(random());
    }
    const std::string key = InterleaveBits(ranks);
    for (size_t column = 0; column < ranks.size(); ++column) {
      uint16_t restored = 0;
      for (size_t bit = 0; bit < 16; ++bit) {
        restored = static_cast<uint16_t>(restored << 1 | BitAt(key, bit * ranks.size() + column));
      }
      EXPECT_EQ(restored, ranks[column]);
    }
  }
}

TEST(InterleaveBits, GrowsWithEachRank) {
  std::mt19937 random(11);
  for (int round = 0; round < 500; ++round) {
    std::vector<uint16_t> lower{static_cast<uint16_t>(random()), static_cast<uint16_t>(random())};
    std::vector<uint16_t> higher = lower;
    const uint64_t raised = higher[round % 2] + 1 + random() % 1000;
    higher[round % 2] = static_cast<uint16_t>(std::min<uint64_t>(0xffff, raised));
    if (lower != higher) {
      EXPECT_LT(InterleaveBits(lower), InterleaveBits(higher));
    }
  }
}

TEST(InterleaveInWord, IsTheSameAsANumber) {
  std::mt19937 random(13);
  for (int round = 0; round < 500; ++round) {
    std::vector<uint16_t> ranks(1 + random() % kRanksInWord);
    for (uint16_t& rank : ranks) {
      rank = static_cast<uint16_t>(random());
    }
    uint64_t number = 0;
    for (const char byte : InterleaveBits(ranks)) {
      number = number << 8U | static_cast<unsigned char>(byte);
    }
    EXPECT_EQ(InterleaveInWord(ranks), number);
  }
}

/// The cells of a grid by their position on the curve.
std::map<uint64_t, std::vector<uint16_t>> HilbertCurve(size_t columns, int bits) {
  std::map<uint64_t, std::vector<uint16_t>> curve;
  const size_t cells = size_t{1} << (columns * bits);
  for (size_t cell = 0; cell < cells; ++cell) {
    std::vector<uint16_t> place;
    std::vector<uint16_t> ranks;
    for (size_t column = 0; column < columns; ++column) {
      const size_t coordinate = cell >> (column * bits) & ((size_t{1} << bits) - 1);
      place.push_back(static_cast<uint16_t>(coordinate));
      ranks.push_back(static_cast<uint16_t>(coordinate << (kRankBits - bits)));
    }
    curve.emplace(HilbertInWord(ranks, bits), std::move(place));
  }
  return curve;
}

TEST(HilbertInWord, VisitsEveryCellAndNeverLeaps) {
  for (const auto& [columns, bits] :
       {std::pair<size_t, int>{1, 6}, {2, 1}, {2, 5}, {3, 3}, {4, 3}}) {
    const auto curve = HilbertCurve(columns, bits);
    const size_t cells = size_t{1} << (columns * bits);
    ASSERT_EQ(curve.size(), cells);
    EXPECT_EQ(curve.rbegin()->first, cells - 1);
    const std::vector<uint16_t>* before = nullptr;
    for (const auto& [position, place] : curve) {
      int steps = 0;
      for (size_t column = 0; before != nullptr && column < columns; ++column) {
        steps += std::abs(place[column] - (*before)[column]);
      }
      EXPECT_EQ(steps, before == nullptr ? 0 : 1) << columns << " columns, at " << position;
      before = &place;
    }
  }
}

TEST(HilbertInWord, LooksOnlyAtTheUpperBits) {
  std::vector<uint16_t> one{0x1234, 0xabcd};
  std::vector<uint16_t> other{0x1235, 0xabff};
  EXPECT_EQ(HilbertInWord(one, 8), HilbertInWord(other, 8));
}

}  // namespace
}  // namespace limno::engine
