#include "ingest/csv_reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "ingest/byte_stream.h"

namespace limno::ingest {
namespace {

using engine::QuoteString;

constexpr size_t kQuotedLineMax = 120;
/// For types: every file of a load is looked at, and one that its beginning belies once more,
/// whole.
constexpr int kSampleRows = 5120;

std::string NullStrings(const CsvOptions& options) {
  std::string list = "''";
  for (const std::string& text : options.null_values) {
    list += text.empty() ? "" : ", " + QuoteString(text);
  }
  return "[" + list + "]";
}

/// What sniffing and reading have in common. Nothing is skipped and no character begins a comment:
/// both would lose rows silently.
std::string CommonArguments(const std::string& path, char delimiter, const CsvOptions& options) {
  return fmt::format("{}, delim={}, quote='\"', skip=0, comment='', strict_mode=true, nullstr={}",
                     QuoteString(path), QuoteString(std::string(1, delimiter)),
                     NullStrings(options));
}

std::string SniffStatement(const std::string& path, const CsvDialect& dialect,
                           const CsvOptions& options, bool all_rows) {
  // TIME is left out: tables have no such type.
  return fmt::format(
      "SELECT Escape, HasHeader, to_json(\"Columns\")::VARCHAR, coalesce(DateFormat, '') FROM "
      "sniff_csv({}{}{}{}, auto_type_candidates=['NULL', 'BOOLEAN', 'BIGINT', 'DOUBLE', 'DATE', "
      "'TIMESTAMP', 'TIMESTAMPTZ', 'VARCHAR'])",
      CommonArguments(path, dialect.delimiter, options), dialect.backslashes ? "" : ", escape='\"'",
      options.header ? (*options.header ? ", header=true" : ", header=false") : "",
      fmt::format(", sample_size={}", all_rows ? -1 : kSampleRows));
}

Result<CsvShape> ReadShape(engine::Session& session, const std::string& statement) {
  LIMNO_ASSIGN(const std::unique_ptr<Rows> rows, session.Execute(statement, CellFormat::kText));
  std::vector<Cell> row;
  LIMNO_ASSIGN(const bool any, rows->Next(row));
  if (!any || row.size() < 4) {
    return Fail(ErrorKind::kInternal, "the CSV sniffer gave no answer");
  }
  CsvShape shape;
  shape.escape = row[0].text == "\\" ? '\\' : '"';
  shape.header = row[1].text == "true";
  const nlohmann::json columns = nlohmann::json::parse(row[2].text, nullptr, false);
  if (!columns.is_array()) {
    return Fail(ErrorKind::kInternal, "the CSV sniffer gave no list of columns");
  }
  for (const nlohmann::json& column : columns) {
    shape.columns.push_back({column.value("name", ""), column.value("type", "VARCHAR")});
  }
  shape.date_format = row[3].text;
  return shape;
}

/// Day and month cannot be told apart safely: such dates stay text unless the user declares them.
void DistrustDates(CsvShape& shape) {
  if (shape.date_format.empty() || shape.date_format.starts_with("%Y")) {
    shape.date_format.clear();
    return;
  }
  for (ColumnDefinition& column : shape.columns) {
    if (column.type == "DATE") {
      column.type = "VARCHAR";
    }
  }
}

/// Text above a table that a spreadsheet has padded to its width is no header.
Result<void> CheckHeader(const std::vector<std::string>& names) {
  const auto empty = std::count(names.begin(), names.end(), "");
  if (names.size() < 3 || static_cast<size_t>(empty) + 1 < names.size()) {
    return {};
  }
  return Fail(ErrorKind::kRefused,
              fmt::format("the first line names only one of {} columns", names.size()), {},
              "if the table begins further down, give --skip-lines N (in limno.yml skip_lines); "
              "if this is its header, --header yes (header: true)");
}

/// Reading every row as text shows which one made the sniffer give up.
Result<void> FindFault(engine::Session& session, const std::string& path, const CsvShape& shape,
                       const CsvOptions& options) {
  std::vector<ColumnDefinition> columns;
  for (size_t i = 0; i < shape.dialect.first_record.size(); ++i) {
    columns.push_back({fmt::format("c{}", i), "VARCHAR"});
  }
  return session.Run("SELECT count(*) FROM " + CsvRelation(path, shape, options, columns, false));
}

std::string Between(const std::string& text, std::string_view before, std::string_view after) {
  const size_t begin = text.find(before);
  if (begin == std::string::npos) {
    return {};
  }
  const size_t start = begin + before.size();
  const size_t end = text.find(after, start);
  return text.substr(start, end == std::string::npos ? end : end - start);
}

std::string Shortened(std::string text) {
  if (text.size() > kQuotedLineMax) {
    size_t end = kQuotedLineMax;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
      --end;
    }
    text = text.substr(0, end) + "...";
  }
  for (char& letter : text) {
    letter = letter == '\n' || letter == '\r' || letter == '\0' ? ' ' : letter;
  }
  return text;
}

std::string ReasonOf(const std::string& message, uint64_t line) {
  const std::string row = Shortened(Between(message, "Original Line: ", "\n"));
  if (const std::string found = Between(message, "Expected Number of Columns: ", "\n");
      !found.empty()) {
    const std::string expected = found.substr(0, found.find(' '));
    return fmt::format("line {} has {} fields instead of {}: {}", line,
                       Between(found, "Found: ", " "), expected, row);
  }
  if (message.find("unterminated quote") != std::string::npos) {
    return fmt::format("a quote that opens in line {} is not closed properly: {}", line, row);
  }
  if (message.find("nvalid unicode") != std::string::npos) {
    return fmt::format("line {} is not valid UTF-8", line);
  }
  if (const std::string limit = Between(message, "Maximum line size of ", " bytes");
      !limit.empty()) {
    return fmt::format("line {} is longer than {} bytes", line, limit);
  }
  const std::string rest = Between(message, "Original Line: ", "Possible");
  const size_t next = rest.find('\n');
  return fmt::format("line {}: {}", line,
                     Shortened(next == std::string::npos ? rest : rest.substr(next + 1)));
}

}  // namespace

