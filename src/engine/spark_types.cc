#include "engine/spark_types.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/engine.h"

namespace limno::engine {
namespace {

constexpr std::array<std::string_view, 16> kClauseWords{
    "not",        "null",    "default", "generated", "as",    "comment", "check", "constraint",
    "references", "primary", "unique",  "collate",   "first", "after",   "using", "foreign"};

/// Words that only one of them knows, and those that both know in different meanings.
std::string OneWord(const std::string& word, bool has_arguments, TypeDialect dialect) {
  if (word == "timestamp_ntz") {
    return "TIMESTAMP";
  }
  if (word == "timestamp_ltz") {
    return "TIMESTAMPTZ";
  }
  if (word == "byte") {
    return "TINYINT";
  }
  if (dialect == TypeDialect::kDuckDb) {
    return word;
  }
  if (word == "timestamp") {
    return "TIMESTAMPTZ";
  }
  const bool decimal = word == "decimal" || word == "dec" || word == "numeric";
  return decimal && !has_arguments ? "DECIMAL(10, 0)" : word;
}

bool EndsHere(const StatementParser& parser) {
  const Token& token = parser.Peek();
  return parser.AtEnd() || EndsType(token) || token.IsSymbol(',') || token.IsSymbol(')') ||
         token.IsSymbol('>');
}

/// Reads one type, and notes what its fields have besides.
class TypeReader {
 public:
  TypeReader(StatementParser& parser, TypeDialect dialect) : parser_(parser), dialect_(dialect) {}

  Result<std::string> Read() {
    const Token& first = parser_.Peek();
    const bool angled = parser_.Peek(1).IsSymbol('<') &&
                        (first.IsWord("array") || first.IsWord("map") || first.IsWord("struct"));
    std::string type;
    if (angled) {
      LIMNO_ASSIGN(type, Angled());
    } else if (auto fields = ParenthesisedStruct()) {
      type = *std::move(fields);
    } else if (first.kind == TokenKind::kQuotedName) {
      type = QuoteIdentifier(parser_.Take().text);
    } else if (first.IsName() && !EndsType(first)) {
      const bool alone = parser_.Peek(1).kind != TokenKind::kWord || EndsType(parser_.Peek(1));
      const bool has_arguments = parser_.Peek(1).IsSymbol('(');
      type = alone ? OneWord(first.text, has_arguments, dialect_) : first.text;
      parser_.Take();
    } else {
      return parser_.Wrong("a type");
    }
    return Rest(std::move(type));
  }

  std::vector<InnerClause> TakeClauses() { return std::move(clauses_); }

 private:
  /// DuckDB's: arguments, TIME ZONE, brackets.
  Result<std::string> Rest(std::string type) {
    while (!EndsHere(parser_)) {
      if (parser_.Peek().IsSymbol('(')) {
        LIMNO_ASSIGN(const std::string arguments, parser_.Parenthesised("'('"));
        type += "(" + arguments + ")";
        continue;
      }
      const Token& token = parser_.Take();
      type += (token.kind == TokenKind::kWord ? " " : "") + token.text;
    }
    return type;
  }

  /// What stands at that place within the type.
  Result<std::string> Inner(const std::string& step) {
    path_.push_back(step);
    auto type = Read();
    path_.pop_back();
    return type;
  }

  /// array<...>, map<...>, struct<...>.
  Result<std::string> Angled() {
    const std::string kind = parser_.Take().text;
    LIMNO_TRY(parser_.ExpectSymbol('<'));
    if (kind == "struct") {
      return Fields('>');
    }
    std::string type;
    if (kind == "map") {
      LIMNO_ASSIGN(const std::string key, Inner("key"));
      LIMNO_TRY(parser_.ExpectSymbol(','));
      LIMNO_ASSIGN(const std::string value, Inner("value"));
      type = "MAP(" + key + ", " + value + ")";
    } else {
      LIMNO_ASSIGN(const std::string element, Inner("element"));
      type = element + "[]";
    }
    LIMNO_TRY(parser_.ExpectSymbol('>'));
    return type;
  }

  /// STRUCT(...) with clauses that DuckDB would not take; everything else is left to it.
  std::optional<std::string> ParenthesisedStruct() {
    if (!parser_.Peek().IsWord("struct") || !parser_.Peek(1).IsSymbol('(')) {
      return std::nullopt;
    }
    const size_t begin = parser_.position();
    const size_t known = clauses_.size();
    parser_.Take();
    parser_.Take();
    auto fields = Fields(')');
    // Arrays of it would have the fields one step deeper.
    if (fields && clauses_.size() > known && EndsHere(parser_)) {
      return *std::move(fields);
    }
    clauses_.resize(known);
    parser_.SkipTo(begin);
    return std::nullopt;
  }

  Result<std::string> Fields(char end) {
    std::string fields;
    do {
      LIMNO_ASSIGN(const std::string name, parser_.Name("the name of a field"));
      (void)parser_.TakeSymbol(':');
      LIMNO_ASSIGN(const std::string type, Inner(name));
      LIMNO_TRY(Clauses(name));
      fields += (fields.empty() ? "" : ", ") + QuoteIdentifier(name) + " " + type;
    } while (parser_.TakeSymbol(','));
    LIMNO_TRY(parser_.ExpectSymbol(end));
    return "STRUCT(" + fields + ")";
  }

  Result<void> Clauses(const std::string& name) {
    InnerClause clause;
    while (EndsType(parser_.Peek())) {
      if (parser_.TakeWords({"not", "null"})) {
        clause.not_null = true;
      } else if (parser_.TakeWord("comment")) {
        LIMNO_ASSIGN(clause.comment, parser_.String("a comment in quotes"));
      } else {
        return Fail(
            ErrorKind::kUnsupported,
            "fields within a column can have NOT NULL and COMMENT, and nothing else: " + name);
      }
    }
    if (clause.not_null || clause.comment) {
      clause.path = path_;
      clause.path.push_back(name);
      clauses_.push_back(std::move(clause));
    }
    return {};
  }

  StatementParser& parser_;
  const TypeDialect dialect_;
  std::vector<std::string> path_;
  std::vector<InnerClause> clauses_;
};

}  // namespace

bool EndsType(const Token& token) {
  return token.kind == TokenKind::kWord &&
         std::find(kClauseWords.begin(), kClauseWords.end(), token.text) != kClauseWords.end();
}

Result<ColumnType> TakeType(StatementParser& parser, TypeDialect dialect) {
  TypeReader reader(parser, dialect);
  LIMNO_ASSIGN(std::string text, reader.Read());
  return ColumnType{std::move(text), reader.TakeClauses()};
}

}  // namespace limno::engine
