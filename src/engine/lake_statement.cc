#include "engine/lake_statement.h"

#include <charconv>

#include "engine/property_list.h"
#include "engine/spark_types.h"

namespace limno::engine {
namespace {

Result<std::optional<LakeStatement>> ParseOptimize(StatementParser& parser) {
  Optimize statement;
  LIMNO_ASSIGN(statement.table, parser.Table());
  statement.full = parser.TakeWord("full");
  if (parser.TakeWord("where")) {
    statement.where = parser.TextUntil({"zorder"});
  }
  if (parser.TakeWord("zorder")) {
    LIMNO_TRY(parser.ExpectWord("by"));
    const bool parenthesised = parser.TakeSymbol('(');
    do {
      LIMNO_ASSIGN(table::ColumnPath column, parser.DottedName("a column"));
      statement.zorder.push_back(std::move(column));
    } while (parser.TakeSymbol(','));
    if (parenthesised) {
      LIMNO_TRY(parser.ExpectSymbol(')'));
    }
  }
  LIMNO_TRY(parser.ExpectEnd());
  return LakeStatement(std::move(statement));
}

Result<double> ParseRetention(StatementParser& parser) {
  const Token& number = parser.Peek();
  double hours = 0;
  const char* end = number.text.data() + number.text.size();
  if (number.kind != TokenKind::kNumber ||
      std::from_chars(number.text.data(), end, hours).ptr != end) {
    return parser.Wrong("a number of hours");
  }
  parser.Take();
  if (!parser.TakeWord("hours") && !parser.TakeWord("hour")) {
    return parser.Wrong("HOURS");
  }
  return hours;
}

/// VACUUM t [FULL | LITE | USING INVENTORY (query) | table] [RETAIN n HOURS] [DRY RUN], the clauses
/// in any order.
Result<std::optional<LakeStatement>> ParseVacuum(StatementParser& parser) {
  Vacuum statement;
  LIMNO_ASSIGN(statement.table, parser.Table());
  bool full = false;
  while (!parser.AtEnd()) {
    if (!statement.lite && parser.TakeWord("full")) {
      full = true;
    } else if (!full && parser.Peek().IsWord("lite") && statement.inventory.empty()) {
      parser.Take();
      statement.lite = true;
    } else if (!statement.lite && parser.TakeWord("using")) {
      LIMNO_TRY(parser.ExpectWord("inventory"));
      statement.inventory = parser.TextUntil({"retain", "dry", "full", "lite"});
      if (statement.inventory.empty()) {
        return parser.Wrong("a query in parentheses or a table");
      }
    } else if (parser.TakeWord("retain")) {
      LIMNO_ASSIGN(statement.retain_hours, ParseRetention(parser));
    } else if (parser.TakeWord("dry")) {
      LIMNO_TRY(parser.ExpectWord("run"));
      statement.dry_run = true;
    } else {
      break;
    }
  }
  LIMNO_TRY(parser.ExpectEnd());
  return LakeStatement(std::move(statement));
}

Result<std::optional<LakeStatement>> ParseRestore(StatementParser& parser) {
  Restore statement;
  (void)parser.TakeWord("table");
  LIMNO_ASSIGN(statement.table, parser.Table());
  (void)parser.TakeWord("to");
  const bool version = parser.TakeWord("version");
  if (!version && !parser.TakeWord("timestamp")) {
    return parser.Wrong("VERSION AS OF or TIMESTAMP AS OF");
  }
  if (!parser.TakeWords({"as", "of"})) {
    return parser.Wrong("AS OF");
  }
  if (version) {
    LIMNO_ASSIGN(statement.version, parser.Integer("a version"));
    LIMNO_TRY(parser.ExpectEnd());
  } else {
    statement.timestamp = parser.TextUntil({});
    if (statement.timestamp.empty()) {
      return parser.Wrong("a timestamp");
    }
  }
  return LakeStatement(std::move(statement));
}

Result<std::optional<LakeStatement>> ParseFsck(StatementParser& parser) {
  Fsck statement;
  statement.repair = parser.TakeWord("repair");
  LIMNO_TRY(parser.ExpectWord("table"));
  LIMNO_ASSIGN(statement.table, parser.Table());
  statement.deep = parser.TakeWord("deep");
  if (statement.repair && parser.TakeWord("drop")) {
    LIMNO_TRY(parser.ExpectWord("damaged"));
    statement.drop_damaged = true;
  }
  if (parser.TakeWord("dry")) {
    LIMNO_TRY(parser.ExpectWord("run"));
    statement.dry_run = true;
  }
  LIMNO_TRY(parser.ExpectEnd());
  return LakeStatement(std::move(statement));
}

/// parquet.`/path`, a path in quotes, or a name of the lake.
Result<TableTarget> TakeFolder(StatementParser& parser) {
  LIMNO_ASSIGN(TableTarget target, parser.Table());
  if (target.name_space == "parquet") {
    return TableTarget{{}, {}, std::move(target.name)};
  }
  if (target.name_space == "iceberg") {
    return Fail(ErrorKind::kUnsupported, "CONVERT TO DELTA takes Parquet files, not Iceberg tables",
                target.name);
  }
  return target;
}

Result<std::optional<LakeStatement>> ParseConvert(StatementParser& parser) {
  Convert statement;
  LIMNO_ASSIGN(statement.table, TakeFolder(parser));
  while (!parser.AtEnd()) {
    if (statement.statistics && parser.TakeWords({"no", "statistics"})) {
      statement.statistics = false;
    } else if (statement.partition_columns.empty() && parser.TakeWords({"partitioned", "by"})) {
      LIMNO_TRY(parser.ExpectSymbol('('));
      do {
        LIMNO_ASSIGN(std::string column, parser.Name("a column"));
        LIMNO_ASSIGN(ColumnType type, TakeType(parser, TypeDialect::kSpark));
        statement.partition_columns.emplace_back(std::move(column), std::move(type.text));
      } while (parser.TakeSymbol(','));
      LIMNO_TRY(parser.ExpectSymbol(')'));
    } else {
      return parser.Wrong("PARTITIONED BY, NO STATISTICS or the end");
    }
  }
  return LakeStatement(std::move(statement));
}

/// The rest of a clone, from the word CLONE's side of the source on.
Result<std::optional<LakeStatement>> ParseCloneSource(StatementParser& parser, Clone statement) {
  LIMNO_ASSIGN(statement.source, parser.Table());
  if (parser.TakeWords({"version", "as", "of"})) {
    LIMNO_ASSIGN(statement.version, parser.Integer("a version"));
  } else if (parser.TakeWords({"timestamp", "as", "of"})) {
    statement.timestamp = parser.TextUntil({"tblproperties"});
    if (statement.timestamp.empty()) {
      return parser.Wrong("a timestamp");
    }
  }
  if (parser.TakeWord("tblproperties")) {
    LIMNO_ASSIGN(statement.properties, TakePropertyList(parser));
  }
  LIMNO_TRY(parser.ExpectEnd());
  return LakeStatement(std::move(statement));
}

/// CREATE TABLE ... CLONE; every other CREATE is somebody else's.
Result<std::optional<LakeStatement>> ParseClone(StatementParser& parser) {
  Clone statement;
  if (parser.TakeWord("create")) {
    statement.replace = parser.TakeWords({"or", "replace"});
  } else if (parser.TakeWord("replace")) {
    statement.replace = true;
  }
  if (!parser.TakeWord("table")) {
    return std::optional<LakeStatement>();
  }
  statement.if_not_exists = parser.TakeWords({"if", "not", "exists"});
  auto table = parser.Table();
  if (!table) {
    return std::optional<LakeStatement>();
  }
  statement.table = *std::move(table);
  statement.deep = !parser.TakeWords({"shallow", "clone"});
  if (statement.deep && !parser.TakeWords({"deep", "clone"}) && !parser.TakeWord("clone")) {
    return std::optional<LakeStatement>();
  }
  if (statement.replace && statement.if_not_exists) {
    return Fail(ErrorKind::kUsage, "OR REPLACE and IF NOT EXISTS exclude each other");
  }
  return ParseCloneSource(parser, std::move(statement));
}

Result<std::optional<LakeStatement>> ParseReorg(StatementParser& parser) {
  Reorg statement;
  LIMNO_ASSIGN(statement.table, parser.Table());
  if (parser.TakeWord("where")) {
    statement.where = parser.TextUntil({"apply"});
    if (statement.where.empty()) {
      return parser.Wrong("a condition");
    }
  }
  LIMNO_TRY(parser.ExpectWord("apply"));
  LIMNO_TRY(parser.ExpectSymbol('('));
  LIMNO_TRY(parser.ExpectWord("purge"));
  LIMNO_TRY(parser.ExpectSymbol(')'));
  LIMNO_TRY(parser.ExpectEnd());
  return LakeStatement(std::move(statement));
}

Result<std::optional<LakeStatement>> ParseGenerate(StatementParser& parser) {
  LIMNO_TRY(parser.ExpectWord("symlink_format_manifest"));
  LIMNO_TRY(parser.ExpectWord("for"));
  LIMNO_TRY(parser.ExpectWord("table"));
  GenerateManifest statement;
  LIMNO_ASSIGN(statement.table, parser.Table());
  LIMNO_TRY(parser.ExpectEnd());
  return LakeStatement(std::move(statement));
}

Result<std::optional<LakeStatement>> ParseConstraint(StatementParser& parser, TableTarget table) {
  const bool add = parser.Take().IsWord("add");
  parser.Take();
  DropConstraint drop;
  if (!add && parser.TakeWord("if")) {
    drop.if_exists = parser.TakeWord("exists");
  }
  drop.table = std::move(table);
  LIMNO_ASSIGN(drop.name, parser.Name("the name of a constraint"));
  if (!add) {
    LIMNO_TRY(parser.ExpectEnd());
    return LakeStatement(std::move(drop));
  }
  LIMNO_TRY(parser.ExpectWord("check"));
  LIMNO_ASSIGN(std::string expression, parser.Parenthesised("'('"));
  LIMNO_TRY(parser.ExpectEnd());
  return LakeStatement(
      AddConstraint{std::move(drop.table), std::move(drop.name), std::move(expression)});
}

/// ADD and DROP CONSTRAINT, and changes of columns in Spark's spelling; every other ALTER TABLE is
/// DuckDB's.
Result<std::optional<LakeStatement>> ParseAlter(StatementParser& parser) {
  auto table = parser.Table();
  if (!table) {
    return std::optional<LakeStatement>();
  }
  const Token& verb = parser.Peek();
  if ((verb.IsWord("add") || verb.IsWord("drop")) && parser.Peek(1).IsWord("constraint")) {
    return ParseConstraint(parser, *std::move(table));
  }
  if (parser.TakeWords({"drop", "feature"})) {
    const bool quoted = parser.Peek().kind == TokenKind::kString;
    LIMNO_ASSIGN(std::string feature, quoted ? parser.String("the name of a feature")
                                             : parser.Name("the name of a feature"));
    const bool truncate_history = parser.TakeWords({"truncate", "history"});
    LIMNO_TRY(parser.ExpectEnd());
    return LakeStatement(DropFeature{*std::move(table), std::move(feature), truncate_history});
  }
  LIMNO_ASSIGN(auto changes, TakeColumnChanges(parser));
  if (!changes) {
    return std::optional<LakeStatement>();
  }
  return LakeStatement(AlterColumns{*std::move(table), *std::move(changes)});
}

/// What a parser of one kind of statement found, as one of all.
template <typename Parsed>
Result<std::optional<LakeStatement>> AsLakeStatement(Result<std::optional<Parsed>> parsed) {
  if (!parsed) {
    return Fail(std::move(parsed).error());
  }
  return *parsed ? std::optional<LakeStatement>(**std::move(parsed)) : std::nullopt;
}

}  // namespace

bool OnlyStages(const LakeStatement& statement) {
  return std::holds_alternative<AddConstraint>(statement) ||
         std::holds_alternative<DropConstraint>(statement) ||
         std::holds_alternative<AlterColumns>(statement) ||
         std::holds_alternative<Insert>(statement) ||
         std::holds_alternative<EvolvingMerge>(statement);
}

Result<std::optional<LakeStatement>> ParseLakeStatement(const Statement& statement) {
  StatementParser parser(statement);
  if (parser.TakeWord("optimize")) {
    return ParseOptimize(parser);
  }
  if (parser.TakeWords({"alter", "table"})) {
    return ParseAlter(parser);
  }
  if (parser.Peek().IsWord("merge")) {
    return AsLakeStatement(ParseEvolvingMerge(statement));
  }
  if (parser.Peek().IsWord("insert") || parser.Peek().IsWord("with")) {
    return AsLakeStatement(ParseInsert(statement));
  }
  if (parser.Peek().IsWord("copy")) {
    return AsLakeStatement(ParseCopyInto(statement));
  }
  const Token second = parser.Peek(1);
  if (parser.Peek().IsWord("vacuum") && !second.text.empty() && !second.IsWord("analyze") &&
      !second.IsSymbol('(')) {
    parser.Take();
    return ParseVacuum(parser);
  }
  if (parser.Peek().IsWord("create") || parser.Peek().IsWord("replace")) {
    return ParseClone(parser);
  }
  if (parser.TakeWords({"reorg", "table"})) {
    return ParseReorg(parser);
  }
  if (parser.TakeWord("generate")) {
    return ParseGenerate(parser);
  }
  if (parser.TakeWords({"convert", "to"})) {
    LIMNO_TRY(parser.ExpectWord("delta"));
    return ParseConvert(parser);
  }
  if (parser.TakeWord("fsck")) {
    return ParseFsck(parser);
  }
  if (parser.TakeWord("restore")) {
    return ParseRestore(parser);
  }
  return std::optional<LakeStatement>();
}

}  // namespace limno::engine
