#include "engine/merge_statement.h"

namespace limno::engine {
namespace {

const Token& At(const std::vector<Token>& tokens, size_t index) {
  static const Token kEnd;
  return index < tokens.size() ? tokens[index] : kEnd;
}

/// The action at token `index` has no list of columns: it ends, or the next clause begins.
bool IsBare(const std::vector<Token>& tokens, size_t index) {
  return index + 1 >= tokens.size() || tokens[index + 1].IsWord("when");
}

bool BeginsAction(const std::vector<Token>& tokens, size_t index) {
  return index > 0 && tokens[index - 1].IsWord("then") &&
         (At(tokens, index).IsWord("update") || At(tokens, index).IsWord("insert"));
}

/// Columns that the action at token `index` names: those before '=' after SET, those in the
/// parentheses after INSERT.
void CollectColumns(const Statement& statement, size_t index, std::vector<std::string>& columns) {
  StatementParser parser(statement, index + 1);
  const bool update = statement.tokens[index].IsWord("update");
  if (!(update ? parser.TakeWord("set") : parser.TakeSymbol('('))) {
    return;
  }
  do {
    auto column = parser.DottedName("a column");
    if (!column) {
      return;
    }
    columns.push_back(update ? column->back() : column->front());
    if (update) {
      (void)parser.TextUntil({"when", "returning"}, ",");
    }
  } while (parser.TakeSymbol(','));
}

}  // namespace

std::optional<MergeAction> StarAction(const std::vector<Token>& tokens, size_t index) {
  if (!BeginsAction(tokens, index)) {
    return std::nullopt;
  }
  if (tokens[index].IsWord("update") && At(tokens, index + 1).IsWord("set") &&
      At(tokens, index + 2).IsSymbol('*')) {
    return MergeAction{"UPDATE BY NAME", 3};
  }
  if (tokens[index].IsWord("insert") && At(tokens, index + 1).IsSymbol('*')) {
    return MergeAction{"INSERT BY NAME", 2};
  }
  return std::nullopt;
}

Result<std::optional<EvolvingMerge>> ParseEvolvingMerge(const Statement& statement) {
  StatementParser parser(statement);
  if (!parser.TakeWords({"merge", "with", "schema", "evolution"})) {
    return std::optional<EvolvingMerge>();
  }
  LIMNO_TRY(parser.ExpectWord("into"));
  const auto& tokens = statement.tokens;
  EvolvingMerge merge;
  size_t copied = parser.Peek().begin;
  LIMNO_ASSIGN(merge.table, parser.Table());
  (void)parser.TextUntil({"using"});
  LIMNO_TRY(parser.ExpectWord("using"));
  merge.source = parser.TextUntil({"on", "using", "when"});
  if (merge.source.empty()) {
    return parser.Wrong("a table or a query in parentheses");
  }
  merge.sql = "MERGE INTO ";
  for (size_t index = parser.position(); index < tokens.size(); ++index) {
    if (!BeginsAction(tokens, index)) {
      continue;
    }
    auto action = StarAction(tokens, index);
    if (!action && IsBare(tokens, index)) {
      action = MergeAction{tokens[index].IsWord("update") ? "UPDATE BY NAME" : "INSERT BY NAME", 1};
    }
    const bool by_name = At(tokens, index + 1).IsWord("by") && At(tokens, index + 2).IsWord("name");
    merge.all_columns = merge.all_columns || action || by_name;
    CollectColumns(statement, index, merge.columns);
    if (action) {
      merge.sql += statement.text.substr(copied, tokens[index].begin - copied) + action->text;
      copied = tokens[index + action->length - 1].end;
    }
  }
  merge.sql += statement.text.substr(copied);
  return merge;
}

}  // namespace limno::engine
