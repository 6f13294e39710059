#include "engine/source_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "base/name_match.h"
#include "engine/engine.h"
#include "engine/errors.h"
#include "engine/query_schema.h"
#include "engine/spark_spelling.h"
#include "engine/statement_run.h"
#include "engine/types.h"
#include "table/column_annotations.h"

namespace limno::engine {
namespace {

/// The reader's own column, which no file has.
constexpr char kFileColumn[] = "limno source file";

bool IsText(const table::DataType& type) { return type.kind == table::TypeKind::kString; }

/// Types as text formats have them: what looks like a time is a text until the table says else.
table::DataType WithoutTimes(table::DataType type) {
  using table::TypeKind;
  if (type.kind == TypeKind::kDate || type.kind == TypeKind::kTimestamp ||
      type.kind == TypeKind::kTimestampNtz) {
    return table::Primitive(TypeKind::kString);
  }
  for (table::Field& child : type.children) {
    child.type = WithoutTimes(std::move(child.type));
  }
  return type;
}

class SourceReader {
 public:
  SourceReader(duckdb::Connection& connection, const CopyInto& copy, const ReaderOptions& options,
               const std::vector<SourceFile>& files, const table::Metadata& metadata)
      : connection_(connection),
        copy_(copy),
        options_(options),
        files_(files),
        metadata_(metadata),
        folder_columns_(FolderColumns(files)) {
    std::vector<std::string> paths;
    for (const SourceFile& file : files) {
      paths.push_back(PathPattern(file.path));
    }
    paths_ = fmt::format("[{}]", fmt::join(paths, ", "));
  }

  Result<SourceRows> Read() {
    switch (copy_.format) {
      case SourceFormat::kParquet:
        LIMNO_TRY(ReadParquet());
        break;
      case SourceFormat::kCsv:
        LIMNO_TRY(ReadCsv());
        break;
      case SourceFormat::kJson:
        LIMNO_TRY(ReadJson());
        break;
    }
    for (const table::Field& field : folder_columns_) {
      const auto known = std::find_if(
          columns_.begin(), columns_.end(),
          [&](const ReadColumn& column) { return SameName(column.field.name, field.name); });
      if (known != columns_.end()) {
        columns_.erase(known);
      }
      columns_.push_back({field, "folders." + QuoteIdentifier(field.name)});
    }
    return Finish();
  }

 private:
  /// A column of the files, and how it is selected.
  struct ReadColumn {
    table::Field field;
    std::string sql;
  };

  static bool SameName(const std::string& left, const std::string& right) {
    return base::FoldCase(left) == base::FoldCase(right);
  }

  /// The column of the table that values go to; nullptr where a query stands between, or where
  /// there is none.
  const table::Field* Target(const std::string& column) const {
    return copy_.selection.empty() ? metadata_.schema.Find(column) : nullptr;
  }

  std::string Reader(const std::string& function, const std::string& arguments) const {
    return fmt::format("{}({}, union_by_name = true, hive_partitioning = false{})", function,
                       paths_, arguments);
  }

  Result<void> ReadParquet() {
    reader_ = Reader("read_parquet", FileColumn());
    LIMNO_ASSIGN(const table::Schema schema,
                 QuerySchema(connection_, "SELECT * FROM " + Reader("read_parquet", "")));
    for (const table::Field& field : schema.fields) {
      std::string sql = "files." + QuoteIdentifier(field.name);
      const table::Field* target = Target(field.name);
      // Writers that do not say that bytes are text mean text, as Spark takes it.
      if (target != nullptr && IsText(target->type) &&
          field.type.kind == table::TypeKind::kBinary) {
        sql = fmt::format("decode({})", sql);
      } else if (target != nullptr && target->type.kind == table::TypeKind::kBinary &&
                 IsText(field.type)) {
        sql = fmt::format("encode({})", sql);
      }
      columns_.push_back({field, std::move(sql)});
    }
    return {};
  }

  /// Values are read as text and cast by whoever takes them, so that nothing is lost on the way.
  Result<void> ReadCsv() {
    const std::string as_text = options_.arguments + ", all_varchar = true";
    reader_ = Reader("read_csv", as_text + FileColumn());
    LIMNO_ASSIGN(const table::Schema texts,
                 QuerySchema(connection_, "SELECT * FROM " + Reader("read_csv", as_text)));
    table::Schema types = texts;
    if (options_.infer_schema) {
      guessed_ = true;
      LIMNO_ASSIGN(types,
                   QuerySchema(connection_,
                               "SELECT * FROM " +
                                   Reader("read_csv", options_.arguments + ", sample_size = -1")));
    }
    LIMNO_ASSIGN(const std::vector<std::string> names, CsvNames(texts));
    for (size_t index = 0; index < texts.fields.size(); ++index) {
      const std::string& read = texts.fields[index].name;
      const table::Field* inferred = types.Find(read);
      table::Field field{
          names[index], inferred != nullptr ? inferred->type : texts.fields[index].type, true, {}};
      const table::Field* target = Target(field.name);
      LIMNO_ASSIGN(std::string sql, FromText("files." + QuoteIdentifier(read),
                                             target != nullptr ? target->type : field.type));
      columns_.push_back({std::move(field), std::move(sql)});
    }
    return {};
  }

