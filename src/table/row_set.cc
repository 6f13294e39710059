#include "table/row_set.h"

#include <roaring/roaring.h>

#include <cstring>
#include <limits>
#include <new>
#include <optional>
#include <utility>

#include "table/roaring_format.h"

namespace limno::table {
namespace {

uint32_t HighBits(uint64_t row) { return static_cast<uint32_t>(row >> 32U); }
uint32_t LowBits(uint64_t row) { return static_cast<uint32_t>(row); }
uint64_t Join(uint32_t high, uint32_t low) { return (static_cast<uint64_t>(high) << 32U) | low; }

struct BitmapDeleter {
  void operator()(roaring_bitmap_t* bitmap) const { roaring_bitmap_free(bitmap); }
};
using BitmapPtr = std::unique_ptr<roaring_bitmap_t, BitmapDeleter>;

/// CRoaring reports a failed allocation as a null pointer.
BitmapPtr Own(roaring_bitmap_t* bitmap) {
  if (bitmap == nullptr) {
    throw std::bad_alloc();
  }
  return BitmapPtr(bitmap);
}

}  // namespace

struct RowSet::Bucket {
  Bucket() : bitmap(Own(roaring_bitmap_create())) {}
  explicit Bucket(BitmapPtr owned) : bitmap(std::move(owned)) {}
  Bucket(const Bucket& other) : bitmap(Own(roaring_bitmap_copy(other.bitmap.get()))) {}
  Bucket(Bucket&&) noexcept = default;
  Bucket& operator=(const Bucket& other) {
    bitmap = Own(roaring_bitmap_copy(other.bitmap.get()));
    return *this;
  }
  Bucket& operator=(Bucket&&) noexcept = default;
  ~Bucket() = default;

