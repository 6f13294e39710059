#include "table/delta/table_totals.h"

#include <algorithm>
#include <limits>

namespace limno::table::delta {
namespace {

constexpr int64_t kKilobyte = 1024;
constexpr int64_t kMegabyte = 1024 * kKilobyte;
constexpr int64_t kGigabyte = 1024 * kMegabyte;

constexpr std::array<int64_t, kSizeBins> MakeSizeBinStarts() {
  struct Steps {
    int64_t step;
    int64_t last;
  };
  constexpr Steps kSteps[] = {
      {4 * kMegabyte, 40 * kMegabyte},    {8 * kMegabyte, 120 * kMegabyte},
      {4 * kMegabyte, 144 * kMegabyte},   {16 * kMegabyte, 576 * kMegabyte},
      {64 * kMegabyte, 1408 * kMegabyte}, {128 * kMegabyte, 2 * kGigabyte},
      {256 * kMegabyte, 4 * kGigabyte},
  };
  std::array<int64_t, kSizeBins> starts{};
  size_t next = 1;
  int64_t start = 4 * kKilobyte;
  while (start < 4 * kMegabyte) {
    start *= 2;
    starts[next++] = start;
  }
  for (const auto& [step, last] : kSteps) {
    while (start < last) {
      start += step;
      starts[next++] = start;
    }
  }
  while (start < 256 * kGigabyte) {
    start *= 2;
    starts[next++] = start;
  }
  return starts;
}

constexpr std::array<int64_t, kSizeBins> kSizeBinStarts = MakeSizeBinStarts();
static_assert(kSizeBinStarts.front() == 0 && kSizeBinStarts.back() == 256 * kGigabyte);

size_t SizeBin(int64_t bytes) {
  const auto* const above =
      std::upper_bound(kSizeBinStarts.begin() + 1, kSizeBinStarts.end(), bytes);
  return static_cast<size_t>(above - kSizeBinStarts.begin()) - 1;
}

/// One bin for none, then one for each number of digits up to 8, the last but one and the last.
size_t DeletedRowsBin(int64_t rows) {
  if (rows >= std::numeric_limits<int32_t>::max()) {
    return kDeletedRowsBins - 1;
  }
  size_t digits = 0;
  for (int64_t rest = rows; rest > 0; rest /= 10) {
    ++digits;
  }
  return std::min(digits, kDeletedRowsBins - 2);
}

/// Sizes come from logs and may be anything: sums wrap around rather than overflow.
void Accumulate(int64_t& total, int64_t amount, int64_t sign) {
  total = static_cast<int64_t>(static_cast<uint64_t>(total) +
                               static_cast<uint64_t>(sign) * static_cast<uint64_t>(amount));
}

}  // namespace

const std::array<int64_t, kSizeBins>& SizeBinStarts() { return kSizeBinStarts; }

void TableTotals::Count(const DataFile& file, int64_t sign) {
  const int64_t deleted = file.deletion_vector ? file.deletion_vector->cardinality : 0;
  files += sign;
  Accumulate(size_bytes, file.size_bytes, sign);
  deletion_vectors += file.deletion_vector ? sign : 0;
  Accumulate(deleted_rows, deleted, sign);
  const size_t bin = SizeBin(file.size_bytes);
  files_by_size[bin] += sign;
  Accumulate(bytes_by_size[bin], file.size_bytes, sign);
  files_by_deleted_rows[DeletedRowsBin(deleted)] += sign;
}

}  // namespace limno::table::delta
