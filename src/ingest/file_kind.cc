#include "ingest/file_kind.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace limno::ingest {
namespace {

using std::string_view_literals::operator""sv;

struct Signature {
  size_t offset;
  std::string_view bytes;
  FileFormat format;
};

constexpr std::array kSignatures = {
    Signature{0, "PK\x03\x04"sv, {FileKind::kZip, "a ZIP archive"}},
    Signature{0, "PK\x05\x06"sv, {FileKind::kZip, "an empty ZIP archive"}},
    Signature{0, "PK\x07\x08"sv, {FileKind::kZip, "a split ZIP archive"}},
    Signature{0, "\x1f\x8b"sv, {FileKind::kGzip, "a gzip file"}},
    Signature{0, "\x28\xb5\x2f\xfd"sv, {FileKind::kZstd, "a Zstandard file"}},
    Signature{0, "PAR1"sv, {FileKind::kParquet, "a Parquet file"}},
    Signature{257, "ustar"sv, {FileKind::kTar, "a tar archive"}},
    Signature{0, "PARE"sv, {FileKind::kForeign, "an encrypted Parquet file"}},
    Signature{0, "%PDF-"sv, {FileKind::kForeign, "a PDF document"}},
    Signature{0, "7z\xbc\xaf\x27\x1c"sv, {FileKind::kForeign, "a 7z archive"}},
    Signature{0, "Rar!\x1a\x07"sv, {FileKind::kForeign, "a RAR archive"}},
    Signature{0, "BZh"sv, {FileKind::kForeign, "a bzip2 file"}},
    Signature{0,
              "\xfd"
              "7zXZ\0"sv,
              {FileKind::kForeign, "an xz file"}},
    Signature{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, {FileKind::kForeign, "an old Office file"}},
    Signature{0, "Obj\x01"sv, {FileKind::kForeign, "an Avro file"}},
    Signature{0, "ORC"sv, {FileKind::kForeign, "an ORC file"}},
    Signature{0, "ARROW1"sv, {FileKind::kForeign, "an Arrow file"}},
    Signature{0, "SQLite format 3\0"sv, {FileKind::kForeign, "a SQLite database"}},
    Signature{0, "\x89PNG"sv, {FileKind::kForeign, "an image"}},
    Signature{0, "\xff\xd8\xff"sv, {FileKind::kForeign, "an image"}},
    Signature{0,
              "\x7f"
              "ELF"sv,
              {FileKind::kForeign, "a program"}},
};

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return lower;
}

bool IsWebPage(std::string_view beginning) {
  const size_t start = beginning.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (start == std::string_view::npos) {
    return false;
  }
  const std::string lower = LowerCase(beginning.substr(start, 32));
  return lower.starts_with("<!doctype") || lower.starts_with("<html") || lower.starts_with("<?xml");
}

bool IsSignature(std::string_view bytes, const Signature& signature) {
  // A CSV may well begin with "ORC" or "BZh": signatures of letters count only in binary files.
  if (bytes.size() < signature.offset + signature.bytes.size() ||
      bytes.substr(signature.offset, signature.bytes.size()) != signature.bytes) {
    return false;
  }
  if (signature.bytes == "ORC" || signature.bytes == "BZh" || signature.bytes == "ARROW1") {
    return std::any_of(bytes.begin(), bytes.end(),
                       [](unsigned char byte) { return byte < 9 || byte == 0x7f; });
  }
  return true;
}

std::string_view LastSegment(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view Extension(std::string_view name) {
  const size_t dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? std::string_view() : name.substr(dot);
}

bool HasHiddenSegment(std::string_view path) {
  size_t begin = 0;
  while (begin < path.size()) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view segment = path.substr(begin, end - begin);
    if (segment == "__MACOSX" || segment == "Thumbs.db" || segment == "desktop.ini" ||
        (segment.starts_with('.') && segment != "." && segment != "..")) {
      return true;
    }
    begin = end + 1;
  }
  return false;
}

template <size_t kCount>
bool IsOneOf(std::string_view text, const std::array<std::string_view, kCount>& list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

FileFormat RecognizeFormat(std::string_view beginning) {
  if (beginning.empty()) {
    return {FileKind::kEmpty, "an empty file"};
  }
  for (const Signature& signature : kSignatures) {
    if (IsSignature(beginning, signature)) {
      return signature.format;
    }
  }
  if (IsWebPage(beginning)) {
    return {FileKind::kForeign, "a web page or XML"};
  }
  return {FileKind::kText, "text"};
}

NamePromise JudgeName(std::string_view path) {
  static constexpr std::array<std::string_view, 5> kTables = {".csv", ".tsv", ".tab", ".psv",
                                                              ".parquet"};
  static constexpr std::array<std::string_view, 4> kPerhaps = {".txt", ".dat", ".data", ".asc"};
  static constexpr std::array<std::string_view, 4> kCompressed = {".gz", ".zst", ".zstd", ".gzip"};
  static constexpr std::array<std::string_view, 4> kArchives = {".zip", ".tar", ".tgz", ".tzst"};
  if (HasHiddenSegment(path)) {
    return NamePromise::kHidden;
  }
  const std::string lower = LowerCase(LastSegment(path));
  std::string_view name = lower;
  bool compressed = false;
  if (IsOneOf(Extension(name), kCompressed)) {
    name.remove_suffix(Extension(name).size());
    compressed = true;
  }
  const std::string_view extension = Extension(name);
  if (IsOneOf(extension, kTables)) {
    return NamePromise::kTable;
  }
  if (IsOneOf(extension, kArchives)) {
    return NamePromise::kArchive;
  }
  if (name.starts_with("readme") || name.starts_with("license") || name.starts_with("changelog")) {
    return NamePromise::kOther;
  }
  if (compressed || extension.empty() || IsOneOf(extension, kPerhaps)) {
    return NamePromise::kPerhaps;
  }
  return NamePromise::kOther;
}

}  // namespace limno::ingest
