// Character encodings of delimited text: finding out which one it is, and turning it into UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ingest/byte_stream.h"
#include "ingest/line_ends.h"
#include "limno/result.h"

namespace limno::ingest {

enum class Encoding { kUtf8, kUtf16LittleEndian, kUtf16BigEndian, kLatin1 };

/// What was asked for: "" (find out), "utf-8", "utf-16", "utf-16le", "utf-16be", "latin-1", with
/// the usual other spellings ("UTF8", "iso-8859-1", "windows-1252"). kUsage for anything else.
Result<std::optional<Encoding>> ParseEncoding(std::string_view name);

std::string_view EncodingName(Encoding encoding);

/// Looks at a text file's bytes as they pass. Not thread safe.
class TextInspector {
 public:
  void Add(std::string_view piece);

  /// After the last piece: the encoding of the text. `requested` is checked against the bytes.
  /// kRefused, naming a byte offset, for text that is not in the requested encoding, and for what
  /// is no text at all (control characters).
  Result<Encoding> Conclude(std::optional<Encoding> requested);

  /// Of text in which a line end is a byte, as in all encodings but UTF-16.
  const LineEndInspector& line_ends() const { return line_ends_; }

 private:
  enum class Mark { kNone, kUtf8, kUtf16LittleEndian, kUtf16BigEndian };

  void CountControls(std::string_view piece);
  void CheckUtf8(std::string_view piece);
  Mark ByteOrderMark() const;
  bool LooksLikeUtf16(bool little_endian) const;
  Result<Encoding> ConcludeUtf16(std::optional<Encoding> requested, Mark mark) const;

  uint64_t bytes_ = 0;
  LineEndInspector line_ends_;
  /// The first bytes, for the byte order mark and UTF-16 without one.
  std::string beginning_;
  /// Start of a character whose end comes with the next piece.
  std::string unfinished_;
  std::optional<uint64_t> invalid_utf8_;
  std::optional<uint64_t> first_control_;
};

/// Rewrites a text as UTF-8 without a byte order mark. kRefused with the byte offset of what the
/// encoding does not allow (a lone surrogate, half a code unit at the end).
/// Latin-1 is read as the web reads it: bytes 0x80 to 0x9f are those of windows-1252.
Result<void> ConvertToUtf8(const std::string& from_path, Encoding encoding, const ByteSink& sink);

}  // namespace limno::ingest
