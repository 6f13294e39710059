// FORMAT_OPTIONS of Spark's readers as options of DuckDB's.
#pragma once

#include <optional>
#include <string>

#include "engine/copy_statement.h"
#include "limno/result.h"

namespace limno::engine {

struct ReaderOptions {
  /// SQL text of named arguments, each after ", ".
  std::string arguments;
  /// CSV: the first line names the columns.
  bool header = false;
  /// CSV: columns have the types that their values look like; else all are text.
  bool infer_schema = false;
  /// As strptime takes them.
  std::optional<std::string> date_format;
  std::optional<std::string> timestamp_format;
  /// Files that cannot be read are passed over.
  bool ignore_corrupt_files = false;
};

/// kUsage, with the nearest right name, for options that a format has not; kUnsupported for values
/// that cannot be followed.
Result<ReaderOptions> ParseReaderOptions(SourceFormat format, const OptionList& options);

/// A pattern of Java's DateTimeFormatter ("dd.MM.yyyy HH:mm") as strptime takes it; kUnsupported,
/// naming it, for letters that have no counterpart.
Result<std::string> StrptimeFormat(const std::string& pattern);

}  // namespace limno::engine