  /// What columns are called: as the first line says, by the table's columns, or as in Spark.
  Result<std::vector<std::string>> CsvNames(const table::Schema& texts) const {
    std::vector<std::string> names;
    if (copy_.by_position) {
      names = copy_.columns.empty() ? ColumnsByPosition() : copy_.columns;
      if (names.size() != texts.fields.size()) {
        return Fail(ErrorKind::kRefused,
                    fmt::format("the files have {} columns for {} of the table",
                                texts.fields.size(), names.size()),
                    {}, "name as many columns after the table as the files have");
      }
      return names;
    }
    for (size_t index = 0; index < texts.fields.size(); ++index) {
      names.push_back(options_.header ? texts.fields[index].name : fmt::format("_c{}", index));
    }
    return names;
  }

  /// Those that rows bring: not what the table computes.
  std::vector<std::string> ColumnsByPosition() const {
    std::vector<std::string> names;
    for (const table::Field& field : metadata_.schema.fields) {
      if (!field.metadata.contains(table::kGenerationAnnotation) && !table::IsIdentity(field)) {
        names.push_back(field.name);
      }
    }
    return names;
  }

  /// A text as a value of that type. Texts go as they are where a plain cast does it.
  Result<std::string> FromText(const std::string& text, const table::DataType& type) const {
    using table::TypeKind;
    const bool date = type.kind == TypeKind::kDate;
    const bool time = type.kind == TypeKind::kTimestamp || type.kind == TypeKind::kTimestampNtz;
    const auto& format = date ? options_.date_format : options_.timestamp_format;
    if ((date || time) && format) {
      return fmt::format("strptime({}, {})", text, QuoteString(*format));
    }
    if (IsText(type)) {
      return text;
    }
    if (type.kind == TypeKind::kBinary) {
      return fmt::format("encode({})", text);
    }
    LIMNO_ASSIGN(const LogicalType cast, ToDuck(type));
    return fmt::format("CAST({} AS {})", text, cast.ToString());
  }

  Result<void> ReadJson() {
    guessed_ = true;
    LIMNO_ASSIGN(
        table::Schema schema,
        QuerySchema(connection_, "SELECT * FROM " +
                                     Reader("read_json", options_.arguments +
                                                             ", sample_size = -1, maximum_depth = "
                                                             "-1, map_inference_threshold = -1, "
                                                             "field_appearance_threshold = 0")));
    std::vector<std::string> types;
    for (table::Field& field : schema.fields) {
      field.type = WithoutTimes(std::move(field.type));
      const table::Field* target = Target(field.name);
      const table::DataType& type = target != nullptr ? target->type : field.type;
      const bool formatted = HasFormat(type);
      LIMNO_ASSIGN(const LogicalType read,
                   ToDuck(formatted ? table::Primitive(table::TypeKind::kString) : type));
      types.push_back(QuoteIdentifier(field.name) + ": " + QuoteString(read.ToString()));
      std::string sql = "files." + QuoteIdentifier(field.name);
      if (formatted) {
        LIMNO_ASSIGN(sql, FromText(sql, type));
      }
      columns_.push_back({field, std::move(sql)});
    }
    reader_ = Reader("read_json", fmt::format("{}, columns = {{{}}}{}", options_.arguments,
                                              fmt::join(types, ", "), FileColumn()));
    return {};
  }

  bool HasFormat(const table::DataType& type) const {
    using table::TypeKind;
    return (type.kind == TypeKind::kDate && options_.date_format) ||
           ((type.kind == TypeKind::kTimestamp || type.kind == TypeKind::kTimestampNtz) &&
            options_.timestamp_format);
  }

  /// The reader's argument for it, where folders have values.
  std::string FileColumn() const {
    return folder_columns_.empty() ? "" : ", filename = " + QuoteString(kFileColumn);
  }

  /// The values of folders beside the paths of their files.
  Result<std::string> FolderTable() const {
    std::vector<std::string> rows;
    for (const SourceFile& file : files_) {
      std::string row = QuoteString(file.path);
      for (const table::Field& column : folder_columns_) {
        const auto value =
            std::find_if(file.folder_values.begin(), file.folder_values.end(),
                         [&](const auto& folder) { return SameName(folder.first, column.name); });
        const bool known = value != file.folder_values.end() && value->second;
        row += ", " + (known ? QuoteString(*value->second) : std::string("NULL"));
      }
      rows.push_back("(" + row + ")");
    }
    std::string names = QuoteIdentifier(kFileColumn);
    std::string casts = names;
    for (const table::Field& column : folder_columns_) {
      const std::string name = QuoteIdentifier(column.name);
      const table::Field* target = Target(column.name);
      LIMNO_ASSIGN(const LogicalType type, ToDuck(target != nullptr ? target->type : column.type));
      names += ", " + name;
      casts += fmt::format(", CAST({} AS {}) AS {}", name, type.ToString(), name);
    }
    return fmt::format("(SELECT {} FROM (VALUES {}) v({})) AS folders", casts,
                       fmt::join(rows, ", "), names);
  }