std::string FirstLine(const std::string& message) {
  return Shortened(message.substr(0, message.find('\n')));
}

Result<CsvShape> InspectCsv(engine::Session& session, const std::string& path,
                            const CsvOptions& options, bool all_rows) {
  LIMNO_ASSIGN(const std::string beginning, ReadBeginning(path, kDialectBytes));
  CsvDialect dialect = DetectDialect(beginning, options.delimiter);
  Result<CsvShape> shape = ReadShape(session, SniffStatement(path, dialect, options, all_rows));
  if (!shape) {
    const Error& error = shape.error();
    if (error.kind == ErrorKind::kInterrupted || error.kind == ErrorKind::kExhausted) {
      return shape;
    }
    if (const std::optional<TableStart> start = FindTableStart(beginning, options.delimiter)) {
      const uint64_t line = start->line + options.skip_lines;
      return Fail(ErrorKind::kRefused,
                  fmt::format("the first line has {} {}, but from line {} on there are {}",
                              start->fields_before, start->fields_before == 1 ? "field" : "fields",
                              line, start->fields),
                  {},
                  fmt::format("if the table begins there, skip what stands above: --skip-lines {}, "
                              "in limno.yml skip_lines: {}",
                              line - 1, line - 1));
    }
    CsvShape text;
    text.dialect = std::move(dialect);
    text.header = options.header.value_or(true);
    LIMNO_TRY(FindFault(session, path, text, options));
    return Fail(ErrorKind::kRefused,
                "cannot tell how this text is cut into columns: " + FirstLine(error.message), {},
                "give the delimiter, and whether there is a header");
  }
  shape->dialect = std::move(dialect);
  if (!options.header && shape->header) {
    LIMNO_TRY(CheckHeader(shape->dialect.first_record));
  }
  DistrustDates(*shape);
  return shape;
}

std::string CsvRelation(const std::string& path, const CsvShape& shape, const CsvOptions& options,
                        const std::vector<ColumnDefinition>& columns, bool use_date_format) {
  std::string list;
  for (const ColumnDefinition& column : columns) {
    list += fmt::format("{}{}: {}", list.empty() ? "" : ", ", QuoteString(column.name),
                        QuoteString(column.type));
  }
  const std::string dates = use_date_format && !shape.date_format.empty()
                                ? ", dateformat=" + QuoteString(shape.date_format)
                                : std::string();
  return fmt::format("read_csv({}, auto_detect=false, escape={}, header={}{}, columns={{{}}})",
                     CommonArguments(path, shape.dialect.delimiter, options),
                     QuoteString(std::string(1, shape.escape)), shape.header, dates, list);
}

std::optional<CsvFault> UnderstandCsvError(const Error& error, const CsvOptions& options) {
  const std::string& message = error.message;
  if (message.find("CSV Parser state machine") != std::string::npos) {
    return CsvFault{.line = 0,
                    .column = {},
                    .value = {},
                    .reason =
                        "line ends or quotes are mixed: some lines end in CR LF, others in "
                        "LF, or text follows a closing quote"};
  }
  const std::string number = Between(message, "CSV Error on Line: ", "\n");
  if (number.empty()) {
    return std::nullopt;
  }
  CsvFault fault;
  std::from_chars(number.data(), number.data() + number.size(), fault.line);
  fault.line += options.skip_lines;
  fault.column = Between(message, "Error when converting column \"", "\". Could not convert");
  if (!fault.column.empty()) {
    fault.value = Shortened(Between(message, "Could not convert string \"", "\" to '"));
  } else {
    fault.reason = ReasonOf(message, fault.line);
  }
  return fault;
}

}  // namespace limno::ingest
