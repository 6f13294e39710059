// Bytes in pieces: how files, archive members and downloads pass through this room without ever
// being held whole.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "limno/result.h"
#include "storage/local_files.h"

namespace limno::ingest {

/// Takes the next piece; an error ends the stream and is handed to whoever feeds it.
using ByteSink = std::function<Result<void>(std::string_view piece)>;

inline constexpr size_t kPieceBytes = size_t{256} * 1024;

/// The bytes of a local file in pieces of at most kPieceBytes. kNotFound, kDenied, kUnavailable.
Result<void> ReadPieces(const std::string& path, const ByteSink& sink);

/// The first bytes of a local file, at most `length`.
Result<std::string> ReadBeginning(const std::string& path, size_t length);

/// A file being written from front to back; closed, not synced, by the destructor.
class FileSink {
 public:
  /// Creates or empties the file. kDenied, kExhausted, kUnavailable.
  static Result<FileSink> Create(const std::string& path);

  Result<void> Write(std::string_view piece);
  uint64_t bytes() const { return bytes_; }

 private:
  FileSink(storage::FileDescriptor file, std::string path)
      : file_(std::move(file)), path_(std::move(path)) {}

  storage::FileDescriptor file_;
  std::string path_;
  uint64_t bytes_ = 0;
};

}  // namespace limno::ingest
