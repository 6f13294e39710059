// The set of deleted rows of one data file: 64-bit row positions, compressed (CRoaring inside).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "limno/result.h"

struct roaring_bitmap_s;

namespace limno::table {

/// A value: copyable, movable. Concurrent reads of one object are safe, writes are not.
class RowSet {
 public:
  RowSet();
  RowSet(const RowSet& other);
  RowSet(RowSet&& other) noexcept;
  RowSet& operator=(const RowSet& other);
  RowSet& operator=(RowSet&& other) noexcept;
  ~RowSet();

  void Add(uint64_t row);
  /// Rows [begin, end).
  void AddRange(uint64_t begin, uint64_t end);
  void UnionWith(const RowSet& other);
  void Subtract(const RowSet& other);
  bool Contains(uint64_t row) const;
  bool Intersects(const RowSet& other) const;
  bool empty() const { return Cardinality() == 0; }
  uint64_t Cardinality() const;
  /// Greatest row; the set must not be empty.
  uint64_t Max() const;
  bool operator==(const RowSet& other) const;
  /// Writes to `kept` the offsets (row - start) of the rows of [start, start + count) that are NOT
  /// in the set, ascending; returns how many. `kept` has room for `count`; count <= 65,536.
  size_t SelectAbsent(uint64_t start, size_t count, uint32_t* kept) const;
  /// Calls `visit` for each row, ascending.
  void ForEach(const std::function<void(uint64_t)>& visit) const;

  /// The portable 64-bit format: 8-byte count of buckets, then per bucket a 4-byte key (the high 32
  /// bits) and a standard 32-bit bitmap, all little endian (RoaringFormatSpec, "extension for
  /// 64-bit implementations").
  std::string SerializePortable() const;
  /// kCorrupt if `bytes` is not exactly one well-formed bitmap.
  static Result<RowSet> ParsePortable(std::string_view bytes);

 private:
  struct Bucket;
  /// High 32 bits -> bitmap of the low 32 bits; no bucket is empty.
  std::map<uint32_t, Bucket> buckets_;
};

}  // namespace limno::table