  Result<SourceRows> Finish() {
    std::vector<std::string> selected;
    SourceRows rows;
    rows.guessed = guessed_;
    for (ReadColumn& column : columns_) {
      selected.push_back(column.sql + " AS " + QuoteIdentifier(column.field.name));
      rows.schema.fields.push_back(std::move(column.field));
    }
    rows.sql = fmt::format("SELECT {} FROM {} AS files", fmt::join(selected, ", "), reader_);
    if (!folder_columns_.empty()) {
      LIMNO_ASSIGN(const std::string folders, FolderTable());
      const std::string file = QuoteIdentifier(kFileColumn);
      rows.sql += fmt::format(" JOIN {} ON files.{} = folders.{}", folders, file, file);
    }
    if (!copy_.selection.empty()) {
      rows.sql = RewriteQuery(
          fmt::format("SELECT {} FROM ({}) {}", copy_.selection, rows.sql, copy_.rest));
      LIMNO_ASSIGN(rows.schema, QuerySchema(connection_, rows.sql));
    }
    return rows;
  }

  duckdb::Connection& connection_;
  const CopyInto& copy_;
  const ReaderOptions& options_;
  const std::vector<SourceFile>& files_;
  const table::Metadata& metadata_;
  const std::vector<table::Field> folder_columns_;
  std::string paths_;
  std::string reader_;
  std::vector<ReadColumn> columns_;
  bool guessed_ = false;
};

/// What a column of folders' texts may be.
struct FolderGuess {
  std::string name;
  bool integer = true;
  bool date = true;
  bool seen = false;
};

bool IsInteger(const std::string& text) {
  int32_t value = 0;
  const char* end = text.data() + text.size();
  return std::from_chars(text.data(), end, value).ptr == end && std::to_string(value) == text;
}

bool IsDate(const std::string& text) {
  return text.size() == 10 && text[4] == '-' && text[7] == '-' &&
         Value(text).DefaultTryCastAs(LogicalType::DATE);
}

}  // namespace

std::string PathPattern(const std::string& path) {
  std::string pattern;
  for (const char byte : path) {
    const bool wildcard = byte == '*' || byte == '?' || byte == '[';
    pattern += wildcard ? fmt::format("[{}]", byte) : std::string(1, byte);
  }
  return QuoteString(pattern);
}

std::vector<table::Field> FolderColumns(const std::vector<SourceFile>& files) {
  std::vector<FolderGuess> guesses;
  for (const SourceFile& file : files) {
    for (const auto& [name, value] : file.folder_values) {
      // Clang 14 does not capture structured bindings.
      const std::string folded = base::FoldCase(name);
      auto guess = std::find_if(guesses.begin(), guesses.end(), [&](const FolderGuess& each) {
        return base::FoldCase(each.name) == folded;
      });
      if (guess == guesses.end()) {
        guess = guesses.insert(guesses.end(), FolderGuess{name});
      }
      if (value) {
        guess->seen = true;
        guess->integer = guess->integer && IsInteger(*value);
        guess->date = guess->date && IsDate(*value);
      }
    }
  }
  std::vector<table::Field> columns;
  for (const FolderGuess& guess : guesses) {
    using table::TypeKind;
    const TypeKind kind = !guess.seen     ? TypeKind::kString
                          : guess.integer ? TypeKind::kInteger
                          : guess.date    ? TypeKind::kDate
                                          : TypeKind::kString;
    columns.push_back({guess.name, table::Primitive(kind), true, {}});
  }
  return columns;
}

Result<SourceRows> ReadSourceRows(duckdb::Connection& connection, const CopyInto& copy,
                                  const ReaderOptions& options,
                                  const std::vector<SourceFile>& files,
                                  const table::Metadata& metadata) {
  return SourceReader(connection, copy, options, files, metadata).Read();
}

Result<std::vector<SourceFile>> Readable(duckdb::Connection& connection, const CopyInto& copy,
                                         const ReaderOptions& options,
                                         const std::vector<SourceFile>& files) {
  CopyInto alone = copy;
  alone.selection.clear();
  alone.by_position = false;
  // What fails there must not take the transaction with it.
  duckdb::Connection trial(*connection.context->db);
  std::vector<SourceFile> readable;
  for (const SourceFile& file : files) {
    const auto rows = Fenced([&] { return ReadSourceRows(trial, alone, options, {file}, {}); });
    if (!rows) {
      continue;
    }
    // Every value is looked at.
    const auto read =
        RunText(trial, "SELECT count(COLUMNS(*)) FROM (" + rows->sql + ") AS everything");
    if (!read->HasError()) {
      readable.push_back(file);
    } else if (const Error error = FromDuck(read->GetErrorObject());
               error.kind == ErrorKind::kInterrupted || error.kind == ErrorKind::kExhausted) {
      return Fail(error);
    }
  }
  return readable;
}

}  // namespace limno::engine
