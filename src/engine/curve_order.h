// Z-order: rows sorted by the interleaved bits of each column's rank, so that files cover small
// boxes in all columns at once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/duck.h"
#include "engine/table_state.h"
#include "limno/result.h"

namespace limno::engine {

/// Interleaves the bits of `ranks`, the most significant first, the first rank leading; 16 bits of
/// each. The result compares as bytes. At most 16 ranks.
std::string InterleaveBits(const std::vector<uint16_t>& ranks);
/// The same as a number, for at most kRanksInWord ranks: several times cheaper to make and to sort.
uint64_t InterleaveInWord(const std::vector<uint16_t>& ranks);
inline constexpr size_t kRanksInWord = 4;

/// " ORDER BY ..." for a source of rows. Samples the source to find the rank of a value of any
/// type: NULLs rank first, equal shares of the rows have equal shares of the ranks.
Result<std::string> ZOrderClause(duckdb::Connection& connection, const std::string& source,
                                 const std::vector<std::string>& columns);

/// For each column: how many files hold a value on average, judged by the files' bounds (their own
/// minima stand for the values asked for). 0 for a table without files.
std::vector<double> FilesReadByPoint(const TableState& table, const std::vector<ScanFile>& files,
                                     const std::vector<std::string>& columns);

/// Registers limno_rank(), limno_interleave() and, for more ranks than a word holds,
/// limno_interleave_many().
void RegisterZOrderFunctions(duckdb::DatabaseInstance& database);

}  // namespace limno::engine
