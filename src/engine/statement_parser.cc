#include "engine/statement_parser.h"

#include <algorithm>
#include <charconv>

#include "engine/engine.h"

namespace limno::engine {

const Token& StatementParser::Peek(size_t ahead) const {
  static const Token kEnd;
  const size_t index = position_ + ahead;
  return index < statement_.tokens.size() ? statement_.tokens[index] : kEnd;
}

bool StatementParser::TakeWord(std::string_view word) {
  const bool taken = Peek().IsWord(word);
  position_ += taken ? 1 : 0;
  return taken;
}

bool StatementParser::TakeWords(std::initializer_list<std::string_view> words) {
  size_t ahead = 0;
  for (const std::string_view word : words) {
    if (!Peek(ahead++).IsWord(word)) {
      return false;
    }
  }
  position_ += ahead;
  return true;
}

bool StatementParser::TakeSymbol(char symbol) {
  const bool taken = Peek().IsSymbol(symbol);
  position_ += taken ? 1 : 0;
  return taken;
}

tl::unexpected<Error> StatementParser::Wrong(const std::string& expected) const {
  const bool end = AtEnd();
  const size_t offset = end ? statement_.text.size() : Peek().begin;
  std::string found = "the end";
  if (!end) {
    found = '\'';
    found.append(statement_.text, Peek().begin, Peek().end - Peek().begin);
    found += '\'';
  }
  return Fail(ErrorKind::kUsage, "expected " + expected + ", found " + found,
              LineAndColumn(statement_.text, offset));
}

Result<void> StatementParser::ExpectWord(std::string_view word) {
  if (TakeWord(word)) {
    return {};
  }
  std::string upper(word);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char letter) { return letter >= 'a' && letter <= 'z' ? letter - 32 : letter; });
  return Wrong(upper);
}

Result<void> StatementParser::ExpectSymbol(char symbol) {
  return TakeSymbol(symbol) ? Result<void>() : Wrong(std::string("'") + symbol + "'");
}

Result<void> StatementParser::ExpectEnd() const {
  return AtEnd() ? Result<void>() : Wrong("the end");
}

Result<TableTarget> StatementParser::Table() {
  TableTarget target;
  if (Peek().kind == TokenKind::kString) {
    target.path = Take().text;
    return target;
  }
  LIMNO_ASSIGN(std::string first, Name("a table name"));
  if (first == "delta" && TakeSymbol('(')) {
    LIMNO_ASSIGN(target.path, String("a path in quotes"));
    LIMNO_TRY(ExpectSymbol(')'));
    return target;
  }
  std::vector<std::string> parts{std::move(first)};
  while (TakeSymbol('.')) {
    if (Peek().kind == TokenKind::kString) {
      parts.push_back(Take().text);
      continue;
    }
    LIMNO_ASSIGN(std::string part, Name("a name"));
    parts.push_back(std::move(part));
  }
  return FromParts(std::move(parts));
}

Result<std::string> StatementParser::Name(const std::string& what) {
  if (!Peek().IsName()) {
    return Wrong(what);
  }
  const Token& token = Take();
  return token.kind == TokenKind::kWord
             ? statement_.text.substr(token.begin, token.end - token.begin)
             : token.text;
}

Result<std::vector<std::string>> StatementParser::DottedName(const std::string& what) {
  std::vector<std::string> parts;
  do {
    LIMNO_ASSIGN(std::string part, Name(what));
    parts.push_back(std::move(part));
  } while (TakeSymbol('.'));
  return parts;
}

Result<int64_t> StatementParser::Integer(const std::string& what) {
  const Token& token = Peek();
  int64_t value = 0;
  const char* end = token.text.data() + token.text.size();
  if (token.kind != TokenKind::kNumber ||
      std::from_chars(token.text.data(), end, value).ptr != end) {
    return Wrong(what);
  }
  ++position_;
  return value;
}

Result<std::string> StatementParser::String(const std::string& what) {
  if (Peek().kind != TokenKind::kString) {
    return Wrong(what);
  }
  return Take().text;
}

Result<std::string> StatementParser::Parenthesised(const std::string& what) {
  if (!Peek().IsSymbol('(')) {
    return Wrong(what);
  }
  const size_t begin = Take().end;
  for (int depth = 1; !AtEnd(); ++position_) {
    depth += Peek().IsSymbol('(') ? 1 : 0;
    depth -= Peek().IsSymbol(')') ? 1 : 0;
    if (depth == 0) {
      return statement_.text.substr(begin, Take().begin - begin);
    }
  }
  return Wrong("')'");
}

std::string StatementParser::TextUntil(std::initializer_list<std::string_view> stops,
                                       std::string_view symbols) {
  const size_t begin = Peek().begin;
  size_t end = begin;
  const auto stands = [&] {
    return std::any_of(stops.begin(), stops.end(),
                       [&](std::string_view stop) { return Peek().IsWord(stop); }) ||
           std::any_of(symbols.begin(), symbols.end(),
                       [&](char symbol) { return Peek().IsSymbol(symbol); });
  };
  for (int depth = 0; !AtEnd(); ++position_) {
    if (depth == 0 && stands()) {
      break;
    }
    depth += Peek().IsSymbol('(') ? 1 : 0;
    depth -= Peek().IsSymbol(')') ? 1 : 0;
    end = Peek().end;
  }
  return statement_.text.substr(begin, end - begin);
}

Result<TableTarget> StatementParser::FromParts(std::vector<std::string> parts) const {
  TableTarget target;
  if (parts.size() == 3 && parts[0] == "lake") {
    parts.erase(parts.begin());
  }
  if (parts.size() > 2) {
    return Fail(ErrorKind::kUsage, "a table is named namespace.name");
  }
  if (parts.size() == 2 && parts[0] == "delta") {
    target.path = parts[1];
    return target;
  }
  target.name_space = parts.size() == 2 ? parts[0] : "main";
  target.name = parts.back();
  return target;
}

std::string TableTarget::ToSql() const {
  return path.empty() ? "lake." + QuoteIdentifier(name_space) + "." + QuoteIdentifier(name)
                      : "lake.delta." + QuoteIdentifier(path);
}

TableTarget ParseTableTarget(const std::string& text) {
  const Statement statement{text, Tokenize(text), 0};
  StatementParser parser(statement);
  auto target = parser.Table();
  if (target && parser.AtEnd()) {
    return std::move(*target);
  }
  TableTarget path;
  path.path = text;
  return path;
}

std::string LineAndColumn(std::string_view text, size_t offset) {
  size_t line = 1;
  size_t column = 1;
  for (size_t index = 0; index < offset && index < text.size(); ++index) {
    if (text[index] == '\n') {
      ++line;
      column = 1;
    } else {
      ++column;
    }
  }
  return std::to_string(line) + ":" + std::to_string(column);
}

}  // namespace limno::engine
