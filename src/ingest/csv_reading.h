// Delimited text as a relation of SQL: what DuckDB is asked, and what its complaints mean.
//
// Every row is read strictly: one that does not fit refuses the file, with its line and the reason.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "ingest/column_types.h"
#include "ingest/csv_dialect.h"
#include "limno/result.h"

namespace limno::ingest {

struct CsvOptions {
  /// nullopt: found out.
  std::optional<bool> header;
  /// '\0': found out.
  char delimiter = '\0';
  /// Besides the empty text.
  std::vector<std::string> null_values;
  /// Lines that were left out at the beginning, and count where lines are named.
  uint64_t skip_lines = 0;
};

/// What was found out about one file.
struct CsvShape {
  CsvDialect dialect;
  char escape = '"';
  bool header = true;
  /// Names as in the header (made distinct), with the types the values suggest.
  std::vector<ColumnDefinition> columns;
  /// How dates are written, where they are not written year first; then `columns` has them as
  /// VARCHAR, as day and month cannot be told apart safely.
  std::string date_format;
};

/// Reads the first rows, or all of them, to find out. The file is UTF-8. kRefused if a row in them
/// does not fit.
Result<CsvShape> InspectCsv(engine::Session& session, const std::string& path,
                            const CsvOptions& options, bool all_rows);

/// "read_csv('...', ...)" giving exactly `columns`: those of the shape, in order, perhaps with
/// other types. `use_date_format`: DATE columns are written as the shape's date_format says.
std::string CsvRelation(const std::string& path, const CsvShape& shape, const CsvOptions& options,
                        const std::vector<ColumnDefinition>& columns, bool use_date_format);

/// A row that does not fit.
struct CsvFault {
  uint64_t line = 0;
  /// Set where a value could not be converted to the type of its column.
  std::string column;
  std::string value;
  /// For all other faults: "line 17 has 2 fields instead of 3".
  std::string reason;
};

/// What an error of a statement that reads a CsvRelation says about the file; nullopt if it is
/// about something else (disk full, interrupted).
std::optional<CsvFault> UnderstandCsvError(const Error& error, const CsvOptions& options);

/// One line of at most some hundred characters, without DuckDB's advice: for messages.
std::string FirstLine(const std::string& message);

}  // namespace limno::ingest
