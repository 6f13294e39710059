#include "engine/lake_statement.h"

#include <charconv>

#include "engine/engine.h"

namespace limno::engine {
namespace {

/// Walks over the tokens of one statement.
class Parser {
 public:
  explicit Parser(const Statement& statement, size_t position = 0)
      : statement_(statement), position_(position) {}

  size_t position() const { return position_; }
  bool AtEnd() const { return position_ >= statement_.tokens.size(); }
  const Token& Peek(size_t ahead = 0) const {
    static const Token kEnd;
    const size_t index = position_ + ahead;
    return index < statement_.tokens.size() ? statement_.tokens[index] : kEnd;
  }
  bool TakeWord(std::string_view word) {
    const bool taken = Peek().IsWord(word);
    position_ += taken ? 1 : 0;
    return taken;
  }
  bool TakeSymbol(char symbol) {
    const bool taken = Peek().IsSymbol(symbol);
    position_ += taken ? 1 : 0;
    return taken;
  }
  const Token& Take() { return statement_.tokens[position_++]; }

  tl::unexpected<Error> Wrong(const std::string& expected) const {
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
  Result<void> ExpectEnd() const { return AtEnd() ? Result<void>() : Wrong("the end"); }

  Result<TableTarget> Table() {
    TableTarget target;
    if (Peek().kind == TokenKind::kString) {
      target.path = Take().text;
      return target;
    }
    if (!Peek().IsName()) {
      return Wrong("a table name");
    }
    std::vector<std::string> parts{NameText()};
    if (parts[0] == "delta" && TakeSymbol('(')) {
      if (Peek().kind != TokenKind::kString) {
        return Wrong("a path in quotes");
      }
      target.path = Take().text;
      return TakeSymbol(')') ? Result<TableTarget>(target) : Wrong("')'");
    }
    while (TakeSymbol('.')) {
      if (!Peek().IsName() && Peek().kind != TokenKind::kString) {
        return Wrong("a name");
      }
      parts.push_back(NameText());
    }
    return FromParts(std::move(parts));
  }

  Result<int64_t> Integer(const std::string& what) {
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

  /// The text from here up to one of the words at this level, or to the end.
  std::string TextUntil(std::string_view stop) {
    const size_t begin = Peek().begin;
    size_t end = begin;
    for (int depth = 0; !AtEnd(); ++position_) {
      depth += Peek().IsSymbol('(') ? 1 : 0;
      depth -= Peek().IsSymbol(')') ? 1 : 0;
      if (depth == 0 && !stop.empty() && Peek().IsWord(stop)) {
        break;
      }
      end = Peek().end;
    }
    return statement_.text.substr(begin, end - begin);
  }

 private:
  /// Names keep the case they are written in.
  std::string NameText() {
    const Token& token = Take();
    return token.kind == TokenKind::kWord
               ? statement_.text.substr(token.begin, token.end - token.begin)
               : token.text;
  }

  Result<TableTarget> FromParts(std::vector<std::string> parts) const {
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

  const Statement& statement_;
  size_t position_;
};

Result<std::optional<LakeStatement>> ParseOptimize(Parser& parser) {
  Optimize statement;
  LIMNO_ASSIGN(statement.table, parser.Table());
  if (parser.TakeWord("where")) {
    statement.where = parser.TextUntil("zorder");
  }
  if (parser.TakeWord("zorder")) {
    if (!parser.TakeWord("by")) {
      return parser.Wrong("BY");
    }
    const bool parenthesised = parser.TakeSymbol('(');
    do {
      if (!parser.Peek().IsName()) {
        return parser.Wrong("a column");
      }
      statement.zorder.push_back(parser.Take().text);
    } while (parser.TakeSymbol(','));
    if (parenthesised && !parser.TakeSymbol(')')) {
      return parser.Wrong("')'");
    }
  }
  LIMNO_TRY(parser.ExpectEnd());
  return LakeStatement(std::move(statement));
}

Result<std::optional<LakeStatement>> ParseVacuum(Parser& parser) {
  Vacuum statement;
  LIMNO_ASSIGN(statement.table, parser.Table());
  if (parser.TakeWord("retain")) {
    const Token& number = parser.Peek();
    double hours = 0;
    const char* end = number.text.data() + number.text.size();
    if (number.kind != TokenKind::kNumber ||
        std::from_chars(number.text.data(), end, hours).ptr != end) {
      return parser.Wrong("a number of hours");
    }
    parser.Take();
    statement.retain_hours = hours;
    if (!parser.TakeWord("hours") && !parser.TakeWord("hour")) {
      return parser.Wrong("HOURS");
    }
  }
  if (parser.TakeWord("dry")) {
    if (!parser.TakeWord("run")) {
      return parser.Wrong("RUN");
    }
    statement.dry_run = true;
  }
  LIMNO_TRY(parser.ExpectEnd());
  return LakeStatement(std::move(statement));
}

Result<std::optional<LakeStatement>> ParseRestore(Parser& parser) {
  Restore statement;
  (void)parser.TakeWord("table");
  LIMNO_ASSIGN(statement.table, parser.Table());
  (void)parser.TakeWord("to");
  const bool version = parser.TakeWord("version");
  if (!version && !parser.TakeWord("timestamp")) {
    return parser.Wrong("VERSION AS OF or TIMESTAMP AS OF");
  }
  if (!parser.TakeWord("as") || !parser.TakeWord("of")) {
    return parser.Wrong("AS OF");
  }
  if (version) {
    LIMNO_ASSIGN(statement.version, parser.Integer("a version"));
    LIMNO_TRY(parser.ExpectEnd());
  } else {
    statement.timestamp = parser.TextUntil("");
    if (statement.timestamp.empty()) {
      return parser.Wrong("a timestamp");
    }
  }
  return LakeStatement(std::move(statement));
}

/// ALTER TABLE t ADD CONSTRAINT name CHECK (expression), ALTER TABLE t DROP CONSTRAINT [IF EXISTS]
/// name; every other ALTER TABLE is DuckDB's.
Result<std::optional<LakeStatement>> ParseAlter(Parser& parser) {
  auto table = parser.Table();
  const bool add = parser.Peek().IsWord("add");
  if (!table || !(add || parser.Peek().IsWord("drop")) || !parser.Peek(1).IsWord("constraint")) {
    return std::optional<LakeStatement>();
  }
  parser.Take();
  parser.Take();
  DropConstraint drop;
  if (!add && parser.TakeWord("if")) {
    drop.if_exists = parser.TakeWord("exists");
  }
  if (!parser.Peek().IsName()) {
    return parser.Wrong("the name of a constraint");
  }
  drop.table = *std::move(table);
  drop.name = parser.Take().text;
  if (!add) {
    LIMNO_TRY(parser.ExpectEnd());
    return LakeStatement(std::move(drop));
  }
  if (!parser.TakeWord("check") || !parser.Peek().IsSymbol('(')) {
    return parser.Wrong("CHECK (...)");
  }
  const std::string expression = parser.TextUntil("");
  return LakeStatement(AddConstraint{std::move(drop.table), std::move(drop.name),
                                     expression.substr(1, expression.size() - 2)});
}

/// Text that stands for the tokens from where it was found up to `end`.
struct Replacement {
  std::string text;
  size_t end = 0;
};

/// DESCRIBE as a query: at the beginning, after AS or EXPLAIN, or in parentheses.
bool BeginsDescribe(const std::vector<Token>& tokens, size_t index) {
  if (index + 2 >= tokens.size() ||
      !(tokens[index].IsWord("describe") || tokens[index].IsWord("desc")) ||
      !(tokens[index + 1].IsWord("history") || tokens[index + 1].IsWord("detail")) ||
      !(tokens[index + 2].IsName() || tokens[index + 2].kind == TokenKind::kString)) {
    return false;
  }
  if (index == 0) {
    return true;
  }
  const Token& before = tokens[index - 1];
  return before.IsSymbol('(') || before.IsWord("as") || before.IsWord("explain") ||
         before.IsWord("analyze");
}

/// nullopt if no DESCRIBE HISTORY or DETAIL begins at token `index`.
Result<std::optional<Replacement>> DescribeAt(const Statement& statement, size_t index) {
  const auto& tokens = statement.tokens;
  if (!BeginsDescribe(tokens, index)) {
    return std::nullopt;
  }
  Parser parser(statement, index + 2);
  LIMNO_ASSIGN(const TableTarget table, parser.Table());
  Replacement result;
  const bool history = tokens[index + 1].IsWord("history");
  result.text = std::string("SELECT * FROM ") + (history ? "delta_history(" : "delta_detail(") +
                QuoteString(table.ToSql());
  if (history && parser.TakeWord("limit")) {
    LIMNO_ASSIGN(const int64_t newest, parser.Integer("a number of entries"));
    result.text += ", newest => " + std::to_string(newest);
  }
  result.text += ')';
  result.end = parser.position();
  if (index == 0 || !tokens[index - 1].IsSymbol('(')) {
    LIMNO_TRY(parser.ExpectEnd());
  } else if (!parser.TakeSymbol(')')) {
    return parser.Wrong("')'");
  }
  return result;
}

/// Time travel at token `index`: how many tokens lead up to the value, 0 if it is none.
size_t TimeTravelWords(const std::vector<Token>& tokens, size_t index) {
  const size_t start = tokens[index].IsWord("for") ? index + 1 : index;
  if (start + 2 >= tokens.size()) {
    return 0;
  }
  const Token& unit = tokens[start];
  const bool is_unit = unit.IsWord("version") || unit.IsWord("timestamp") ||
                       unit.IsWord("system_version") || unit.IsWord("system_time");
  const bool as_of = tokens[start + 1].IsWord("as") && tokens[start + 2].IsWord("of");
  return is_unit && as_of ? start + 3 - index : 0;
}

/// End (exclusive, in tokens) of the value after AS OF: a literal with an optional type word before
/// it, or a call.
size_t ValueEnd(const std::vector<Token>& tokens, size_t index) {
  const bool typed = index + 1 < tokens.size() && tokens[index].kind == TokenKind::kWord &&
                     tokens[index + 1].kind == TokenKind::kString;
  size_t end = index + (typed ? 2 : 1);
  if (end < tokens.size() && tokens[end].IsSymbol('(')) {
    int depth = 0;
    do {
      depth += tokens[end].IsSymbol('(') ? 1 : 0;
      depth -= tokens[end].IsSymbol(')') ? 1 : 0;
      ++end;
    } while (end < tokens.size() && depth > 0);
  }
  return std::min(end, tokens.size());
}

std::optional<Replacement> TimeTravelAt(const Statement& statement, size_t index) {
  const auto& tokens = statement.tokens;
  const size_t words = index == 0 ? 0 : TimeTravelWords(tokens, index);
  if (words == 0 || index + words >= tokens.size()) {
    return std::nullopt;
  }
  const size_t value = index + words;
  const size_t end = ValueEnd(tokens, value);
  const Token& unit = tokens[value - 3];
  const bool version = unit.IsWord("version") || unit.IsWord("system_version");
  std::string text = version ? "AT (VERSION => " : "AT (TIMESTAMP => ";
  text.append(statement.text, tokens[value].begin, tokens[end - 1].end - tokens[value].begin);
  if (!version && tokens[value].kind == TokenKind::kString) {
    text += "::TIMESTAMP";
  }
  return Replacement{text + ")", end};
}

}  // namespace

std::string TableTarget::ToSql() const {
  return path.empty() ? "lake." + QuoteIdentifier(name_space) + "." + QuoteIdentifier(name)
                      : "lake.delta." + QuoteIdentifier(path);
}

TableTarget ParseTableTarget(const std::string& text) {
  const Statement statement{text, Tokenize(text), 0};
  Parser parser(statement);
  auto target = parser.Table();
  if (target && parser.AtEnd()) {
    return std::move(*target);
  }
  TableTarget path;
  path.path = text;
  return path;
}

Result<std::optional<LakeStatement>> ParseLakeStatement(const Statement& statement) {
  for (size_t index = 0; index < statement.tokens.size(); ++index) {
    LIMNO_TRY(DescribeAt(statement, index));
  }
  Parser parser(statement);
  if (parser.TakeWord("optimize")) {
    return ParseOptimize(parser);
  }
  if (parser.Peek().IsWord("alter") && parser.Peek(1).IsWord("table")) {
    parser.Take();
    parser.Take();
    return ParseAlter(parser);
  }
  const Token second = parser.Peek(1);
  if (parser.Peek().IsWord("vacuum") && !second.text.empty() && !second.IsWord("analyze") &&
      !second.IsSymbol('(')) {
    parser.Take();
    return ParseVacuum(parser);
  }
  if (parser.TakeWord("restore")) {
    return ParseRestore(parser);
  }
  return std::optional<LakeStatement>();
}

std::string RewriteTimeTravel(const Statement& statement) {
  const auto& tokens = statement.tokens;
  std::string rewritten;
  size_t copied = 0;
  for (size_t index = 0; index < tokens.size(); ++index) {
    // A DESCRIBE that goes wrong is left to DuckDB's parser, which refuses it.
    auto replacement = DescribeAt(statement, index).value_or(std::nullopt);
    if (!replacement) {
      replacement = TimeTravelAt(statement, index);
    }
    if (replacement) {
      rewritten += statement.text.substr(copied, tokens[index].begin - copied);
      rewritten += replacement->text;
      copied = tokens[replacement->end - 1].end;
      index = replacement->end - 1;
    }
  }
  return rewritten + statement.text.substr(copied);
}

std::string RewriteQuery(const std::string& sql) {
  const auto statements = SplitStatements(sql);
  return statements.size() == 1 ? RewriteTimeTravel(statements[0]) : sql;
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
