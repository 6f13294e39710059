#include "engine/create_clauses.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

#include "base/name_match.h"
#include "engine/engine.h"
#include "engine/property_list.h"
#include "engine/spark_types.h"

namespace limno::engine {
namespace {

constexpr std::array<std::pair<ClauseKind, std::string_view>, 7> kKindNames{{
    {ClauseKind::kDefault, "default"},
    {ClauseKind::kGenerated, "generated"},
    {ClauseKind::kComment, "comment"},
    {ClauseKind::kInner, "inner"},
    {ClauseKind::kIdentity, "identity"},
    {ClauseKind::kCheck, "check"},
    {ClauseKind::kTableComment, "table_comment"},
}};

bool Is(const Token& token, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (token.IsWord(word)) {
      return true;
    }
  }
  return false;
}

/// Without white space and regard to case.
std::string Squeezed(const std::string& text) {
  std::string squeezed = base::FoldCase(text);
  squeezed.erase(std::remove_if(squeezed.begin(), squeezed.end(),
                                [](unsigned char character) { return std::isspace(character); }),
                 squeezed.end());
  return squeezed;
}

/// Reads a CREATE TABLE from its name on.
class CreateTableReader {
 public:
  CreateTableReader(const Statement& statement, size_t position, TypeDialect dialect)
      : statement_(statement), parser_(statement, position), dialect_(dialect) {}

  Result<std::optional<std::string>> Read() {
    const size_t head_end = parser_.Peek(0).begin;
    LIMNO_TRY(SkipName());
    std::string text = statement_.text.substr(0, head_end) + SourceFrom(head_end);
    if (parser_.Peek().IsSymbol('(')) {
      LIMNO_TRY(Elements());
      text += fmt::format(" ({})", elements_);
    }
    LIMNO_TRY(TableClauses());
    if (!changed_) {
      return std::nullopt;
    }
    if (!partitions_.empty()) {
      text += fmt::format(" PARTITIONED BY ({})", partitions_);
    }
    if (!clustering_.empty()) {
      text += fmt::format(" SORTED BY ({})", clustering_);
    }
    for (const TableClause& clause : clauses_) {
      options_.push_back(
          fmt::format("{} = {}", QuoteString(ClauseOption(clause)), QuoteString(clause.text)));
    }
    if (!options_.empty()) {
      text += fmt::format(" WITH ({})", fmt::join(options_, ", "));
    }
    if (!parser_.AtEnd()) {
      text += fmt::format(" {}", statement_.text.substr(parser_.Peek().begin));
    }
    return text;
  }

 private:
  std::string SourceFrom(size_t begin) const {
    const size_t end = parser_.AtEnd() ? statement_.text.size() : parser_.Peek().begin;
    return statement_.text.substr(begin, end - begin);
  }

  Result<void> SkipName() {
    do {
      LIMNO_TRY(parser_.Peek().kind == TokenKind::kString ? parser_.String("a table name")
                                                          : parser_.Name("a table name"));
    } while (parser_.TakeSymbol('.'));
    return {};
  }

  void Add(ClauseKind kind, std::string text) {
    clauses_.push_back({kind, columns_ - 1, {}, std::move(text)});
    changed_ = true;
  }

  void AddCheck(std::string name, std::string condition) {
    if (name.empty()) {
      name = fmt::format("check_{}", ++unnamed_checks_);
    }
    clauses_.push_back({ClauseKind::kCheck, 0, std::move(name), std::move(condition)});
    changed_ = true;
  }

  Result<void> Elements() {
    LIMNO_TRY(parser_.ExpectSymbol('('));
    do {
      const Token& first = parser_.Peek();
      const bool constraint =
          Is(first, {"constraint", "check"}) || Is(first, {"primary", "unique", "foreign"});
      if (constraint && !parser_.Peek(1).IsSymbol(',')) {
        LIMNO_TRY(TableConstraint());
      } else {
        LIMNO_TRY(ColumnDefinition());
      }
    } while (parser_.TakeSymbol(','));
    return parser_.ExpectSymbol(')');
  }

  Result<void> TableConstraint() {
    std::string name;
    if (parser_.TakeWord("constraint")) {
      LIMNO_ASSIGN(name, parser_.Name("the name of a constraint"));
    }
    return Check(std::move(name));
  }

  Result<void> Check(std::string name) {
    if (Is(parser_.Peek(), {"primary", "unique", "foreign", "references"})) {
      return Fail(ErrorKind::kUnsupported, "a lake table cannot enforce keys",
                  LineAndColumn(statement_.text, parser_.Peek().begin),
                  "leave the key out; MERGE INTO keeps rows unique by any columns");
    }
    LIMNO_TRY(parser_.ExpectWord("check"));
    LIMNO_ASSIGN(std::string condition, parser_.Parenthesised("'('"));
    AddCheck(std::move(name), std::move(condition));
    return {};
  }

