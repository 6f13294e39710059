#include "engine/alter_clauses.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/name_match.h"
#include "engine/engine.h"
#include "engine/property_list.h"
#include "engine/spark_types.h"

namespace limno::engine {
namespace {

using Kind = ColumnChange::Kind;
using Changes = std::vector<ColumnChange>;

/// COMMENT, FIRST, AFTER and NOT NULL behind a column.
Result<void> TakeColumnClauses(StatementParser& parser, const std::vector<std::string>& path,
                               Changes& changes) {
  while (true) {
    if (parser.TakeWords({"not", "null"})) {
      changes.push_back({Kind::kSetNotNull, path, {}, false});
    } else if (parser.TakeWord("comment")) {
      LIMNO_ASSIGN(std::string comment, parser.String("a comment in quotes"));
      changes.push_back({Kind::kComment, path, std::move(comment), false});
    } else if (parser.TakeWord("first")) {
      changes.push_back({Kind::kMove, path, {}, false});
    } else if (parser.TakeWord("after")) {
      LIMNO_ASSIGN(std::string after, parser.Name("a column"));
      changes.push_back({Kind::kMove, path, std::move(after), false});
    } else {
      return {};
    }
  }
}

Result<void> TakeAddedColumn(StatementParser& parser, bool conditional, Changes& changes) {
  LIMNO_ASSIGN(const auto path, parser.DottedName("the name of a column"));
  LIMNO_ASSIGN(ColumnType type, TakeType(parser, TypeDialect::kDuckDb));
  changes.push_back({Kind::kAdd, path, std::move(type.text), conditional, std::move(type.inner)});
  if (parser.Peek().IsWord("default")) {
    return Fail(ErrorKind::kUnsupported, "columns with a default cannot be added", {},
                "ADD COLUMN, then ALTER COLUMN ... SET DEFAULT for rows to come, and UPDATE those "
                "that are there");
  }
  return TakeColumnClauses(parser, path, changes);
}

Result<Changes> TakeAddedColumns(StatementParser& parser) {
  const bool conditional = parser.TakeWords({"if", "not", "exists"});
  const bool parenthesised = parser.TakeSymbol('(');
  Changes changes;
  do {
    LIMNO_TRY(TakeAddedColumn(parser, conditional, changes));
  } while (parser.TakeSymbol(','));
  if (parenthesised) {
    LIMNO_TRY(parser.ExpectSymbol(')'));
  }
  return changes;
}

Result<Changes> TakeDroppedColumns(StatementParser& parser) {
  const bool conditional = parser.TakeWords({"if", "exists"});
  const bool parenthesised = parser.TakeSymbol('(');
  Changes changes;
  do {
    LIMNO_ASSIGN(auto path, parser.DottedName("the name of a column"));
    changes.push_back({Kind::kDrop, std::move(path), {}, conditional});
  } while (parser.TakeSymbol(','));
  if (parenthesised) {
    LIMNO_TRY(parser.ExpectSymbol(')'));
  }
  return changes;
}

Result<Changes> TakeChangedColumn(StatementParser& parser) {
  Changes changes;
  LIMNO_ASSIGN(const auto path, parser.DottedName("the name of a column"));
  if (parser.TakeWords({"sync", "identity"})) {
    changes.push_back({Kind::kSyncIdentity, path, {}, false});
    return changes;
  }
  const bool sets = parser.TakeWords({"set", "not", "null"});
  if (sets || parser.TakeWords({"drop", "not", "null"})) {
    changes.push_back({sets ? Kind::kSetNotNull : Kind::kDropNotNull, path, {}, false});
    return changes;
  }
  // CHANGE COLUMN says the name twice.
  if (parser.Peek().IsName() && base::FoldCase(parser.Peek().text) == base::FoldCase(path.back()) &&
      path.size() == 1) {
    parser.Take();
  }
  const bool typed =
      parser.TakeWord("type") || (!EndsType(parser.Peek()) && parser.Peek().IsName());
  if (typed) {
    LIMNO_ASSIGN(ColumnType type, TakeType(parser, TypeDialect::kDuckDb));
    if (!type.inner.empty()) {
      return Fail(ErrorKind::kUnsupported, "a type cannot change what its fields have besides", {},
                  "ALTER COLUMN a.b SET NOT NULL, COMMENT ON COLUMN, one field at a time");
    }
    changes.push_back({Kind::kType, path, std::move(type.text), false});
  }
  LIMNO_TRY(TakeColumnClauses(parser, path, changes));
  if (changes.empty()) {
    return parser.Wrong("TYPE, COMMENT, FIRST or AFTER");
  }
  return changes;
}

/// DuckDB parses the rest of the statement: it has nothing that only Spark knows.
bool IsDuckDbs(const StatementParser& at, bool changes_column) {
  StatementParser parser = at;
  if (changes_column) {
    // ALTER COLUMN a {SET | DROP | TYPE} ...
    const bool plain = parser.Peek().IsName() && !parser.Peek(1).IsSymbol('.');
    if (plain && (parser.Peek(1).IsWord("set") || parser.Peek(1).IsWord("drop"))) {
      return true;
    }
    if (!plain || !parser.Peek(1).IsWord("type")) {
      return false;
    }
  }
  (void)parser.TakeWords({"if", "not", "exists"});
  for (; !parser.AtEnd(); parser.Take()) {
    const Token& token = parser.Peek();
    if (token.IsWord("comment") || token.IsWord("first") || token.IsWord("after") ||
        token.IsSymbol('<') || token.IsWord("not")) {
      return false;
    }
  }
  return true;
}

}  // namespace

Result<std::optional<std::string>> RewriteAlterTable(const Statement& statement) {
  StatementParser parser(statement);
  if (!parser.TakeWords({"alter", "table"})) {
    return std::nullopt;
  }
  (void)parser.TakeWords({"if", "exists"});
  if (!parser.Table()) {
    return std::nullopt;
  }
  const size_t head = parser.Peek().begin;
  std::vector<std::string> entries;
  const bool sets = parser.TakeWords({"set", "tblproperties"});
  if (sets) {
    LIMNO_ASSIGN(const auto properties, TakePropertyList(parser));
    for (const auto& [name, value] : properties) {
      entries.push_back(QuoteString(name) + " = " + QuoteString(value));
    }
  } else if (parser.TakeWords({"unset", "tblproperties"})) {
    (void)parser.TakeWords({"if", "exists"});
    LIMNO_ASSIGN(const auto names, TakePropertyNames(parser));
    for (const std::string& name : names) {
      entries.push_back(QuoteString(name));
    }
  } else {
    return std::nullopt;
  }
  LIMNO_TRY(parser.ExpectEnd());
  return fmt::format("{}{} ({})", statement.text.substr(0, head), sets ? "SET" : "RESET",
                     fmt::join(entries, ", "));
}

Result<std::optional<std::vector<ColumnChange>>> TakeColumnChanges(StatementParser& parser) {
  StatementParser ahead = parser;
  const bool adds = ahead.TakeWord("add");
  const bool drops = !adds && ahead.TakeWord("drop");
  const bool changes = !adds && !drops && (ahead.TakeWord("alter") || ahead.TakeWord("change"));
  const bool several = (adds || drops) && ahead.TakeWord("columns");
  const bool column = several || ahead.TakeWord("column") || changes;
  if (!column || (!several && !ahead.Peek().IsSymbol('(') && IsDuckDbs(ahead, changes))) {
    return std::nullopt;
  }
  Result<Changes> taken = adds    ? TakeAddedColumns(ahead)
                          : drops ? TakeDroppedColumns(ahead)
                                  : TakeChangedColumn(ahead);
  LIMNO_TRY(taken);
  LIMNO_TRY(ahead.ExpectEnd());
  parser.SkipTo(ahead.position());
  return *std::move(taken);
}

}  // namespace limno::engine
