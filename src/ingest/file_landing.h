// One table of an input becomes one Parquet file in the landing zone.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "engine/engine.h"
#include "ingest/csv_reading.h"
#include "ingest/extract.h"
#include "ingest/landing.h"
#include "limno/result.h"

namespace limno::ingest {

/// Who says what type a column has.
enum class TypeOrigin {
  kDeclared,
  kTable,
  /// Most files of the load.
  kElected,
};

struct WantedColumn {
  /// In the spelling the table has.
  std::string name;
  std::string type;
  TypeOrigin origin = TypeOrigin::kTable;
  /// Declared columns: the table has them as well.
  bool in_table = origin == TypeOrigin::kTable;
};

/// Name in lower case -> what is known about the column before a file is read.
using WantedColumns = std::map<std::string, WantedColumn>;

/// Text for LandingKey::reading: equal if and only if a file would be landed the same way.
std::string DescribeReading(const CsvOptions& csv, const ExtractOptions& extract,
                            const WantedColumns& wanted, bool provenance);

/// Converts `file` to Parquet at `temporary_path`, with `provenance` (see ProvenanceOfFile) added
/// to every row. Columns that are not wanted get the types their values suggest, first by a sample,
/// and by all values if the sample misleads.
///
/// kRefused, with column, value and line where there are, for rows that do not fit, types that
/// clash, a file without any column of the table, and column names that begin with "_limno_";
/// kCorrupt for a damaged Parquet file; else the failures of writing.
Result<LandedFile> LandFile(engine::Session& session, const ExtractedFile& file,
                            const std::string& provenance, const CsvOptions& csv,
                            const WantedColumns& wanted, const std::string& temporary_path);

}  // namespace limno::ingest
