// From a local file of any supported packing to plain tables: UTF-8 CSV and Parquet files, one at a
// time.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "ingest/decompress.h"
#include "ingest/text_encoding.h"
#include "limno/result.h"

namespace limno::ingest {

enum class TableFormat { kCsv, kParquet };

struct ExtractOptions {
  /// nullopt: by content.
  std::optional<TableFormat> format;
  /// nullopt: found out.
  std::optional<Encoding> encoding;
  /// Lines at the beginning of each text that are left out.
  uint64_t skip_lines = 0;
  UnpackLimits limits;
  /// Existing folder of this extraction alone, for what has to be unpacked.
  std::string work_folder;
};

struct ExtractedFile {
  /// Readable while the visitor runs; in the work folder, or the file itself where it is plain.
  std::string path;
  /// Path inside the archive; empty if the file is no archive.
  std::string member;
  TableFormat format = TableFormat::kCsv;
};

using ExtractVisitor = std::function<Result<void>(const ExtractedFile&)>;

/// Visits every table in the file, as UTF-8 whose lines all end alike where it is text: itself,
/// unpacked if it is gzip or Zstandard, or each loadable member of a ZIP or tar archive. A member
/// is visited after its checksum was verified, and removed after the visit; an error found in a
/// later member means that the earlier ones must not be used either. `inspector`: has seen all
/// bytes of the file.
///
/// An archive's loadable members are those named like tables (.csv, .tsv, .parquet, also .gz and
/// .zst); without any, those that may be (.txt, no extension). kRefused: nothing loadable inside,
/// an archive in the archive, an empty or foreign file, wrong encoding; kCorrupt: damaged or
/// truncated. The error's `where` names the member.
Result<void> Extract(const std::string& path, TextInspector inspector,
                     const ExtractOptions& options, const ExtractVisitor& visit);

}  // namespace limno::ingest
