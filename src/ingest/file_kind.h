// What a file is, told by its first bytes and, where those say nothing, by its name.
#pragma once

#include <string>
#include <string_view>

namespace limno::ingest {

enum class FileKind {
  kEmpty,
  /// Anything that may be delimited text.
  kText,
  kParquet,
  kZip,
  kTar,
  kGzip,
  kZstd,
  /// Known, but nothing this room loads (PDF, Excel, 7z, a web page, ...).
  kForeign,
};

struct FileFormat {
  FileKind kind = FileKind::kText;
  /// For messages: "a ZIP archive", "a PDF document".
  std::string_view description;
};

/// Enough first bytes for RecognizeFormat.
inline constexpr size_t kFormatBytes = 512;

/// `beginning`: the first kFormatBytes of the file, fewer only where it is shorter.
FileFormat RecognizeFormat(std::string_view beginning);

enum class NamePromise {
  /// Delimited text or Parquet, perhaps compressed: "x.csv", "x.parquet", "x.tsv.gz".
  kTable,
  /// Often a table, often not: ".txt", ".dat", no extension, perhaps compressed.
  kPerhaps,
  /// An archive: "x.zip", "x.tar.gz".
  kArchive,
  /// Something else: ".pdf", ".md".
  kOther,
  /// Hidden or written by an operating system: "__MACOSX/...", ".DS_Store", "a/.b/c.csv".
  kHidden,
};

/// What the name of a file or archive member ('/'-separated path) promises about its content.
NamePromise JudgeName(std::string_view path);

}  // namespace limno::ingest
