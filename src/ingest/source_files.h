// From what the user typed to the list of files to load.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "limno/lake.h"
#include "limno/result.h"

namespace limno::ingest {

enum class InputPlace { kLocal, kUrl, kStandardInput };

struct InputFile {
  /// Who the file is, from one run to the next: the absolute path, the URL without user and
  /// password, or "stdin".
  std::string uri;
  InputPlace place = InputPlace::kLocal;
  /// Where to get it: a path, or the URL as given.
  std::string address;
  /// Size of a local file when it was listed; 0 for others.
  uint64_t bytes = 0;

  bool operator==(const InputFile& other) const = default;
};

struct InputList {
  /// Each URI once; in the order of the patterns, inside one pattern ascending by path.
  std::vector<InputFile> files;
  /// Patterns that gave nothing, with the reason (kNotFound, kDenied, kUsage).
  std::vector<SkippedFile> problems;
};

/// The text of a list at a URL.
using ListDownload = std::function<Result<std::string>(const std::string& url)>;

/// Reads folders and lists, opens nothing else. Each of `from` is one of
///   https://host/x.csv     http or https
///   data/x.csv             a file; relative to the working directory
///   data/2013              a folder: all its CSV, Parquet and archive files, at any depth
///   data/**/*.csv.gz       a glob: * and ? and [a-z] inside a name, ** across folders
///   @files.txt             a file with one of these per line; '#' begins a comment line; relative
///                          paths in it are relative to the folder of the list
///   @https://host/x.txt    the same at a URL, with URLs and names relative to that of the list
///   -                      standard input
/// Hidden files and folders (".x", "__MACOSX") are found only where the name is written out.
InputList ListInputFiles(const std::vector<std::string>& from, const ListDownload& download);

}  // namespace limno::ingest
