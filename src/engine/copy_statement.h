// COPY INTO in Databricks' spelling: files become rows of a table, each of them once.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/statement_parser.h"
#include "limno/result.h"

namespace limno::engine {

/// Names and texts, in order; names as written.
using OptionList = std::vector<std::pair<std::string, std::string>>;

enum class SourceFormat { kParquet, kCsv, kJson };

struct CopyInto {
  TableTarget table;
  /// Columns of the files go to those of the table in order, not by name.
  bool by_position = false;
  /// by_position only: the columns of the table they go to; empty: all.
  std::vector<std::string> columns;
  /// A file, a folder or a glob.
  std::string source;
  /// FROM (SELECT selection FROM 'source' rest): SQL text; `selection` is empty without SELECT.
  std::string selection;
  std::string rest;
  SourceFormat format = SourceFormat::kParquet;
  /// Below the source; empty: all.
  std::vector<std::string> files;
  /// A glob below the source; empty: all.
  std::string pattern;
  OptionList format_options;
  /// Files that were loaded before are loaded again.
  bool force = false;
  /// The table gains the columns that the files have and it has not.
  bool merge_schema = false;
  /// Files become data files by link where they can; false: their bytes are copied.
  bool link = true;
};

/// COPY INTO t [BY POSITION | (a, b)]
///   FROM {'path' | (SELECT a, b + 1 AS c FROM 'path' ...)} FILEFORMAT = {PARQUET | CSV | JSON}
///   [FILES = ('a', ...) | PATTERN = 'glob'] [FORMAT_OPTIONS (...)] [COPY_OPTIONS (...)]
/// nullopt for DuckDB's own COPY; kUsage with line:column, kUnsupported for formats, clauses and
/// options that Databricks has and we have not.
Result<std::optional<CopyInto>> ParseCopyInto(const Statement& statement);

/// An option's text as a truth value; kUsage names the option.
Result<bool> TruthOf(const std::string& option, const std::string& text);

}  // namespace limno::engine
