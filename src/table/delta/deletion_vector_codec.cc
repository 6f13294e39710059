#include "table/delta/deletion_vector_codec.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

#include "storage/object_store.h"
#include "table/roaring_format.h"

namespace limno::table::delta {
namespace {

constexpr std::string_view kZ85Characters =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
constexpr uint32_t kPortableMagic = 1681511377;
constexpr char kFileVersion = 1;
constexpr size_t kUuidCharacters = 20;
/// Length before and checksum after the payload.
constexpr uint64_t kRecordOverhead = 8;
constexpr std::string_view kOwnPrefix = "_limno/dv";

std::array<int, 256> MakeZ85Values() {
  std::array<int, 256> values;
  values.fill(-1);
  for (size_t index = 0; index < kZ85Characters.size(); ++index) {
    values[static_cast<uint8_t>(kZ85Characters[index])] = static_cast<int>(index);
  }
  return values;
}

uint32_t Checksum(std::string_view bytes) {
  return static_cast<uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

std::string VectorFileName(const base::UuidBytes& uuid) {
  return "deletion_vector_" + base::FormatUuid(uuid) + ".bin";
}

tl::unexpected<Error> Corrupt(std::string message, std::string where = {}) {
  return Fail(ErrorKind::kCorrupt, std::move(message), std::move(where),
              "restore the table to a version before the deletion, or restore the file");
}

Result<RowSet> CheckCardinality(Result<RowSet> rows, const DeletionVector& vector,
                                const std::string& where) {
  if (!rows) {
    Error error = std::move(rows).error();
    return Corrupt("the deletion vector is damaged: " + error.message, where);
  }
  const uint64_t found = rows->Cardinality();
  if (vector.cardinality < 0 || found != static_cast<uint64_t>(vector.cardinality)) {
    return Corrupt("the deletion vector marks another number of rows than the log states: " +
                       std::to_string(found) + " instead of " + std::to_string(vector.cardinality),
                   where);
  }
  return rows;
}

}  // namespace

std::string EncodeZ85(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() / 4 * 5);
  for (size_t offset = 0; offset + 4 <= bytes.size(); offset += 4) {
    uint32_t value = ReadBigEndian32(bytes.substr(offset));
    std::array<char, 5> group;
    for (size_t index = group.size(); index-- > 0;) {
      group[index] = kZ85Characters[value % 85];
      value /= 85;
    }
    text.append(group.data(), group.size());
  }
  return text;
}

Result<std::string> DecodeZ85(std::string_view text) {
  static const std::array<int, 256> kValues = MakeZ85Values();
  if (text.size() % 5 != 0) {
    return Corrupt("Z85 text is not made of groups of five characters");
  }
  std::string bytes;
  bytes.reserve(text.size() / 5 * 4);
  for (size_t offset = 0; offset < text.size(); offset += 5) {
    uint64_t value = 0;
    for (const char character : text.substr(offset, 5)) {
      const int digit = kValues[static_cast<uint8_t>(character)];
      if (digit < 0) {
        return Corrupt("Z85 text holds a character that is none of its 85");
      }
      value = value * 85 + static_cast<uint64_t>(digit);
    }
    if (value > std::numeric_limits<uint32_t>::max()) {
      return Corrupt("a group of Z85 text exceeds 32 bits");
    }
    AppendBigEndian32(bytes, static_cast<uint32_t>(value));
  }
  return bytes;
}

std::string FormatVector(const RowSet& rows) {
  std::string payload;
  AppendLittleEndian32(payload, kPortableMagic);
  payload += rows.SerializePortable();
  return payload;
}

Result<RowSet> ParseVector(std::string_view payload) {
  if (payload.size() < 4) {
    return Corrupt("it is shorter than its magic number");
  }
  if (ReadLittleEndian32(payload) != kPortableMagic) {
    return Corrupt("it begins with no known magic number");
  }
  return RowSet::ParsePortable(payload.substr(4));
}

Result<VectorFile> FormatVectorFile(const std::vector<RowSet>& vectors,
                                    const base::UuidBytes& uuid) {
  VectorFile file;
  file.key = std::string(OwnVectorFolder()) + VectorFileName(uuid);
  file.bytes += kFileVersion;
  const std::string name =
      std::string(kOwnPrefix) +
      EncodeZ85(std::string_view(reinterpret_cast<const char*>(uuid.data()), uuid.size()));
  for (const RowSet& rows : vectors) {
    const std::string payload = FormatVector(rows);
    constexpr auto kLimit = static_cast<size_t>(std::numeric_limits<int32_t>::max());
    if (payload.size() > kLimit || file.bytes.size() > kLimit) {
      return Fail(ErrorKind::kRefused, "the deletion vectors of one commit exceed 2 GiB", {},
                  "delete in several steps");
    }
    DeletionVector descriptor;
    descriptor.storage_type = 'u';
    descriptor.path_or_inline = name;
    descriptor.offset = static_cast<int32_t>(file.bytes.size());
    descriptor.size_bytes = static_cast<int32_t>(payload.size());
    descriptor.cardinality = static_cast<int64_t>(rows.Cardinality());
    AppendBigEndian32(file.bytes, static_cast<uint32_t>(payload.size()));
    file.bytes += payload;
    AppendBigEndian32(file.bytes, Checksum(payload));
    file.descriptors.push_back(std::move(descriptor));
  }
  return file;
}

std::pair<uint64_t, uint64_t> VectorFileRange(const DeletionVector& vector) {
  // The byte at 0 is the version of the file.
  const auto offset = static_cast<uint64_t>(std::max(vector.offset.value_or(1), 0));
  const auto size = static_cast<uint64_t>(std::max(vector.size_bytes, 0));
  return {offset, size + kRecordOverhead};
}

Result<RowSet> ParseVectorRecord(std::string_view record, const DeletionVector& vector,
                                 const std::string& where) {
  const auto size = static_cast<size_t>(std::max(vector.size_bytes, 0));
  if (record.size() < size + kRecordOverhead) {
    return Corrupt("the deletion vector file ends before the vector does", where);
  }
  if (ReadBigEndian32(record) != size) {
    return Corrupt("the deletion vector has another size than the log states: " +
                       std::to_string(ReadBigEndian32(record)) + " bytes instead of " +
                       std::to_string(size),
                   where);
  }
  const std::string_view payload = record.substr(4, size);
  if (Checksum(payload) != ReadBigEndian32(record.substr(4 + size))) {
    return Corrupt("the checksum of the deletion vector is wrong", where);
  }
  return CheckCardinality(ParseVector(payload), vector, where);
}

Result<RowSet> ParseInlineVector(const DeletionVector& vector) {
  LIMNO_ASSIGN(const std::string bytes, DecodeZ85(vector.path_or_inline));
  const auto size = static_cast<size_t>(std::max(vector.size_bytes, 0));
  // Writers pad the payload to whole groups.
  if (bytes.size() < size || bytes.size() - size > 3) {
    return Corrupt("an inline deletion vector has another size than the log states");
  }
  return CheckCardinality(ParseVector(std::string_view(bytes).substr(0, size)), vector,
                          "inline deletion vector");
}

Result<std::string> VectorFileKey(const DeletionVector& vector) {
  const std::string_view text = vector.path_or_inline;
  if (vector.storage_type != 'u' || text.size() < kUuidCharacters) {
    return Corrupt("a deletion vector names no file of the table: '" + vector.path_or_inline + "'");
  }
  const std::string_view prefix = text.substr(0, text.size() - kUuidCharacters);
  LIMNO_ASSIGN(const std::string bytes, DecodeZ85(text.substr(prefix.size())));
  base::UuidBytes uuid;
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(uuid.data()));
  std::string key(prefix);
  if (!key.empty() && key.back() != '/') {
    key += '/';
  }
  key += VectorFileName(uuid);
  if (!storage::CheckKey(key)) {
    return Corrupt("a deletion vector lies outside of its table: '" + vector.path_or_inline + "'");
  }
  return key;
}

std::string_view OwnVectorFolder() { return "_limno/dv/"; }

}  // namespace limno::table::delta
