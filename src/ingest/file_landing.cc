#include "ingest/file_landing.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/name_match.h"
#include "ingest/column_names.h"

namespace limno::ingest {
namespace {

using engine::QuoteIdentifier;
using engine::QuoteString;

constexpr std::string_view kReservedPrefix = "_limno_";
constexpr size_t kNamedColumnsMax = 8;

std::string_view OriginText(TypeOrigin origin) {
  switch (origin) {
    case TypeOrigin::kDeclared:
      return "declared is";
    case TypeOrigin::kTable:
      return "table has";
    case TypeOrigin::kElected:
      return "most files have";
  }
  return "";
}

const WantedColumn* FindWanted(const WantedColumns& wanted, const std::string& name) {
  const auto found = wanted.find(base::FoldCase(name));
  return found == wanted.end() ? nullptr : &found->second;
}

template <typename Names>
std::string FirstNames(const Names& names) {
  std::string list;
  size_t count = 0;
  for (const std::string& name : names) {
    if (count++ == kNamedColumnsMax) {
      return list + ", ...";
    }
    list += (list.empty() ? "" : ", ") + name;
  }
  return list;
}

/// Gives the columns the names that they have in the table.
void RenameForTable(std::vector<ColumnDefinition>& columns, const WantedColumns& wanted) {
  std::vector<std::string> names;
  for (const ColumnDefinition& column : columns) {
    names.push_back(column.name);
  }
  names = NamesInTable(names, [&wanted](const std::string& name) {
    const WantedColumn* known = FindWanted(wanted, name);
    return known == nullptr ? std::string() : known->name;
  });
  for (size_t i = 0; i < columns.size(); ++i) {
    columns[i].name = names[i];
  }
}

Result<void> CheckNames(const std::vector<ColumnDefinition>& columns, const WantedColumns& wanted) {
  std::vector<std::string> names;
  bool any_of_table = false;
  for (const ColumnDefinition& column : columns) {
    if (base::FoldCase(column.name).starts_with(kReservedPrefix)) {
      return Fail(ErrorKind::kRefused,
                  fmt::format("column names that begin with {} are Limno's own, the file has {}",
                              kReservedPrefix, column.name),
                  {}, "rename the column");
    }
    const WantedColumn* known = FindWanted(wanted, column.name);
    any_of_table |= known != nullptr && known->in_table;
    names.push_back(column.name);
  }
  std::vector<std::string> of_table;
  for (const auto& [folded, column] : wanted) {
    if (column.in_table) {
      of_table.push_back(column.name);
    }
  }
  if (!of_table.empty() && !any_of_table) {
    return Fail(ErrorKind::kRefused,
                fmt::format("no column of the file is in the table: file has {}; table has {}",
                            FirstNames(names), FirstNames(of_table)),
                {}, "load it into a table of its own");
  }
  return {};
}

void SetWritten(LandedFile& landed, engine::ParquetFileInfo written) {
  landed.rows = written.rows;
  landed.bytes = written.bytes;
  landed.written = std::move(written);
}

/// A file that cannot be read as what it claims to be; other failures stay what they are.
Error AsFileError(Error error, ErrorKind kind, std::string_view what) {
  switch (error.kind) {
    case ErrorKind::kInterrupted:
    case ErrorKind::kExhausted:
    case ErrorKind::kDenied:
    case ErrorKind::kUnavailable:
      return error;
    default:
      error.message = fmt::format("{}: {}", what, FirstLine(error.message));
      error.kind = kind;
      return error;
  }
}

class CsvLanding {
 public:
  CsvLanding(engine::Session& session, const ExtractedFile& file, const std::string& provenance,
             const CsvOptions& options, const WantedColumns& wanted)
      : session_(session),
        file_(file),
        provenance_(provenance),
        options_(options),
        wanted_(wanted) {}

