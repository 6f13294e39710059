#include "engine/insert_statement.h"

namespace limno::engine {
namespace {

/// The INSERT of a statement, which may stand after a WITH clause; its position in tokens.
std::optional<size_t> FindInsert(const Statement& statement) {
  const auto& tokens = statement.tokens;
  if (tokens.empty() || tokens[0].IsWord("insert")) {
    return tokens.empty() ? std::nullopt : std::optional<size_t>(0);
  }
  if (!tokens[0].IsWord("with")) {
    return std::nullopt;
  }
  int depth = 0;
  for (size_t index = 1; index < tokens.size(); ++index) {
    depth += tokens[index].IsSymbol('(') ? 1 : 0;
    depth -= tokens[index].IsSymbol(')') ? 1 : 0;
    if (depth == 0 && tokens[index].IsWord("insert")) {
      return index;
    }
  }
  return std::nullopt;
}

Result<void> ParsePartition(StatementParser& parser, Insert& insert) {
  LIMNO_TRY(parser.ExpectSymbol('('));
  do {
    LIMNO_ASSIGN(std::string column, parser.Name("a partition column"));
    std::optional<std::string> value;
    if (parser.TakeSymbol('=')) {
      value = parser.TextUntil({}, ",)");
      if (value->empty()) {
        return parser.Wrong("a value");
      }
    }
    insert.partition.emplace_back(std::move(column), std::move(value));
  } while (parser.TakeSymbol(','));
  return parser.ExpectSymbol(')');
}

/// The names between parentheses, unless a query stands there.
Result<void> ParseColumns(StatementParser& parser, Insert& insert) {
  const Token& first = parser.Peek(1);
  const bool query = first.IsWord("select") || first.IsWord("with") || first.IsWord("values") ||
                     first.IsWord("from") || first.IsWord("table") || first.IsSymbol('(');
  if (!parser.Peek().IsSymbol('(') || query) {
    return {};
  }
  parser.Take();
  do {
    LIMNO_ASSIGN(std::string column, parser.Name("a column"));
    insert.columns.push_back(std::move(column));
  } while (parser.TakeSymbol(','));
  return parser.ExpectSymbol(')');
}

/// The condition, up to the query's first word; FROM may begin a query, but not after DISTINCT.
Result<void> ParseCondition(StatementParser& parser, Insert& insert) {
  insert.overwrite = true;
  const auto continues = [&] {
    const std::string& text = insert.replace_where;
    constexpr std::string_view kDistinct = "distinct";
    return text.size() >= kDistinct.size() && parser.Peek().IsWord("from") &&
           Tokenize(text).back().IsWord(kDistinct);
  };
  do {
    if (continues()) {
      insert.replace_where += " FROM ";
      parser.Take();
    }
    insert.replace_where += parser.TextUntil({"select", "values", "with", "from", "table"});
  } while (continues());
  return insert.replace_where.empty() ? parser.Wrong("a condition") : Result<void>();
}

}  // namespace

Result<std::optional<Insert>> ParseInsert(const Statement& statement) {
  const auto begin = FindInsert(statement);
  if (!begin) {
    return std::optional<Insert>();
  }
  StatementParser parser(statement, *begin + 1);
  Insert insert;
  insert.evolve_schema = parser.TakeWords({"with", "schema", "evolution"});
  insert.overwrite = parser.TakeWord("overwrite");
  if (insert.overwrite) {
    (void)parser.TakeWord("into");
  } else if (!parser.TakeWord("into")) {
    return insert.evolve_schema ? parser.Wrong("INTO or OVERWRITE")
                                : Result<std::optional<Insert>>(std::nullopt);
  }
  bool ours = insert.overwrite || insert.evolve_schema;
  (void)parser.TakeWord("table");
  auto table = parser.Table();
  if (!table && !ours) {
    return std::optional<Insert>();
  }
  LIMNO_TRY(table);
  insert.table = *std::move(table);
  if (parser.TakeWord("partition")) {
    ours = true;
    LIMNO_TRY(ParsePartition(parser, insert));
  }
  insert.by_name = parser.TakeWords({"by", "name"});
  if (parser.TakeWords({"replace", "where"})) {
    ours = true;
    LIMNO_TRY(ParseCondition(parser, insert));
  }
  if (!ours) {
    return std::optional<Insert>();
  }
  if (!insert.by_name) {
    LIMNO_TRY(ParseColumns(parser, insert));
  }
  insert.query = parser.TextUntil({});
  if (insert.query.empty()) {
    return parser.Wrong("a query or VALUES");
  }
  if (*begin > 0) {
    const std::string with = statement.text.substr(0, statement.tokens[*begin].begin);
    insert.query = with + "SELECT * FROM (" + insert.query + ")";
  }
  return insert;
}

}  // namespace limno::engine
