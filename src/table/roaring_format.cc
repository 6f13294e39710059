#include "table/roaring_format.h"

#include <bit>

namespace limno::table {
namespace {

constexpr uint32_t kCookieWithRuns = 12347;
constexpr uint32_t kCookieWithoutRuns = 12346;
/// Bitmaps with runs leave the table of offsets out if they have fewer containers than this.
constexpr uint32_t kOffsetsFrom = 4;
constexpr uint32_t kMaxContainers = 1U << 16U;
constexpr uint32_t kMaxArrayCardinality = 4096;
constexpr size_t kBitSetBytes = 8192;

template <typename Integer>
Integer ReadInteger(std::string_view bytes, bool big_endian) {
  Integer value = 0;
  for (size_t index = 0; index < sizeof(Integer); ++index) {
    const size_t position = big_endian ? sizeof(Integer) - 1 - index : index;
    value = static_cast<Integer>(
        value | static_cast<Integer>(static_cast<Integer>(static_cast<uint8_t>(bytes[position]))
                                     << (8 * index)));
  }
  return value;
}

tl::unexpected<Error> Corrupt(const char* what) {
  return Fail(ErrorKind::kCorrupt, std::string("not a row bitmap: ") + what);
}

/// The part of a bitmap that was not looked at yet.
class Remainder {
 public:
  explicit Remainder(std::string_view bytes) : bytes_(bytes) {}

  size_t consumed() const { return consumed_; }

  Result<std::string_view> Take(size_t size) {
    if (bytes_.size() - consumed_ < size) {
      return Corrupt("it ends too early");
    }
    const std::string_view part = bytes_.substr(consumed_, size);
    consumed_ += size;
    return part;
  }

 private:
  std::string_view bytes_;
  size_t consumed_ = 0;
};

Result<void> CheckArray(std::string_view values) {
  for (size_t offset = 2; offset < values.size(); offset += 2) {
    if (ReadLittleEndian16(values.substr(offset)) <=
        ReadLittleEndian16(values.substr(offset - 2))) {
      return Corrupt("values of an array do not ascend");
    }
  }
  return {};
}

Result<void> CheckBitSet(std::string_view words, uint32_t cardinality) {
  uint32_t counted = 0;
  for (size_t offset = 0; offset < words.size(); offset += 8) {
    counted += static_cast<uint32_t>(std::popcount(ReadLittleEndian64(words.substr(offset))));
  }
  if (counted != cardinality) {
    return Corrupt("a bit set has another cardinality than stated");
  }
  return {};
}

Result<void> CheckRuns(std::string_view runs, uint32_t cardinality) {
  uint32_t counted = 0;
  uint32_t free_from = 0;
  for (size_t offset = 0; offset < runs.size(); offset += 4) {
    const uint32_t start = ReadLittleEndian16(runs.substr(offset));
    const uint32_t end = start + ReadLittleEndian16(runs.substr(offset + 2)) + 1;
    if (start < free_from || end > kMaxContainers) {
      return Corrupt("runs do not ascend");
    }
    free_from = end;
    counted += end - start;
  }
  if (counted != cardinality) {
    return Corrupt("runs have another cardinality than stated");
  }
  return {};
}

Result<void> CheckContainer(Remainder& remainder, bool is_run, uint32_t cardinality) {
  if (is_run) {
    LIMNO_ASSIGN(const std::string_view count, remainder.Take(2));
    LIMNO_ASSIGN(const std::string_view runs,
                 remainder.Take(size_t{4} * ReadLittleEndian16(count)));
    return CheckRuns(runs, cardinality);
  }
  if (cardinality <= kMaxArrayCardinality) {
    LIMNO_ASSIGN(const std::string_view values, remainder.Take(size_t{2} * cardinality));
    return CheckArray(values);
  }
  LIMNO_ASSIGN(const std::string_view words, remainder.Take(kBitSetBytes));
  return CheckBitSet(words, cardinality);
}

}  // namespace

Result<size_t> CheckRoaringBitmap(std::string_view bytes) {
  Remainder remainder(bytes);
  LIMNO_ASSIGN(const std::string_view cookie_bytes, remainder.Take(4));
  const uint32_t cookie = ReadLittleEndian32(cookie_bytes);
  uint32_t containers = 0;
  std::string_view run_flags;
  if ((cookie & 0xffffU) == kCookieWithRuns) {
    containers = (cookie >> 16U) + 1;
    LIMNO_ASSIGN(run_flags, remainder.Take((containers + 7) / 8));
  } else if (cookie == kCookieWithoutRuns) {
    LIMNO_ASSIGN(const std::string_view count, remainder.Take(4));
    containers = ReadLittleEndian32(count);
  } else {
    return Corrupt("it begins with no known cookie");
  }
  if (containers > kMaxContainers) {
    return Corrupt("it states too many containers");
  }
  LIMNO_ASSIGN(const std::string_view header, remainder.Take(size_t{4} * containers));
  if (run_flags.empty() || containers >= kOffsetsFrom) {
    LIMNO_TRY(remainder.Take(size_t{4} * containers));
  }
  for (uint32_t index = 0; index < containers; ++index) {
    const std::string_view entry = header.substr(size_t{4} * index, 4);
    if (index > 0 && ReadLittleEndian16(entry) <=
                         ReadLittleEndian16(header.substr(size_t{4} * (index - 1), 4))) {
      return Corrupt("keys of containers do not ascend");
    }
    const uint32_t cardinality = uint32_t{ReadLittleEndian16(entry.substr(2))} + 1;
    const bool is_run = !run_flags.empty() &&
                        ((static_cast<uint8_t>(run_flags[index / 8]) >> (index % 8)) & 1U) != 0;
    LIMNO_TRY(CheckContainer(remainder, is_run, cardinality));
  }
  return remainder.consumed();
}

uint16_t ReadLittleEndian16(std::string_view bytes) { return ReadInteger<uint16_t>(bytes, false); }
uint32_t ReadLittleEndian32(std::string_view bytes) { return ReadInteger<uint32_t>(bytes, false); }
uint64_t ReadLittleEndian64(std::string_view bytes) { return ReadInteger<uint64_t>(bytes, false); }
uint32_t ReadBigEndian32(std::string_view bytes) { return ReadInteger<uint32_t>(bytes, true); }

void AppendLittleEndian32(std::string& out, uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) {
    out += static_cast<char>((value >> shift) & 0xffU);
  }
}

void AppendLittleEndian64(std::string& out, uint64_t value) {
  AppendLittleEndian32(out, static_cast<uint32_t>(value));
  AppendLittleEndian32(out, static_cast<uint32_t>(value >> 32U));
}

void AppendBigEndian32(std::string& out, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out += static_cast<char>((value >> shift) & 0xffU);
  }
}

}  // namespace limno::table
