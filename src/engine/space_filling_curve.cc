#include "engine/space_filling_curve.h"

#include <array>

namespace limno::engine {
namespace {

/// The eight bits of every byte, `distance` apart.
constexpr std::array<uint64_t, 256> SpreadBytes(size_t distance) {
  std::array<uint64_t, 256> spread{};
  for (size_t byte = 0; byte < spread.size(); ++byte) {
    for (size_t bit = 0; bit < 8; ++bit) {
      spread[byte] |= static_cast<uint64_t>(byte >> bit & 1) << (bit * distance);
    }
  }
  return spread;
}

constexpr std::array<std::array<uint64_t, 256>, kRanksInWord> kSpread = {
    SpreadBytes(1), SpreadBytes(2), SpreadBytes(3), SpreadBytes(4)};

}  // namespace

std::string InterleaveBits(const std::vector<uint16_t>& ranks) {
  std::string key(ranks.size() * kRankBits / 8, '\0');
  size_t position = 0;
  for (int bit = kRankBits - 1; bit >= 0; --bit) {
    for (const uint16_t rank : ranks) {
      if ((rank >> bit & 1) != 0) {
        key[position / 8] = static_cast<char>(key[position / 8] | 0x80 >> position % 8);
      }
      ++position;
    }
  }
  return key;
}

uint64_t InterleaveInWord(const std::vector<uint16_t>& ranks) {
  const size_t count = ranks.size();
  const auto& spread = kSpread[count - 1];
  uint64_t key = 0;
  for (const uint16_t rank : ranks) {
    key = key << 1 | spread[rank & 0xffU] | spread[rank >> 8U] << (8 * count);
  }
  return key;
}

/// J. Skilling, "Programming the Hilbert curve" (2004): the ranks become the position, its bits in
/// turn.
uint64_t HilbertInWord(std::vector<uint16_t>& ranks, int bits) {
  for (uint16_t& rank : ranks) {
    rank = static_cast<uint16_t>(rank >> (kRankBits - bits));
  }
  const auto top = static_cast<uint16_t>(1U << (bits - 1));
  for (uint16_t bit = top; bit > 1; bit = static_cast<uint16_t>(bit >> 1)) {
    const auto below = static_cast<uint16_t>(bit - 1);
    for (uint16_t& rank : ranks) {
      if ((rank & bit) != 0) {
        ranks[0] = static_cast<uint16_t>(ranks[0] ^ below);
      } else {
        const auto swapped = static_cast<uint16_t>((ranks[0] ^ rank) & below);
        ranks[0] = static_cast<uint16_t>(ranks[0] ^ swapped);
        rank = static_cast<uint16_t>(rank ^ swapped);
      }
    }
  }
  for (size_t index = 1; index < ranks.size(); ++index) {
    ranks[index] = static_cast<uint16_t>(ranks[index] ^ ranks[index - 1]);
  }
  uint16_t turned = 0;
  for (uint16_t bit = top; bit > 1; bit = static_cast<uint16_t>(bit >> 1)) {
    if ((ranks.back() & bit) != 0) {
      turned = static_cast<uint16_t>(turned ^ (bit - 1));
    }
  }
  for (uint16_t& rank : ranks) {
    rank = static_cast<uint16_t>(rank ^ turned);
  }
  return InterleaveInWord(ranks);
}

}  // namespace limno::engine
