#include "ingest/text_encoding.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace limno::ingest {
namespace {

constexpr size_t kBeginningBytes = 4096;

/// Windows-1252 in 0x80 to 0x9f; bytes it leaves open stand for the control characters themselves.
constexpr std::array<uint16_t, 32> kWindows1252 = {
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178};

/// Length of the UTF-8 character that this byte begins; 0 if it begins none.
size_t CharacterLength(unsigned char first) {
  if (first < 0x80) {
    return 1;
  }
  if (first >= 0xc2 && first <= 0xdf) {
    return 2;
  }
  if ((first & 0xf0) == 0xe0) {
    return 3;
  }
  return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/// Where the last, perhaps unfinished character of `text` begins, or its size if it is complete.
size_t CompleteLength(std::string_view text) {
  for (size_t back = 1; back <= std::min<size_t>(3, text.size()); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xc0) == 0x80) {
      continue;
    }
    return CharacterLength(byte) > back ? text.size() - back : text.size();
  }
  return text.size();
}

/// Offset of the first byte that is no UTF-8; `text` is known to hold one.
size_t FirstInvalid(std::string_view text) {
  size_t position = 0;
  while (position < text.size()) {
    const size_t length = CharacterLength(static_cast<unsigned char>(text[position]));
    if (length == 0 || position + length > text.size() ||
        !simdjson::validate_utf8(text.data() + position, length)) {
      return position;
    }
    position += length;
  }
  return position;
}

constexpr size_t kControlBlock = 256;

/// Tab, line ends, form feed and the old end-of-file mark occur in honest text.
constexpr unsigned char IsControl(unsigned char byte) {
  return static_cast<unsigned char>((byte < 0x20) & ((byte < 0x09) | (byte > 0x0d)) &
                                    (byte != 0x1a));
}

bool HasControl(const char* block) {
  unsigned char any = 0;
  for (size_t i = 0; i < kControlBlock; ++i) {
    any = static_cast<unsigned char>(any | IsControl(static_cast<unsigned char>(block[i])));
  }
  return any != 0;
}

