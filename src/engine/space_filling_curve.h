// Positions on curves through the cells of a grid: cells that are near on the curve are near in
// every direction. A cell is named by one rank for each column.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace limno::engine {

inline constexpr int kRankBits = 16;
/// So many ranks make a position that fits into a word.
inline constexpr size_t kRanksInWord = 4;

/// Z-order: the bits of `ranks` in turn, the most significant first, the first rank leading. The
/// result compares as bytes. Any number of ranks.
std::string InterleaveBits(const std::vector<uint16_t>& ranks);
/// The same as a number, for at most kRanksInWord ranks: several times cheaper to make and to sort.
uint64_t InterleaveInWord(const std::vector<uint16_t>& ranks);

/// The Hilbert curve through the grid of the upper `bits` bits of each rank, for at most
/// kRanksInWord ranks: unlike Z-order it never leaps, each position is next to the one before.
/// Changes `ranks`.
uint64_t HilbertInWord(std::vector<uint16_t>& ranks, int bits);

}  // namespace limno::engine