  Result<void> ColumnDefinition() {
    LIMNO_ASSIGN(const std::string name, parser_.Name("the name of a column"));
    ++columns_;
    std::string text = QuoteIdentifier(name);
    if (!parser_.Peek().IsSymbol(',') && !parser_.Peek().IsSymbol(')')) {
      const size_t begin = parser_.Peek().begin;
      LIMNO_ASSIGN(const ColumnType type, TakeType(parser_, dialect_));
      const std::string source = SourceFrom(begin);
      changed_ = changed_ || Squeezed(source) != Squeezed(type.text);
      text += " " + type.text;
      for (const InnerClause& clause : type.inner) {
        Add(ClauseKind::kInner, FormatInnerClause(clause));
        clauses_.back().name = std::to_string(clauses_.size());
      }
      LIMNO_ASSIGN(const std::string rest, ColumnClauses());
      text += rest;
    }
    elements_ += (elements_.empty() ? "" : ", ") + text;
    return {};
  }

  /// Those that DuckDB keeps.
  Result<std::string> ColumnClauses() {
    std::string kept;
    while (!parser_.Peek().IsSymbol(',') && !parser_.Peek().IsSymbol(')')) {
      if (parser_.TakeWords({"not", "null"})) {
        kept += " NOT NULL";
      } else if (parser_.TakeWord("null")) {
        continue;
      } else if (parser_.TakeWord("default")) {
        Add(ClauseKind::kDefault, DefaultText());
      } else if (parser_.TakeWord("comment")) {
        LIMNO_ASSIGN(std::string comment, parser_.String("a comment in quotes"));
        Add(ClauseKind::kComment, std::move(comment));
      } else if (parser_.Peek().IsWord("generated") || parser_.Peek().IsWord("as")) {
        LIMNO_TRY(Generated());
      } else if (parser_.TakeWord("collate")) {
        LIMNO_ASSIGN(const std::string collation, parser_.Name("a collation"));
        kept += " COLLATE " + collation;
      } else {
        std::string name;
        if (parser_.TakeWord("constraint")) {
          LIMNO_ASSIGN(name, parser_.Name("the name of a constraint"));
        }
        LIMNO_TRY(Check(std::move(name)));
      }
    }
    return kept;
  }

  /// Up to the next clause or column; the first token belongs to it whatever it is (NOT true).
  std::string DefaultText() {
    const size_t begin = parser_.Peek().begin;
    size_t end = begin;
    for (int depth = 0; !parser_.AtEnd(); parser_.Take()) {
      const Token& token = parser_.Peek();
      const bool closes = depth == 0 && (token.IsSymbol(',') || token.IsSymbol(')'));
      if (closes || (depth == 0 && end > begin && EndsType(token))) {
        break;
      }
      depth += token.IsSymbol('(') || token.IsSymbol('[') ? 1 : 0;
      depth -= token.IsSymbol(')') || token.IsSymbol(']') ? 1 : 0;
      end = token.end;
    }
    return statement_.text.substr(begin, end - begin);
  }

  Result<void> Generated() {
    bool always = true;
    if (parser_.TakeWord("generated")) {
      always = parser_.TakeWord("always");
      if (!always && !parser_.TakeWords({"by", "default"})) {
        return parser_.Wrong("ALWAYS or BY DEFAULT");
      }
    }
    LIMNO_TRY(parser_.ExpectWord("as"));
    if (parser_.TakeWord("identity")) {
      return IdentityClause(always);
    }
    LIMNO_ASSIGN(std::string expression, parser_.Parenthesised("'(' or IDENTITY"));
    // DuckDB's words; a lake table always stores the column.
    (void)(parser_.TakeWord("stored") || parser_.TakeWord("virtual"));
    Add(ClauseKind::kGenerated, std::move(expression));
    return {};
  }

  Result<void> IdentityClause(bool always) {
    int64_t start = 1;
    int64_t step = 1;
    if (parser_.TakeSymbol('(')) {
      while (!parser_.TakeSymbol(')')) {
        (void)parser_.TakeSymbol(',');
        if (parser_.TakeWord("start")) {
          (void)parser_.TakeWord("with");
          LIMNO_ASSIGN(start, SignedInteger());
        } else if (parser_.TakeWord("increment")) {
          (void)parser_.TakeWord("by");
          LIMNO_ASSIGN(step, SignedInteger());
        } else {
          return parser_.Wrong("START WITH, INCREMENT BY or ')'");
        }
      }
    }
    if (step == 0) {
      return Fail(ErrorKind::kUsage, "an identity column cannot be INCREMENT BY 0");
    }
    Add(ClauseKind::kIdentity,
        fmt::format("{} {} {}", always ? "always" : "by_default", start, step));
    return {};
  }

  Result<int64_t> SignedInteger() {
    const bool negative = parser_.TakeSymbol('-');
    LIMNO_ASSIGN(const int64_t value, parser_.Integer("an integer"));
    return negative ? -value : value;
  }