void AppendUtf8(std::string& out, uint32_t character) {
  if (character < 0x80) {
    out += static_cast<char>(character);
  } else if (character < 0x800) {
    out += static_cast<char>(0xc0 | character >> 6);
    out += static_cast<char>(0x80 | (character & 0x3f));
  } else if (character < 0x10000) {
    out += static_cast<char>(0xe0 | character >> 12);
    out += static_cast<char>(0x80 | (character >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (character & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | character >> 18);
    out += static_cast<char>(0x80 | (character >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (character >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (character & 0x3f));
  }
}

/// Turns UTF-16 code units into UTF-8 as they come.
class Utf16Decoder {
 public:
  explicit Utf16Decoder(bool little_endian) : little_endian_(little_endian) {}

  Result<void> Add(std::string_view piece, std::string& out) {
    for (const char byte : piece) {
      ++offset_;
      if (!half_) {
        half_ = static_cast<unsigned char>(byte);
        continue;
      }
      const auto second = static_cast<unsigned char>(byte);
      const uint32_t unit =
          little_endian_ ? *half_ | uint32_t{second} << 8 : uint32_t{*half_} << 8 | second;
      half_.reset();
      LIMNO_TRY(AddUnit(unit, out));
    }
    return {};
  }

  Result<void> Finish() const {
    if (half_) {
      return Broken("ends in the middle of a character", offset_ - 1);
    }
    if (high_ != 0) {
      return Broken("ends in the middle of a surrogate pair", offset_ - 2);
    }
    return {};
  }

 private:
  static tl::unexpected<Error> Broken(std::string_view what, uint64_t offset) {
    return Fail(ErrorKind::kRefused,
                fmt::format("the text is not valid UTF-16: it {} at byte {}", what, offset), {},
                "give the right encoding");
  }

  Result<void> AddUnit(uint32_t unit, std::string& out) {
    const bool is_high = unit >= 0xd800 && unit < 0xdc00;
    const bool is_low = unit >= 0xdc00 && unit < 0xe000;
    if (is_low != (high_ != 0)) {
      return Broken("has half a surrogate pair", offset_ - (is_low ? 2 : 4));
    }
    if (is_high) {
      high_ = unit;
    } else if (is_low) {
      AppendUtf8(out, 0x10000 + ((high_ - 0xd800) << 10) + (unit - 0xdc00));
      high_ = 0;
    } else if (unit != 0xfeff || offset_ != 2) {
      AppendUtf8(out, unit);
    }
    return {};
  }

  bool little_endian_;
  uint64_t offset_ = 0;
  std::optional<unsigned char> half_;
  uint32_t high_ = 0;
};

void AppendLatin1(std::string_view piece, std::string& out) {
  for (const char byte : piece) {
    const auto value = static_cast<unsigned char>(byte);
    AppendUtf8(out, value >= 0x80 && value < 0xa0 ? kWindows1252[value - 0x80] : value);
  }
}

}  // namespace

Result<std::optional<Encoding>> ParseEncoding(std::string_view name) {
  std::string letters;
  for (const char letter : name) {
    if (std::isalnum(static_cast<unsigned char>(letter)) != 0) {
      letters += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    }
  }
  if (name.empty() || letters == "auto") {
    return std::nullopt;
  }
  if (letters == "utf8" || letters == "ascii" || letters == "usascii") {
    return Encoding::kUtf8;
  }
  if (letters == "utf16" || letters == "utf16le" || letters == "ucs2") {
    return Encoding::kUtf16LittleEndian;
  }
  if (letters == "utf16be") {
    return Encoding::kUtf16BigEndian;
  }
  if (letters == "latin1" || letters == "iso88591" || letters == "windows1252" ||
      letters == "cp1252") {
    return Encoding::kLatin1;
  }
  return Fail(ErrorKind::kUsage, fmt::format("unknown encoding \"{}\"", name), {},
              "use utf-8, utf-16, utf-16le, utf-16be or latin-1");
}

std::string_view EncodingName(Encoding encoding) {
  switch (encoding) {
    case Encoding::kUtf8:
      return "UTF-8";
    case Encoding::kUtf16LittleEndian:
      return "UTF-16LE";
    case Encoding::kUtf16BigEndian:
      return "UTF-16BE";
    case Encoding::kLatin1:
      return "latin-1";
  }
  return "";
}

void TextInspector::Add(std::string_view piece) {
  if (beginning_.size() < kBeginningBytes) {
    beginning_ += piece.substr(0, kBeginningBytes - beginning_.size());
  }
  CountControls(piece);
  CheckUtf8(piece);
  line_ends_.Add(piece);
  bytes_ += piece.size();
}

void TextInspector::CountControls(std::string_view piece) {
  if (first_control_) {
    return;
  }
  // Whole blocks first, without a branch per byte: files are gigabytes of clean text.
  size_t position = 0;
  while (position + kControlBlock <= piece.size() && !HasControl(piece.data() + position)) {
    position += kControlBlock;
  }
  const auto found = std::find_if(piece.begin() + position, piece.end(), [](char letter) {
    return IsControl(static_cast<unsigned char>(letter)) != 0;
  });
  if (found != piece.end()) {
    first_control_ = bytes_ + static_cast<uint64_t>(found - piece.begin());
  }
}

void TextInspector::CheckUtf8(std::string_view piece) {
  if (invalid_utf8_) {
    return;
  }
  std::string joined;
  uint64_t offset = bytes_;
  std::string_view text = piece;
  if (!unfinished_.empty()) {
    offset -= unfinished_.size();
    joined = std::move(unfinished_);
    joined += piece;
    text = joined;
  }
  const size_t complete = CompleteLength(text);
  unfinished_ = std::string(text.substr(complete));
  if (!simdjson::validate_utf8(text.data(), complete)) {
    invalid_utf8_ = offset + FirstInvalid(text.substr(0, complete));
  }
}

TextInspector::Mark TextInspector::ByteOrderMark() const {
  if (beginning_.starts_with("\xef\xbb\xbf")) {
    return Mark::kUtf8;
  }
  if (beginning_.starts_with("\xff\xfe")) {
    return Mark::kUtf16LittleEndian;
  }
  return beginning_.starts_with("\xfe\xff") ? Mark::kUtf16BigEndian : Mark::kNone;
}

bool TextInspector::LooksLikeUtf16(bool little_endian) const {
  // Every delimited text has delimiters and line ends, which are ASCII: half of their unit is zero.
  // Binary data may look so, too, but not without control characters.
  size_t ascii_units = 0;
  for (size_t i = 0; i + 1 < beginning_.size(); i += 2) {
    const auto high = static_cast<unsigned char>(beginning_[little_endian ? i + 1 : i]);
    const auto low = static_cast<unsigned char>(beginning_[little_endian ? i : i + 1]);
    if (high == 0 && IsControl(low) != 0) {
      return false;
    }
    ascii_units += high == 0 ? 1 : 0;
  }
  return bytes_ % 2 == 0 && ascii_units * 50 > beginning_.size() / 2;
}

Result<Encoding> TextInspector::ConcludeUtf16(std::optional<Encoding> requested, Mark mark) const {
  if (mark == Mark::kUtf16LittleEndian || mark == Mark::kUtf16BigEndian) {
    return mark == Mark::kUtf16LittleEndian ? Encoding::kUtf16LittleEndian
                                            : Encoding::kUtf16BigEndian;
  }
  const bool big_asked = requested == Encoding::kUtf16BigEndian;
  if (LooksLikeUtf16(!big_asked)) {
    return big_asked ? Encoding::kUtf16BigEndian : Encoding::kUtf16LittleEndian;
  }
  if (LooksLikeUtf16(big_asked)) {
    return big_asked ? Encoding::kUtf16LittleEndian : Encoding::kUtf16BigEndian;
  }
  return Fail(ErrorKind::kRefused,
              "the text is not UTF-16: no byte order mark at byte 0 and no ASCII characters in its "
              "first bytes",
              {}, "leave the encoding out to have it found");
}

Result<Encoding> TextInspector::Conclude(std::optional<Encoding> requested) {
  const Mark mark = ByteOrderMark();
  const bool utf16_mark = mark == Mark::kUtf16LittleEndian || mark == Mark::kUtf16BigEndian;
  const bool utf16_asked =
      requested == Encoding::kUtf16LittleEndian || requested == Encoding::kUtf16BigEndian;
  if (utf16_asked ||
      (!requested && (utf16_mark || LooksLikeUtf16(true) || LooksLikeUtf16(false)))) {
    return ConcludeUtf16(requested, mark);
  }
  if (!unfinished_.empty() && !invalid_utf8_) {
    invalid_utf8_ = bytes_ - unfinished_.size();
  }
  if (requested && utf16_mark) {
    return Fail(ErrorKind::kRefused,
                fmt::format("the text is not {}: it has the mark of UTF-16 at byte 0",
                            EncodingName(*requested)),
                {}, "leave the encoding out to have it found");
  }
  if (first_control_) {
    return Fail(
        ErrorKind::kRefused,
        fmt::format("not a text file: there is a control character at byte {}", *first_control_));
  }
  if (requested == Encoding::kUtf8 && invalid_utf8_) {
    return Fail(ErrorKind::kRefused,
                fmt::format("the text is not valid UTF-8 at byte {}", *invalid_utf8_), {},
                "give the right encoding, for example latin-1");
  }
  if (requested == Encoding::kLatin1 && mark == Mark::kUtf8) {
    return Fail(ErrorKind::kRefused, "the text is not latin-1: it has the mark of UTF-8 at byte 0",
                {}, "leave the encoding out to have it found");
  }
  if (requested) {
    return *requested;
  }
  return invalid_utf8_ ? Encoding::kLatin1 : Encoding::kUtf8;
}

Result<void> ConvertToUtf8(const std::string& from_path, Encoding encoding, const ByteSink& sink) {
  if (encoding == Encoding::kUtf8) {
    return ReadPieces(from_path, sink);
  }
  Utf16Decoder decoder(encoding == Encoding::kUtf16LittleEndian);
  std::string text;
  const ByteSink convert = [&](std::string_view piece) -> Result<void> {
    text.clear();
    if (encoding == Encoding::kLatin1) {
      AppendLatin1(piece, text);
    } else {
      LIMNO_TRY(decoder.Add(piece, text));
    }
    return sink(text);
  };
  LIMNO_TRY(ReadPieces(from_path, convert));
  return decoder.Finish();
}

}  // namespace limno::ingest
