// What all files of a version add up to, kept from version to version. PROTOCOL.md, "File Size
// Histogram Schema" and "Deleted Record Counts Histogram Schema".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "table/data_file.h"

namespace limno::table::delta {

inline constexpr size_t kSizeBins = 95;
inline constexpr size_t kDeletedRowsBins = 10;

/// The least size of a file in each bin; the bins that Spark has.
const std::array<int64_t, kSizeBins>& SizeBinStarts();

struct TableTotals {
  int64_t files = 0;
  int64_t size_bytes = 0;
  int64_t deletion_vectors = 0;
  int64_t deleted_rows = 0;
  std::array<int64_t, kSizeBins> files_by_size{};
  std::array<int64_t, kSizeBins> bytes_by_size{};
  std::array<int64_t, kDeletedRowsBins> files_by_deleted_rows{};

  bool operator==(const TableTotals& other) const = default;
  void Add(const DataFile& file) { Count(file, 1); }
  void Remove(const DataFile& file) { Count(file, -1); }

 private:
  void Count(const DataFile& file, int64_t sign);
};

}  // namespace limno::table::delta
