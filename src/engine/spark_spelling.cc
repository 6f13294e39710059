#include "engine/spark_spelling.h"

#include <algorithm>
#include <optional>

#include "engine/alter_clauses.h"
#include "engine/cluster_by.h"
#include "engine/create_clauses.h"
#include "engine/engine.h"
#include "engine/merge_statement.h"
#include "engine/statement_parser.h"

namespace limno::engine {
namespace {

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
  StatementParser parser(statement, index + 2);
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
  } else {
    LIMNO_TRY(parser.ExpectSymbol(')'));
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

/// DuckDB's parser knows no names in backticks.
std::optional<Replacement> NameAt(const Statement& statement, size_t index) {
  const Token& token = statement.tokens[index];
  if (token.kind != TokenKind::kQuotedName || statement.text[token.begin] != '`') {
    return std::nullopt;
  }
  return Replacement{QuoteIdentifier(token.text), index + 1};
}

/// The actions of MERGE that Spark spells with a star.
std::optional<Replacement> StarActionAt(const Statement& statement, size_t index) {
  const auto& tokens = statement.tokens;
  if (!(tokens[0].IsWord("merge") || tokens[0].IsWord("with") || tokens[0].IsWord("explain"))) {
    return std::nullopt;
  }
  const auto action = StarAction(tokens, index);
  return action ? std::optional(Replacement{action->text, index + action->length}) : std::nullopt;
}

/// INSERT INTO TABLE t is INSERT INTO t.
std::optional<Replacement> InsertIntoTableAt(const Statement& statement, size_t index) {
  const auto& tokens = statement.tokens;
  if (index + 2 >= tokens.size() || !tokens[index].IsWord("insert") ||
      !tokens[index + 1].IsWord("into") || !tokens[index + 2].IsWord("table")) {
    return std::nullopt;
  }
  return Replacement{"INSERT INTO", index + 3};
}

std::optional<Replacement> ReplacementAt(const Statement& statement, size_t index) {
  // A DESCRIBE that goes wrong is left to DuckDB's parser, which refuses it.
  if (auto describe = DescribeAt(statement, index).value_or(std::nullopt)) {
    return describe;
  }
  if (auto time_travel = TimeTravelAt(statement, index)) {
    return time_travel;
  }
  if (auto action = StarActionAt(statement, index)) {
    return action;
  }
  if (const auto clause = ClusterByAt(statement, index)) {
    return Replacement{clause->first, clause->second};
  }
  if (auto name = NameAt(statement, index)) {
    return name;
  }
  return InsertIntoTableAt(statement, index);
}

/// CREATE TABLE and ALTER TABLE; nullopt for other statements and where nothing has to change.
Result<std::optional<std::string>> RewriteDefinition(const Statement& statement) {
  LIMNO_ASSIGN(auto created, RewriteCreateTable(statement));
  return created ? std::move(created) : RewriteAlterTable(statement);
}

}  // namespace

std::string RewriteSpark(const Statement& statement) {
  if (auto definition = RewriteDefinition(statement).value_or(std::nullopt)) {
    // A query may follow.
    return RewriteSpark(Statement{*definition, Tokenize(*definition), 0});
  }
  const auto& tokens = statement.tokens;
  std::string rewritten;
  size_t copied = 0;
  for (size_t index = 0; index < tokens.size(); ++index) {
    if (const auto replacement = ReplacementAt(statement, index)) {
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
  return statements.size() == 1 ? RewriteSpark(statements[0]) : sql;
}

Result<void> CheckSpark(const Statement& statement) {
  LIMNO_TRY(RewriteDefinition(statement));
  for (size_t index = 0; index < statement.tokens.size(); ++index) {
    LIMNO_TRY(DescribeAt(statement, index));
  }
  return {};
}

}  // namespace limno::engine
