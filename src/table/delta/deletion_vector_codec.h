// Bytes and names of deletion vectors. No I/O.
// PROTOCOL.md, "Deletion Vectors" and "Deletion Vector Format".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.h"
#include "limno/result.h"
#include "table/data_file.h"
#include "table/row_set.h"

namespace limno::table::delta {

/// Z85 (ZeroMQ RFC 32): 5 characters for 4 bytes. The number of bytes must be a multiple of 4.
std::string EncodeZ85(std::string_view bytes);
/// kCorrupt unless `text` is whole groups of Z85 characters, each within 32 bits.
Result<std::string> DecodeZ85(std::string_view text);

/// One vector as it stands in a file or, in Z85, inline: 4-byte magic and the portable bitmap.
std::string FormatVector(const RowSet& rows);
/// kCorrupt unless `payload` is one well-formed vector.
Result<RowSet> ParseVector(std::string_view payload);

/// A file of several vectors and the descriptors that point into it, in the order of `vectors`.
struct VectorFile {
  /// Store key under the table's root.
  std::string key;
  std::string bytes;
  std::vector<DeletionVector> descriptors;
};

/// Lays out `_limno/dv/deletion_vector_<uuid>.bin`: the hidden folder keeps foreign VACUUMs off.
/// kRefused for a vector of 2 GiB or more.
Result<VectorFile> FormatVectorFile(const std::vector<RowSet>& vectors,
                                    const base::UuidBytes& uuid);

/// Bytes [offset, offset + length) of a vector file hold this vector with its length and checksum.
std::pair<uint64_t, uint64_t> VectorFileRange(const DeletionVector& vector);
/// `record` are the bytes of that range. Length, checksum and cardinality are verified: kCorrupt,
/// with `where` as the place.
Result<RowSet> ParseVectorRecord(std::string_view record, const DeletionVector& vector,
                                 const std::string& where);
/// The rows of a vector of storage type 'i'; kCorrupt if size or cardinality differ.
Result<RowSet> ParseInlineVector(const DeletionVector& vector);

/// The store key of a vector of storage type 'u'. kCorrupt if the descriptor names no file.
Result<std::string> VectorFileKey(const DeletionVector& vector);

/// Where vectors of Limno live, with the trailing '/'.
std::string_view OwnVectorFolder();

}  // namespace limno::table::delta
