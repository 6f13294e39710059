#include "ingest/load_settings.h"

#include <fmt/format.h>

#include "base/name_match.h"
#include "ingest/column_names.h"

namespace limno::ingest {
namespace {

Result<catalog::TableName> ParseTable(const std::string& text) {
  const size_t dot = text.find('.');
  if (dot == std::string::npos || dot == 0 || dot + 1 == text.size() ||
      text.find('.', dot + 1) != std::string::npos) {
    return Fail(ErrorKind::kUsage,
                fmt::format("\"{}\" is no table name: it needs a namespace and a name", text), {},
                "for example bronze.flights");
  }
  return catalog::TableName{text.substr(0, dot), text.substr(dot + 1)};
}

Result<std::optional<TableFormat>> ParseFormat(const std::string& text) {
  const std::string format = base::FoldCase(text);
  if (format.empty() || format == "auto") {
    return std::nullopt;
  }
  if (format == "csv" || format == "tsv") {
    return TableFormat::kCsv;
  }
  if (format == "parquet") {
    return TableFormat::kParquet;
  }
  return Fail(ErrorKind::kUsage, fmt::format("unknown format \"{}\"", text), {},
              "use csv or parquet, or leave it out");
}

Result<char> ParseDelimiter(const std::string& text) {
  if (text.empty()) {
    return '\0';
  }
  if (text == "\\t" || text == "tab") {
    return '\t';
  }
  const char letter = text[0];
  if (text.size() != 1 || letter == '"' || letter == '\n' || letter == '\r' || letter == '\0' ||
      static_cast<unsigned char>(letter) >= 0x80) {
    return Fail(ErrorKind::kUsage,
                fmt::format("\"{}\" cannot be a delimiter: it must be one ASCII character", text),
                {}, "for example ; or | or \\t");
  }
  return letter;
}

/// Types as the engine spells them: "int" is INTEGER.
Result<WantedColumns> ParseColumns(const std::map<std::string, std::string>& columns,
                                   engine::Session& session) {
  WantedColumns declared;
  for (const auto& [name, type] : columns) {
    Result<std::vector<Column>> described =
        session.Describe(fmt::format("SELECT CAST(NULL AS {}) AS declared", type));
    if (!described || described->size() != 1) {
      return Fail(ErrorKind::kUsage,
                  fmt::format("\"{}\" is no SQL type, declared for column {}", type, name), {},
                  "for example BIGINT, DOUBLE, VARCHAR, DATE, TIMESTAMP or DECIMAL(10,2)");
    }
    const bool added =
        declared
            .emplace(base::FoldCase(PlainName(name)),
                     WantedColumn{PlainName(name), StoredType(described->front().type),
                                  TypeOrigin::kDeclared})
            .second;
    if (!added) {
      return Fail(ErrorKind::kUsage, fmt::format("column {} is declared twice", name));
    }
  }
  return declared;
}

}  // namespace

Result<LoadSettings> UnderstandLoad(const LoadOptions& load, engine::Session& session) {
  LoadSettings settings;
  if (load.from.empty()) {
    return Fail(ErrorKind::kUsage, "nothing to load: no file, folder, pattern or URL was given");
  }
  settings.from = load.from;
  LIMNO_ASSIGN(settings.into, ParseTable(load.into));
  settings.source = load.source.empty() ? load.into : load.source;
  LIMNO_ASSIGN(settings.reading.format, ParseFormat(load.format));
  LIMNO_ASSIGN(settings.reading.encoding, ParseEncoding(load.encoding));
  LIMNO_ASSIGN(settings.reading.csv.delimiter, ParseDelimiter(load.delimiter));
  if (load.header_given) {
    settings.reading.csv.header = load.header;
  }
  settings.reading.csv.null_values = load.null_values;
  settings.reading.csv.skip_lines = load.skip_lines;
  LIMNO_ASSIGN(settings.declared, ParseColumns(load.columns, session));
  for (const std::string& column : load.partition_by) {
    settings.partition_by.push_back(PlainName(column));
  }
  settings.provenance = load.provenance;
  settings.continue_on_error = load.continue_on_error;
  return settings;
}

Result<WantedColumns> KnownColumns(const LoadSettings& settings, bool table_exists,
                                   engine::Session& session) {
  WantedColumns known = settings.declared;
  if (!table_exists) {
    return known;
  }
  LIMNO_ASSIGN(const std::vector<Column> columns,
               session.Describe(fmt::format("SELECT * FROM lake.{}.{}",
                                            engine::QuoteIdentifier(settings.into.name_space),
                                            engine::QuoteIdentifier(settings.into.name))));
  for (const Column& column : columns) {
    const std::string folded = base::FoldCase(column.name);
    if (folded.starts_with("_limno_")) {
      continue;
    }
    // What is declared is called as a new column would be.
    auto node = known.extract(base::FoldCase(PlainName(column.name)));
    if (!node.empty()) {
      node.key() = folded;
      known.insert(std::move(node));
    }
    const auto declared = known.find(folded);
    if (declared == known.end()) {
      known[folded] = {column.name, column.type, TypeOrigin::kTable};
      continue;
    }
    if (!FitsInto(declared->second.type, column.type)) {
      return Fail(ErrorKind::kUsage,
                  fmt::format("column {} is declared {}, but the table has {}", column.name,
                              declared->second.type, column.type),
                  settings.into.ToString(), "correct the declaration, or load into a new table");
    }
    declared->second.name = column.name;
    declared->second.type = column.type;
    declared->second.in_table = true;
  }
  return known;
}

}  // namespace limno::ingest
