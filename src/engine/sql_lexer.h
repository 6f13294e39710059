// Cuts SQL text into tokens and statements, just well enough to recognise our own statements:
// strings, quoted names, dollar quotes and comments are never looked into.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace limno::engine {

enum class TokenKind { kWord, kQuotedName, kString, kNumber, kSymbol };

struct Token {
  TokenKind kind = TokenKind::kSymbol;
  /// Words in lower case, names and strings without quotes, symbols one character each.
  std::string text;
  /// Byte range in the SQL text.
  size_t begin = 0;
  size_t end = 0;

  bool IsWord(std::string_view word) const { return kind == TokenKind::kWord && text == word; }
  bool IsSymbol(char symbol) const {
    return kind == TokenKind::kSymbol && text.size() == 1 && text[0] == symbol;
  }
  /// A bare word or a quoted name.
  bool IsName() const { return kind == TokenKind::kWord || kind == TokenKind::kQuotedName; }
};

/// Comments and white space are left out. Text that ends inside a quote becomes one last token.
/// Names may be quoted with "..." or, as in Spark, `...`.
std::vector<Token> Tokenize(std::string_view sql);

/// The statements of a text, split at ';', without empty ones; each with its own tokens (positions
/// relative to the statement's text).
struct Statement {
  std::string text;
  std::vector<Token> tokens;
  /// Where the text begins in the whole.
  size_t offset = 0;
};
std::vector<Statement> SplitStatements(std::string_view sql);

}  // namespace limno::engine
