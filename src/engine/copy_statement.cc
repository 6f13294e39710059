#include "engine/copy_statement.h"

#include <fmt/format.h>

#include "base/name_match.h"
#include "engine/property_list.h"

namespace limno::engine {
namespace {

/// Databricks' limit; more than that is what folders and patterns are for.
constexpr size_t kMostFiles = 1000;

tl::unexpected<Error> Unsupported(const std::string& what, const std::string& hint) {
  return Fail(ErrorKind::kUnsupported, "COPY INTO does not take " + what, {}, hint);
}

Result<void> ParseTargetColumns(StatementParser& parser, CopyInto& copy) {
  if (parser.TakeWords({"by", "position"})) {
    copy.by_position = true;
    return {};
  }
  if (!parser.TakeSymbol('(')) {
    return {};
  }
  copy.by_position = true;
  do {
    LIMNO_ASSIGN(std::string column, parser.Name("a column"));
    copy.columns.push_back(std::move(column));
  } while (parser.TakeSymbol(','));
  return parser.ExpectSymbol(')');
}

Result<void> ParseSource(StatementParser& parser, CopyInto& copy) {
  LIMNO_ASSIGN(copy.source, parser.String("a path in quotes"));
  if (copy.source.empty()) {
    return Fail(ErrorKind::kUsage, "COPY INTO needs a file, a folder or a glob, not ''");
  }
  if (parser.Peek().IsWord("with") && parser.Peek(1).IsSymbol('(')) {
    return Unsupported("WITH (CREDENTIAL ...)", "sources are local files and folders");
  }
  return {};
}

/// What is selected: up to the FROM that a path follows, which FROM of IS DISTINCT FROM is not.
Result<void> ParseSelection(StatementParser& parser, const Statement& statement, CopyInto& copy) {
  LIMNO_TRY(parser.ExpectWord("select"));
  const size_t begin = parser.Peek().begin;
  size_t end = begin;
  while (true) {
    const std::string part = parser.TextUntil({"from"}, ")");
    if (!parser.Peek().IsWord("from")) {
      return parser.Wrong("FROM 'path'");
    }
    end = parser.Peek().begin;
    const auto tokens = Tokenize(part);
    parser.Take();
    if (tokens.empty() || !tokens.back().IsWord("distinct")) {
      break;
    }
  }
  copy.selection = statement.text.substr(begin, end - begin);
  if (copy.selection.find_first_not_of(" \t\r\n") == std::string::npos) {
    return parser.Wrong("columns between SELECT and FROM");
  }
  LIMNO_TRY(ParseSource(parser, copy));
  copy.rest = parser.TextUntil({}, ")");
  return parser.ExpectSymbol(')');
}

Result<void> ParseFormat(StatementParser& parser, CopyInto& copy) {
  LIMNO_TRY(parser.ExpectWord("fileformat"));
  LIMNO_TRY(parser.ExpectSymbol('='));
  const std::string format = base::FoldCase(parser.Peek().text);
  if (format == "parquet") {
    copy.format = SourceFormat::kParquet;
  } else if (format == "csv") {
    copy.format = SourceFormat::kCsv;
  } else if (format == "json") {
    copy.format = SourceFormat::kJson;
  } else if (format == "avro" || format == "orc" || format == "text" || format == "binaryfile") {
    return Unsupported("FILEFORMAT = " + format, "it takes PARQUET, CSV and JSON");
  } else {
    return parser.Wrong("PARQUET, CSV or JSON");
  }
  parser.Take();
  return {};
}

Result<void> ParseFiles(StatementParser& parser, CopyInto& copy) {
  LIMNO_TRY(parser.ExpectSymbol('='));
  LIMNO_TRY(parser.ExpectSymbol('('));
  do {
    LIMNO_ASSIGN(std::string file, parser.String("a file in quotes"));
    copy.files.push_back(std::move(file));
  } while (parser.TakeSymbol(','));
  if (copy.files.size() > kMostFiles) {
    return Fail(ErrorKind::kUsage,
                fmt::format("FILES names {} files, more than {}", copy.files.size(), kMostFiles),
                {}, "name their folder, or use PATTERN");
  }
  return parser.ExpectSymbol(')');
}

Result<void> ParseCopyOptions(StatementParser& parser, CopyInto& copy) {
  LIMNO_ASSIGN(const OptionList options, TakePropertyList(parser));
  for (const auto& [name, text] : options) {
    const std::string folded = base::FoldCase(name);
    bool* const flag = folded == "force"         ? &copy.force
                       : folded == "mergeschema" ? &copy.merge_schema
                       : folded == "link"        ? &copy.link
                                                 : nullptr;
    if (flag == nullptr) {
      return Fail(ErrorKind::kUsage, "COPY_OPTIONS has no option " + name, {},
                  base::NearestNameHint(name, {"force", "mergeSchema", "link"}));
    }
    LIMNO_ASSIGN(*flag, TruthOf(name, text));
  }
  return {};
}

Result<void> ParseClauses(StatementParser& parser, CopyInto& copy) {
  while (!parser.AtEnd()) {
    if (parser.TakeWord("files")) {
      LIMNO_TRY(ParseFiles(parser, copy));
    } else if (parser.TakeWord("pattern")) {
      LIMNO_TRY(parser.ExpectSymbol('='));
      LIMNO_ASSIGN(copy.pattern, parser.String("a pattern in quotes"));
    } else if (parser.TakeWord("format_options")) {
      LIMNO_ASSIGN(copy.format_options, TakePropertyList(parser));
    } else if (parser.TakeWord("copy_options")) {
      LIMNO_TRY(ParseCopyOptions(parser, copy));
    } else if (parser.Peek().IsWord("validate")) {
      return Unsupported("VALIDATE", "run it, look at the rows, and RESTORE the table to undo it");
    } else {
      return parser.Wrong("FILES, PATTERN, FORMAT_OPTIONS, COPY_OPTIONS or the end");
    }
  }
  return {};
}

}  // namespace

Result<bool> TruthOf(const std::string& option, const std::string& text) {
  const std::string folded = base::FoldCase(text);
  if (folded == "true" || folded == "false") {
    return folded == "true";
  }
  return Fail(ErrorKind::kUsage, "option " + option + " is " + text, {}, "it is true or false");
}

Result<std::optional<CopyInto>> ParseCopyInto(const Statement& statement) {
  StatementParser parser(statement);
  if (!parser.TakeWords({"copy", "into"})) {
    return std::optional<CopyInto>();
  }
  CopyInto copy;
  LIMNO_ASSIGN(copy.table, parser.Table());
  LIMNO_TRY(ParseTargetColumns(parser, copy));
  LIMNO_TRY(parser.ExpectWord("from"));
  if (parser.TakeSymbol('(')) {
    LIMNO_TRY(ParseSelection(parser, statement, copy));
  } else {
    LIMNO_TRY(ParseSource(parser, copy));
  }
  LIMNO_TRY(ParseFormat(parser, copy));
  LIMNO_TRY(ParseClauses(parser, copy));
  if (!copy.files.empty() && !copy.pattern.empty()) {
    return Fail(ErrorKind::kUsage, "COPY INTO takes FILES or PATTERN, not both");
  }
  if (copy.by_position && (copy.format != SourceFormat::kCsv || !copy.selection.empty())) {
    return Fail(ErrorKind::kUsage, "only CSV files without SELECT are taken by position", {},
                "the columns of other files have names");
  }
  return copy;
}

}  // namespace limno::engine
