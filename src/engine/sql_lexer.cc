#include "engine/sql_lexer.h"

#include <cctype>

namespace limno::engine {
namespace {

bool IsWordStart(char character) {
  return std::isalpha(static_cast<unsigned char>(character)) != 0 || character == '_' ||
         (static_cast<unsigned char>(character) & 0x80U) != 0;
}

bool IsWordPart(char character) {
  return IsWordStart(character) || std::isdigit(static_cast<unsigned char>(character)) != 0 ||
         character == '$';
}

class Lexer {
 public:
  explicit Lexer(std::string_view sql) : sql_(sql) {}

  std::vector<Token> Run() {
    while (SkipBlank()) {
      tokens_.push_back(Next());
    }
    return std::move(tokens_);
  }

 private:
  char At(size_t offset) const {
    return position_ + offset < sql_.size() ? sql_[position_ + offset] : '\0';
  }

  void SkipLineComment() {
    while (position_ < sql_.size() && sql_[position_] != '\n') {
      ++position_;
    }
  }

  /// Block comments nest, as in PostgreSQL.
  void SkipBlockComment() {
    int depth = 0;
    do {
      if (At(0) == '/' && At(1) == '*') {
        ++depth;
        position_ += 2;
      } else if (At(0) == '*' && At(1) == '/') {
        --depth;
        position_ += 2;
      } else {
        ++position_;
      }
    } while (depth > 0 && position_ < sql_.size());
  }

  /// False at the end of the text.
  bool SkipBlank() {
    while (position_ < sql_.size()) {
      if (std::isspace(static_cast<unsigned char>(sql_[position_])) != 0) {
        ++position_;
      } else if (At(0) == '-' && At(1) == '-') {
        SkipLineComment();
      } else if (At(0) == '/' && At(1) == '*') {
        SkipBlockComment();
      } else {
        return true;
      }
    }
    return false;
  }

  Token Next() {
    Token token;
    token.begin = position_;
    const char character = sql_[position_];
    if (character == '\'') {
      token.kind = TokenKind::kString;
      token.text = Quoted('\'');
    } else if (character == '"' || character == '`') {
      token.kind = TokenKind::kQuotedName;
      token.text = Quoted(character);
    } else if (character == '$' && TakeDollarQuote(token)) {
      token.kind = TokenKind::kString;
    } else if (IsWordStart(character)) {
      token.kind = TokenKind::kWord;
      while (position_ < sql_.size() && IsWordPart(sql_[position_])) {
        token.text += static_cast<char>(std::tolower(static_cast<unsigned char>(sql_[position_])));
        ++position_;
      }
    } else if (std::isdigit(static_cast<unsigned char>(character)) != 0) {
      token.kind = TokenKind::kNumber;
      while (position_ < sql_.size() && (IsWordPart(sql_[position_]) || sql_[position_] == '.')) {
        token.text += sql_[position_++];
      }
    } else {
      token.text = std::string(1, character);
      ++position_;
    }
    token.end = position_;
    return token;
  }

  std::string Quoted(char quote) {
    std::string text;
    for (++position_; position_ < sql_.size(); ++position_) {
      if (sql_[position_] != quote) {
        text += sql_[position_];
      } else if (At(1) == quote) {
        text += quote;
        ++position_;
      } else {
        ++position_;
        break;
      }
    }
    return text;
  }

  bool TakeDollarQuote(Token& token) {
    size_t end = position_ + 1;
    while (end < sql_.size() && (IsWordPart(sql_[end]) && sql_[end] != '$')) {
      ++end;
    }
    if (end >= sql_.size() || sql_[end] != '$') {
      return false;
    }
    const std::string_view tag = sql_.substr(position_, end + 1 - position_);
    const size_t close = sql_.find(tag, end + 1);
    const size_t text_end = close == std::string_view::npos ? sql_.size() : close;
    token.text = std::string(sql_.substr(end + 1, text_end - end - 1));
    position_ = close == std::string_view::npos ? sql_.size() : close + tag.size();
    return true;
  }

  std::string_view sql_;
  size_t position_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> Tokenize(std::string_view sql) { return Lexer(sql).Run(); }

std::vector<Statement> SplitStatements(std::string_view sql) {
  std::vector<Statement> statements;
  size_t begin = 0;
  const auto add = [&](size_t end) {
    Statement statement;
    statement.text = std::string(sql.substr(begin, end - begin));
    statement.tokens = Tokenize(statement.text);
    statement.offset = begin;
    if (!statement.tokens.empty()) {
      statements.push_back(std::move(statement));
    }
  };
  for (const Token& token : Tokenize(sql)) {
    if (token.IsSymbol(';')) {
      add(token.begin);
      begin = token.end;
    }
  }
  add(sql.size());
  return statements;
}

}  // namespace limno::engine