  Result<LandedFile> Run(const std::string& temporary_path) {
    Result<void> outcome = Attempt(temporary_path, false);
    if (!outcome && sample_misled_) {
      outcome = Attempt(temporary_path, true);
    }
    if (!outcome) {
      return Fail(std::move(outcome).error());
    }
    if (landed_.rows == 0) {
      for (LandedColumn& column : landed_.columns) {
        column.decided = FindWanted(wanted_, column.name) != nullptr;
      }
      return std::move(landed_);
    }
    MarkEmptyColumns();
    return std::move(landed_);
  }

 private:
  Result<void> Attempt(const std::string& temporary_path, bool all_rows) {
    sample_misled_ = false;
    Result<CsvShape> shape = InspectCsv(session_, file_.path, options_, all_rows);
    if (!shape) {
      return Fail(Explain(std::move(shape).error()));
    }
    shape_ = *std::move(shape);
    RenameForTable(shape_.columns, wanted_);
    LIMNO_TRY(CheckNames(shape_.columns, wanted_));
    std::string projection;
    std::vector<ColumnDefinition> read_as;
    bool use_date_format = false;
    landed_ = LandedFile{};
    landed_.member = file_.member;
    for (const ColumnDefinition& column : shape_.columns) {
      const WantedColumn* known = FindWanted(wanted_, column.name);
      const std::string& type = known == nullptr ? column.type : known->type;
      use_date_format |= known != nullptr && known->origin == TypeOrigin::kDeclared;
      read_as.push_back({column.name, type});
      landed_.columns.push_back({column.name, type, true});
      projection += (projection.empty() ? "" : ", ") + QuoteIdentifier(column.name);
    }
    const std::string query = "SELECT " + projection + provenance_ + " FROM " +
                              CsvRelation(file_.path, shape_, options_, read_as, use_date_format);
    Result<engine::ParquetFileInfo> written = session_.WriteParquet(query, temporary_path);
    if (!written) {
      return Fail(Explain(std::move(written).error()));
    }
    SetWritten(landed_, *std::move(written));
    return CheckRows();
  }

  /// A net below DuckDB's reader, which in some dialects finds no rows and says nothing.
  Result<void> CheckRows() const {
    const size_t header = shape_.header ? 1 : 0;
    if (landed_.rows + header >= shape_.dialect.records) {
      return {};
    }
    return Fail(ErrorKind::kRefused,
                fmt::format("only {} rows could be read, but the text has at least {}",
                            landed_.rows, shape_.dialect.records - header),
                {}, "give the delimiter, and whether there is a header");
  }

  Error Explain(Error error) {
    const std::optional<CsvFault> fault = UnderstandCsvError(error, options_);
    if (!fault) {
      return error.hint.empty() ? AsFileError(std::move(error), ErrorKind::kRefused, "not CSV")
                                : error;
    }
    error.kind = ErrorKind::kRefused;
    error.where = {};
    error.hint = "correct the file, or declare another type for the column";
    if (fault->column.empty()) {
      error.message = fault->reason;
      error.hint = "correct the file; every row needs the columns of the header";
      return error;
    }
    std::string suggested = "VARCHAR";
    for (const ColumnDefinition& column : shape_.columns) {
      if (column.name == fault->column) {
        suggested = column.type;
      }
    }
    const WantedColumn* known = FindWanted(wanted_, fault->column);
    if (known == nullptr) {
      sample_misled_ = true;
      error.message = fmt::format("column {}: cannot read '{}' in line {} as {}", fault->column,
                                  fault->value, fault->line, suggested);
      return error;
    }
    error.message = fmt::format(
        "column {}: {} {}, file has {} ('{}' in line {})", known->name, OriginText(known->origin),
        known->type, suggested == known->type ? "VARCHAR" : suggested, fault->value, fault->line);
    return error;
  }

  /// Text that was only inferred, and is NULL in every row, may as well be of any other type.
  void MarkEmptyColumns() {
    for (const table::ColumnStatistics& known : landed_.written->statistics.columns) {
      for (LandedColumn& column : landed_.columns) {
        if (known.path.front() == column.name && column.type == "VARCHAR" &&
            FindWanted(wanted_, column.name) == nullptr) {
          column.decided = known.null_count != static_cast<int64_t>(landed_.rows);
        }
      }
    }
  }

