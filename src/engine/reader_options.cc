#include "engine/reader_options.h"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <vector>

#include "base/name_match.h"
#include "engine/engine.h"

namespace limno::engine {
namespace {

/// What an option of Spark's is here.
enum class Kind {
  /// The argument of that name.
  kArgument,
  kHeader,
  kInferSchema,
  kDateFormat,
  kTimestampFormat,
  kIgnoreCorruptFiles,
  kMode,
  kSkipRows,
  /// So it is anyway, or FindSourceFiles looks at it.
  kNothing,
};

struct Option {
  std::string_view name;
  Kind kind;
  std::string_view argument = {};
};

constexpr std::array kCsvOptions = {
    Option{"sep", Kind::kArgument, "delim"},
    Option{"delimiter", Kind::kArgument, "delim"},
    Option{"quote", Kind::kArgument, "quote"},
    Option{"escape", Kind::kArgument, "escape"},
    Option{"comment", Kind::kArgument, "comment"},
    Option{"nullValue", Kind::kArgument, "nullstr"},
    Option{"encoding", Kind::kArgument, "encoding"},
    Option{"charset", Kind::kArgument, "encoding"},
    Option{"compression", Kind::kArgument, "compression"},
    Option{"header", Kind::kHeader},
    Option{"inferSchema", Kind::kInferSchema},
    Option{"dateFormat", Kind::kDateFormat},
    Option{"timestampFormat", Kind::kTimestampFormat},
    Option{"mode", Kind::kMode},
    Option{"skipRows", Kind::kSkipRows},
    Option{"multiLine", Kind::kNothing},
    Option{"mergeSchema", Kind::kNothing},
    Option{"ignoreCorruptFiles", Kind::kIgnoreCorruptFiles},
    Option{"ignoreMissingFiles", Kind::kNothing},
};

constexpr std::array kJsonOptions = {
    Option{"compression", Kind::kArgument, "compression"},
    Option{"dateFormat", Kind::kDateFormat},
    Option{"timestampFormat", Kind::kTimestampFormat},
    Option{"mode", Kind::kMode},
    Option{"multiLine", Kind::kNothing},
    Option{"inferSchema", Kind::kNothing},
    Option{"mergeSchema", Kind::kNothing},
    Option{"ignoreCorruptFiles", Kind::kIgnoreCorruptFiles},
    Option{"ignoreMissingFiles", Kind::kNothing},
};

constexpr std::array kParquetOptions = {
    Option{"mergeSchema", Kind::kNothing},
    Option{"ignoreCorruptFiles", Kind::kIgnoreCorruptFiles},
    Option{"ignoreMissingFiles", Kind::kNothing},
};

template <size_t kSize>
Result<Option> FindOption(const std::array<Option, kSize>& options, const std::string& name,
                          std::string_view format) {
  std::vector<std::string> names;
  for (const Option& option : options) {
    if (base::FoldCase(option.name) == base::FoldCase(name)) {
      return option;
    }
    names.emplace_back(option.name);
  }
  return Fail(ErrorKind::kUsage,
              fmt::format("FORMAT_OPTIONS has no option {} for {}", name, format), {},
              base::NearestNameHint(name, names));
}

Result<Option> FindOption(SourceFormat format, const std::string& name) {
  switch (format) {
    case SourceFormat::kCsv:
      return FindOption(kCsvOptions, name, "CSV");
    case SourceFormat::kJson:
      return FindOption(kJsonOptions, name, "JSON");
    case SourceFormat::kParquet:
      break;
  }
  return FindOption(kParquetOptions, name, "PARQUET");
}

/// What becomes of rows that do not fit their file.
Result<std::string> ModeArguments(SourceFormat format, const std::string& mode) {
  const std::string folded = base::FoldCase(mode);
  if (folded == "failfast") {
    return std::string();
  }
  if (folded == "dropmalformed") {
    return std::string(", ignore_errors = true");
  }
  if (folded == "permissive" && format == SourceFormat::kCsv) {
    return std::string(", null_padding = true");
  }
  return Fail(ErrorKind::kUsage, "option mode is " + mode, {},
              format == SourceFormat::kCsv ? "it is FAILFAST, PERMISSIVE or DROPMALFORMED"
                                           : "it is FAILFAST or DROPMALFORMED");
}

Result<void> Apply(SourceFormat format, const Option& option, const std::string& text,
                   ReaderOptions& reader) {
  switch (option.kind) {
    case Kind::kArgument:
      reader.arguments += fmt::format(", {} = {}", option.argument,
                                      QuoteString(text == "\\t" ? std::string("\t") : text));
      break;
    case Kind::kHeader: {
      LIMNO_ASSIGN(reader.header, TruthOf("header", text));
      break;
    }
    case Kind::kInferSchema: {
      LIMNO_ASSIGN(reader.infer_schema, TruthOf("inferSchema", text));
      break;
    }
    case Kind::kDateFormat: {
      LIMNO_ASSIGN(reader.date_format, StrptimeFormat(text));
      break;
    }
    case Kind::kTimestampFormat: {
      LIMNO_ASSIGN(reader.timestamp_format, StrptimeFormat(text));
      break;
    }
    case Kind::kIgnoreCorruptFiles: {
      LIMNO_ASSIGN(reader.ignore_corrupt_files, TruthOf("ignoreCorruptFiles", text));
      break;
    }
    case Kind::kMode: {
      LIMNO_ASSIGN(const std::string arguments, ModeArguments(format, text));
      reader.arguments += arguments;
      break;
    }
    case Kind::kSkipRows:
      if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos) {
        return Fail(ErrorKind::kUsage, "option skipRows is " + text, {}, "it is a number of lines");
      }
      reader.arguments += ", skip = " + text;
      break;
    case Kind::kNothing:
      break;
  }
  return {};
}

/// Runs of one letter in Java's patterns, and what strptime has for them.
struct Field {
  std::string_view java;
  std::string_view strptime;
};
constexpr Field kFields[] = {
    {"yyyy", "%Y"}, {"y", "%Y"},   {"uuuu", "%Y"}, {"yy", "%y"},  {"MMMM", "%B"},   {"MMM", "%b"},
    {"MM", "%m"},   {"M", "%m"},   {"dd", "%d"},   {"d", "%d"},   {"EEEE", "%A"},   {"EEE", "%a"},
    {"E", "%a"},    {"HH", "%H"},  {"H", "%H"},    {"hh", "%I"},  {"h", "%I"},      {"mm", "%M"},
    {"m", "%M"},    {"ss", "%S"},  {"s", "%S"},    {"SSS", "%g"}, {"SSSSSS", "%f"}, {"a", "%p"},
    {"D", "%j"},    {"DDD", "%j"}, {"VV", "%Z"},   {"z", "%Z"},
};

std::string Literal(char byte) { return byte == '%' ? "%%" : std::string(1, byte); }

tl::unexpected<Error> NoCounterpart(const std::string& part, const std::string& pattern) {
  return Fail(ErrorKind::kUnsupported,
              fmt::format("{} of the format {} has no counterpart here", part, pattern), {},
              "read the column as text and convert it in FROM (SELECT ...)");
}

bool IsLetter(char byte) { return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z'); }

}  // namespace

Result<std::string> StrptimeFormat(const std::string& pattern) {
  std::string format;
  for (size_t index = 0; index < pattern.size();) {
    const char byte = pattern[index];
    if (byte == '\'') {
      size_t end = pattern.find('\'', index + 1);
      end = end == std::string::npos ? pattern.size() : end;
      // Two of them are one.
      if (end == index + 1) {
        format += '\'';
      }
      for (size_t inside = index + 1; inside < end; ++inside) {
        format += Literal(pattern[inside]);
      }
      index = end + 1;
      continue;
    }
    if (!IsLetter(byte)) {
      if (byte == '[' || byte == ']') {
        return NoCounterpart("an optional part", pattern);
      }
      format += Literal(byte);
      ++index;
      continue;
    }
    const size_t end = pattern.find_first_not_of(byte, index);
    const std::string run = pattern.substr(index, end == std::string::npos ? end : end - index);
    // However it is spelled.
    if (byte == 'X' || byte == 'x' || byte == 'Z') {
      format += "%z";
      index += run.size();
      continue;
    }
    const Field* found = nullptr;
    for (const Field& field : kFields) {
      found = field.java == run ? &field : found;
    }
    if (found == nullptr) {
      return NoCounterpart(run, pattern);
    }
    format += found->strptime;
    index += run.size();
  }
  return format;
}

Result<ReaderOptions> ParseReaderOptions(SourceFormat format, const OptionList& options) {
  ReaderOptions reader;
  bool delimiter = false;
  bool null_text = false;
  bool quote = false;
  for (const auto& [name, text] : options) {
    LIMNO_ASSIGN(const Option option, FindOption(format, name));
    LIMNO_TRY(Apply(format, option, text, reader));
    delimiter = delimiter || option.argument == "delim";
    null_text = null_text || option.argument == "nullstr";
    quote = quote || option.argument == "quote";
  }
  if (format == SourceFormat::kCsv) {
    // Spark's defaults; what is left open is told by the file itself.
    reader.arguments += delimiter ? "" : ", delim = ','";
    reader.arguments += quote ? "" : ", quote = '\"'";
    reader.arguments += null_text ? "" : ", nullstr = ''";
    reader.arguments += ", allow_quoted_nulls = false";
    reader.arguments += reader.header ? ", header = true" : ", header = false";
  }
  return reader;
}

}  // namespace limno::engine