  BitmapPtr bitmap;
};

RowSet::RowSet() = default;
RowSet::RowSet(const RowSet& other) = default;
RowSet::RowSet(RowSet&& other) noexcept = default;
RowSet& RowSet::operator=(const RowSet& other) = default;
RowSet& RowSet::operator=(RowSet&& other) noexcept = default;
RowSet::~RowSet() = default;

void RowSet::Add(uint64_t row) {
  roaring_bitmap_add(buckets_[HighBits(row)].bitmap.get(), LowBits(row));
}

void RowSet::AddRange(uint64_t begin, uint64_t end) {
  while (begin < end) {
    const uint32_t high = HighBits(begin);
    const uint64_t last = end - 1;
    const uint32_t low_last =
        HighBits(last) == high ? LowBits(last) : std::numeric_limits<uint32_t>::max();
    roaring_bitmap_add_range(buckets_[high].bitmap.get(), LowBits(begin),
                             static_cast<uint64_t>(low_last) + 1);
    const uint64_t bucket_last = Join(high, low_last);
    if (bucket_last == last) {
      return;
    }
    begin = bucket_last + 1;
  }
}

void RowSet::UnionWith(const RowSet& other) {
  for (const auto& [high, bucket] : other.buckets_) {
    const auto found = buckets_.find(high);
    if (found == buckets_.end()) {
      buckets_.emplace(high, bucket);
    } else {
      roaring_bitmap_or_inplace(found->second.bitmap.get(), bucket.bitmap.get());
    }
  }
}

void RowSet::Subtract(const RowSet& other) {
  for (const auto& [high, bucket] : other.buckets_) {
    const auto found = buckets_.find(high);
    if (found == buckets_.end()) {
      continue;
    }
    roaring_bitmap_andnot_inplace(found->second.bitmap.get(), bucket.bitmap.get());
    if (roaring_bitmap_is_empty(found->second.bitmap.get())) {
      buckets_.erase(found);
    }
  }
}

bool RowSet::Contains(uint64_t row) const {
  const auto found = buckets_.find(HighBits(row));
  return found != buckets_.end() &&
         roaring_bitmap_contains(found->second.bitmap.get(), LowBits(row));
}

bool RowSet::Intersects(const RowSet& other) const {
  for (const auto& [high, bucket] : other.buckets_) {
    const auto found = buckets_.find(high);
    if (found != buckets_.end() &&
        roaring_bitmap_intersect(found->second.bitmap.get(), bucket.bitmap.get())) {
      return true;
    }
  }
  return false;
}

uint64_t RowSet::Cardinality() const {
  uint64_t total = 0;
  for (const auto& [high, bucket] : buckets_) {
    total += roaring_bitmap_get_cardinality(bucket.bitmap.get());
  }
  return total;
}

uint64_t RowSet::Max() const {
  const auto& [high, bucket] = *buckets_.rbegin();
  return Join(high, roaring_bitmap_maximum(bucket.bitmap.get()));
}

bool RowSet::operator==(const RowSet& other) const {
  if (buckets_.size() != other.buckets_.size()) {
    return false;
  }
  for (auto mine = buckets_.begin(), theirs = other.buckets_.begin(); mine != buckets_.end();
       ++mine, ++theirs) {
    if (mine->first != theirs->first ||
        !roaring_bitmap_equals(mine->second.bitmap.get(), theirs->second.bitmap.get())) {
      return false;
    }
  }
  return true;
}

size_t RowSet::SelectAbsent(uint64_t start, size_t count, uint32_t* kept) const {
  size_t selected = 0;
  uint64_t next = start;
  const uint64_t end = start + count;
  const auto keep_until = [&](uint64_t row) {
    for (; next < row; ++next) {
      kept[selected++] = static_cast<uint32_t>(next - start);
    }
  };
  for (auto bucket = buckets_.lower_bound(HighBits(start));
       bucket != buckets_.end() && Join(bucket->first, 0) < end; ++bucket) {
    roaring_uint32_iterator_t position;
    roaring_init_iterator(bucket->second.bitmap.get(), &position);
    if (bucket->first == HighBits(start)) {
      roaring_move_uint32_iterator_equalorlarger(&position, LowBits(start));
    }
    while (position.has_value && Join(bucket->first, position.current_value) < end) {
      keep_until(Join(bucket->first, position.current_value));
      ++next;
      roaring_advance_uint32_iterator(&position);
    }
  }
  keep_until(end);
  return selected;
}

void RowSet::ForEach(const std::function<void(uint64_t)>& visit) const {
  for (const auto& [high, bucket] : buckets_) {
    roaring_uint32_iterator_t position;
    roaring_init_iterator(bucket.bitmap.get(), &position);
    for (; position.has_value; roaring_advance_uint32_iterator(&position)) {
      visit(Join(high, position.current_value));
    }
  }
}

std::string RowSet::SerializePortable() const {
  std::string bytes;
  AppendLittleEndian64(bytes, buckets_.size());
  for (const auto& [high, bucket] : buckets_) {
    // Runs are only written for bitmaps that were told to look for them.
    Bucket compact(bucket);
    roaring_bitmap_run_optimize(compact.bitmap.get());
    AppendLittleEndian32(bytes, high);
    const size_t size = roaring_bitmap_portable_size_in_bytes(compact.bitmap.get());
    const size_t offset = bytes.size();
    bytes.resize(offset + size);
    roaring_bitmap_portable_serialize(compact.bitmap.get(), bytes.data() + offset);
  }
  return bytes;
}

Result<RowSet> RowSet::ParsePortable(std::string_view bytes) {
  const auto corrupt = [](const char* what) {
    return Fail(ErrorKind::kCorrupt, std::string("not a 64-bit row bitmap: ") + what);
  };
  if (bytes.size() < 8) {
    return corrupt("shorter than its header");
  }
  const uint64_t bucket_count = ReadLittleEndian64(bytes);
  bytes.remove_prefix(8);
  RowSet rows;
  std::optional<uint32_t> previous;
  for (uint64_t index = 0; index < bucket_count; ++index) {
    if (bytes.size() < 4) {
      return corrupt("ends before its last bucket");
    }
    const uint32_t high = ReadLittleEndian32(bytes);
    bytes.remove_prefix(4);
    if (previous && high <= *previous) {
      return corrupt("bucket keys do not ascend");
    }
    previous = high;
    LIMNO_ASSIGN(const size_t size, CheckRoaringBitmap(bytes));
    BitmapPtr bitmap(roaring_bitmap_portable_deserialize_safe(bytes.data(), size));
    if (bitmap == nullptr) {
      return corrupt("a bucket cannot be read");
    }
    if (!roaring_bitmap_is_empty(bitmap.get())) {
      rows.buckets_.emplace(high, Bucket(std::move(bitmap)));
    }
    bytes.remove_prefix(size);
  }
  if (!bytes.empty()) {
    return corrupt("more bytes follow its last bucket");
  }
  return rows;
}

}  // namespace limno::table
