#include "engine/spark_types.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "engine/engine.h"

namespace limno::engine {
namespace {

constexpr std::array<std::string_view, 16> kClauseWords{
    "not",        "null",    "default", "generated", "as",    "comment", "check", "constraint",
    "references", "primary", "unique",  "collate",   "first", "after",   "using", "foreign"};

Result<std::string> TakeStruct(StatementParser& parser, TypeDialect dialect) {
  std::string fields;
  do {
    LIMNO_ASSIGN(const std::string name, parser.Name("the name of a field"));
    (void)parser.TakeSymbol(':');
    LIMNO_ASSIGN(const std::string type, TakeType(parser, dialect));
    if (EndsType(parser.Peek())) {
      return Fail(
          ErrorKind::kUnsupported,
          "NOT NULL, DEFAULT and COMMENT apply to columns, not to fields within one: " + name);
    }
    fields += (fields.empty() ? "" : ", ") + QuoteIdentifier(name) + " " + type;
  } while (parser.TakeSymbol(','));
  LIMNO_TRY(parser.ExpectSymbol('>'));
  return "STRUCT(" + fields + ")";
}

/// array<...>, map<...>, struct<...>.
Result<std::string> TakeAngled(StatementParser& parser, TypeDialect dialect) {
  const std::string kind = parser.Take().text;
  LIMNO_TRY(parser.ExpectSymbol('<'));
  if (kind == "struct") {
    return TakeStruct(parser, dialect);
  }
  LIMNO_ASSIGN(const std::string first, TakeType(parser, dialect));
  std::string type = first + "[]";
  if (kind == "map") {
    LIMNO_TRY(parser.ExpectSymbol(','));
    LIMNO_ASSIGN(const std::string second, TakeType(parser, dialect));
    type = "MAP(" + first + ", " + second + ")";
  }
  LIMNO_TRY(parser.ExpectSymbol('>'));
  return type;
}

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

}  // namespace

bool EndsType(const Token& token) {
  return token.kind == TokenKind::kWord &&
         std::find(kClauseWords.begin(), kClauseWords.end(), token.text) != kClauseWords.end();
}

Result<std::string> TakeType(StatementParser& parser, TypeDialect dialect) {
  const Token& first = parser.Peek();
  const bool angled = parser.Peek(1).IsSymbol('<') &&
                      (first.IsWord("array") || first.IsWord("map") || first.IsWord("struct"));
  std::string type;
  if (angled) {
    LIMNO_ASSIGN(type, TakeAngled(parser, dialect));
  } else if (first.kind == TokenKind::kQuotedName) {
    type = QuoteIdentifier(parser.Take().text);
  } else if (first.IsName() && !EndsType(first)) {
    const bool alone = parser.Peek(1).kind != TokenKind::kWord || EndsType(parser.Peek(1));
    const bool has_arguments = parser.Peek(1).IsSymbol('(');
    type = alone ? OneWord(first.text, has_arguments, dialect) : first.text;
    parser.Take();
  } else {
    return parser.Wrong("a type");
  }
  // The rest is DuckDB's: arguments, TIME ZONE, brackets.
  while (!EndsHere(parser)) {
    if (parser.Peek().IsSymbol('(')) {
      LIMNO_ASSIGN(const std::string arguments, parser.Parenthesised("'('"));
      type += "(" + arguments + ")";
      continue;
    }
    const Token& token = parser.Take();
    type += (token.kind == TokenKind::kWord ? " " : "") + token.text;
  }
  return type;
}

}  // namespace limno::engine
