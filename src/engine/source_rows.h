// The rows of the files that a COPY INTO loads, as a query.
#pragma once

#include <string>
#include <vector>

#include "engine/copy_sources.h"
#include "engine/copy_statement.h"
#include "engine/duck.h"
#include "engine/reader_options.h"
#include "limno/result.h"
#include "table/snapshot.h"

namespace limno::engine {

/// A path as text in SQL, where DuckDB's readers expect patterns.
std::string PathPattern(const std::string& path);

struct SourceRows {
  /// Its columns have the names that they are to have in the table.
  std::string sql;
  /// The columns as the files have them: what the schema evolves by. `sql` may give them otherwise,
  /// as text for one, or in the types of the table.
  table::Schema schema;
  /// The types of `schema` are read off texts, and mean little where the table has others.
  bool guessed = false;
};

/// All rows of `files`, at least one. With a column for each name among their folders' values,
/// which stands before a column of that name in the files. `metadata`: of the table as it is to be;
/// where it has a column, values come in a form that casts to its type without loss.
Result<SourceRows> ReadSourceRows(duckdb::Connection& connection, const CopyInto& copy,
                                  const ReaderOptions& options,
                                  const std::vector<SourceFile>& files,
                                  const table::Metadata& metadata);

/// The files among `files` that can be read, each tried alone.
Result<std::vector<SourceFile>> Readable(duckdb::Connection& connection, const CopyInto& copy,
                                         const ReaderOptions& options,
                                         const std::vector<SourceFile>& files);

/// The columns that folders' values make, in types that hold all of them.
std::vector<table::Field> FolderColumns(const std::vector<SourceFile>& files);

}  // namespace limno::engine