  Result<void> TableClauses() {
    while (true) {
      if (parser_.TakeWord("using")) {
        LIMNO_TRY(parser_.ExpectWord("delta"));
        changed_ = true;
      } else if (parser_.TakeWords({"partitioned", "by"})) {
        LIMNO_ASSIGN(partitions_, parser_.Parenthesised("'('"));
      } else if (parser_.TakeWords({"sorted", "by"}) || parser_.TakeWords({"cluster", "by"})) {
        // Rewritten on its own (cluster_by) where nothing else has to be.
        LIMNO_ASSIGN(clustering_, parser_.Parenthesised("'('"));
      } else if (parser_.TakeWord("comment")) {
        LIMNO_ASSIGN(std::string comment, parser_.String("a comment in quotes"));
        clauses_.push_back({ClauseKind::kTableComment, 0, {}, std::move(comment)});
        changed_ = true;
      } else if (parser_.TakeWord("tblproperties")) {
        LIMNO_ASSIGN(const auto properties, TakePropertyList(parser_));
        for (const auto& [name, value] : properties) {
          options_.push_back(fmt::format("{} = {}", QuoteString(name), QuoteString(value)));
        }
        changed_ = true;
      } else if (parser_.Peek().IsWord("with") && parser_.Peek(1).IsSymbol('(')) {
        parser_.Take();
        LIMNO_ASSIGN(std::string options, parser_.Parenthesised("'('"));
        options_.push_back(std::move(options));
      } else if (parser_.Peek().IsWord("location")) {
        return Fail(ErrorKind::kUnsupported, "a lake keeps its tables in its own folder",
                    LineAndColumn(statement_.text, parser_.Peek().begin),
                    "leave LOCATION out, or CREATE TABLE delta.`/path` (...)");
      } else {
        return {};
      }
    }
  }

  const Statement& statement_;
  StatementParser parser_;
  TypeDialect dialect_;
  std::string elements_;
  std::string partitions_;
  std::string clustering_;
  std::vector<std::string> options_;
  std::vector<TableClause> clauses_;
  size_t columns_ = 0;
  int unnamed_checks_ = 0;
  bool changed_ = false;
};

/// USING DELTA, outside parentheses and before a query.
TypeDialect DialectOf(const Statement& statement, size_t position) {
  int depth = 0;
  for (size_t index = position; index + 1 < statement.tokens.size(); ++index) {
    const Token& token = statement.tokens[index];
    depth += token.IsSymbol('(') ? 1 : 0;
    depth -= token.IsSymbol(')') ? 1 : 0;
    if (depth == 0 && token.IsWord("as")) {
      break;
    }
    if (depth == 0 && token.IsWord("using") && statement.tokens[index + 1].IsWord("delta")) {
      return TypeDialect::kSpark;
    }
  }
  return TypeDialect::kDuckDb;
}

/// Tables of another catalog are DuckDB's: `temp.t`, `memory.main.t`.
bool IsElsewhere(const StatementParser& parser) {
  const bool three_parts = parser.Peek(1).IsSymbol('.') && parser.Peek(3).IsSymbol('.');
  return (parser.Peek().IsWord("temp") && parser.Peek(1).IsSymbol('.')) ||
         (three_parts && !parser.Peek().IsWord("lake"));
}

}  // namespace

std::string ClauseOption(const TableClause& clause) {
  std::string option = kClausePrefix;
  for (const auto& [kind, name] : kKindNames) {
    if (kind == clause.kind) {
      option += name;
    }
  }
  if (clause.kind == ClauseKind::kCheck) {
    return fmt::format("{}.{}", option, clause.name);
  }
  option += fmt::format(".{}", clause.column);
  return clause.kind == ClauseKind::kInner ? fmt::format("{}.{}", option, clause.name) : option;
}

std::optional<TableClause> ParseClauseOption(const std::string& option, const std::string& text) {
  if (option.rfind(kClausePrefix, 0) != 0) {
    return std::nullopt;
  }
  const size_t begin = sizeof(kClausePrefix) - 1;
  const size_t dot = option.find('.', begin);
  for (const auto& [kind, name] : kKindNames) {
    if (dot != std::string::npos && option.substr(begin, dot - begin) == name) {
      TableClause clause{kind, 0, option.substr(dot + 1), text};
      std::from_chars(clause.name.data(), clause.name.data() + clause.name.size(), clause.column);
      return clause;
    }
  }
  return std::nullopt;
}

Result<std::optional<std::string>> RewriteCreateTable(const Statement& statement) {
  StatementParser parser(statement);
  if (!parser.TakeWord("create")) {
    return std::nullopt;
  }
  (void)parser.TakeWords({"or", "replace"});
  if (!parser.TakeWord("table")) {
    return std::nullopt;
  }
  (void)parser.TakeWords({"if", "not", "exists"});
  if (IsElsewhere(parser)) {
    return std::nullopt;
  }
  const size_t position = parser.position();
  return CreateTableReader(statement, position, DialectOf(statement, position)).Read();
}

}  // namespace limno::engine