  engine::Session& session_;
  const ExtractedFile& file_;
  const std::string& provenance_;
  const CsvOptions& options_;
  const WantedColumns& wanted_;
  CsvShape shape_;
  LandedFile landed_;
  bool sample_misled_ = false;
};

Result<LandedFile> LandParquet(engine::Session& session, const ExtractedFile& file,
                               const std::string& provenance, const WantedColumns& wanted,
                               const std::string& temporary_path) {
  const std::string relation = "read_parquet(" + QuoteString(file.path) + ")";
  Result<std::vector<Column>> described = session.Describe("SELECT * FROM " + relation);
  if (!described) {
    return Fail(AsFileError(std::move(described).error(), ErrorKind::kCorrupt,
                            "not a readable Parquet file"));
  }
  std::vector<ColumnDefinition> columns;
  for (const Column& column : *described) {
    columns.push_back({column.name, column.type});
  }
  RenameForTable(columns, wanted);
  LIMNO_TRY(CheckNames(columns, wanted));
  LandedFile landed;
  landed.member = file.member;
  std::string projection;
  for (size_t i = 0; i < columns.size(); ++i) {
    const ColumnDefinition& column = columns[i];
    const WantedColumn* known = FindWanted(wanted, column.name);
    const std::string stored = StoredType(column.type);
    if (known != nullptr && !FitsInto(stored, known->type)) {
      return Fail(ErrorKind::kRefused,
                  fmt::format("column {}: {} {}, file has {}", known->name,
                              OriginText(known->origin), known->type, column.type),
                  {}, "load it into a table of its own, or convert the column first");
    }
    const std::string& type = known == nullptr ? stored : known->type;
    const std::string source = QuoteIdentifier((*described)[i].name);
    projection +=
        fmt::format("{}{} AS {}", projection.empty() ? "" : ", ",
                    type == column.type ? source : fmt::format("CAST({} AS {})", source, type),
                    QuoteIdentifier(column.name));
    landed.columns.push_back({column.name, type, true});
  }
  Result<engine::ParquetFileInfo> written = session.WriteParquet(
      "SELECT " + projection + provenance + " FROM " + relation, temporary_path);
  if (!written) {
    return Fail(AsFileError(std::move(written).error(), ErrorKind::kCorrupt,
                            "the Parquet file cannot be read"));
  }
  SetWritten(landed, *std::move(written));
  return landed;
}

}  // namespace

std::string DescribeReading(const CsvOptions& csv, const ExtractOptions& extract,
                            const WantedColumns& wanted, bool provenance) {
  std::string text = fmt::format(
      "format={};encoding={};header={};delimiter={};",
      extract.format ? std::to_string(static_cast<int>(*extract.format)) : "",
      extract.encoding ? EncodingName(*extract.encoding) : "",
      csv.header ? (*csv.header ? "yes" : "no") : "", csv.delimiter == '\0' ? ' ' : csv.delimiter);
  text += provenance ? "" : "provenance=no;";
  text += csv.skip_lines == 0 ? "" : fmt::format("skip={};", csv.skip_lines);
  for (const std::string& null_value : csv.null_values) {
    text += "null=" + QuoteString(null_value) + ";";
  }
  for (const auto& [folded, column] : wanted) {
    text += QuoteIdentifier(column.name) + "=" + column.type +
            (column.origin == TypeOrigin::kDeclared ? "!;" : ";");
  }
  return text;
}

Result<LandedFile> LandFile(engine::Session& session, const ExtractedFile& file,
                            const std::string& provenance, const CsvOptions& csv,
                            const WantedColumns& wanted, const std::string& temporary_path) {
  if (file.format == TableFormat::kParquet) {
    return LandParquet(session, file, provenance, wanted, temporary_path);
  }
  return CsvLanding(session, file, provenance, csv, wanted).Run(temporary_path);
}

}  // namespace limno::ingest
