#include "engine/column_alteration.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/name_match.h"
#include "engine/cluster_by.h"
#include "engine/column_defaults.h"
#include "engine/engine.h"
#include "engine/errors.h"
#include "engine/scan_functions.h"
#include "engine/spark_sql.h"
#include "engine/statement_run.h"
#include "engine/table_definition.h"
#include "engine/types.h"
#include "table/column_annotations.h"
#include "table/physical_name.h"

namespace limno::engine {
namespace {

/// Names from a column down to a field in it.
using Path = ColumnPath;

std::string PathText(const Path& path) { return fmt::format("{}", fmt::join(path, ".")); }

table::Field* FindAmong(std::vector<table::Field>& fields, const std::string& name) {
  table::Schema schema{fields};
  const auto index = schema.IndexOf(name);
  return index ? &fields[*index] : nullptr;
}

/// The fields among which the last name of `path` is, or would be.
Result<std::vector<table::Field>*> Siblings(table::Metadata& metadata, const Path& path,
                                            const std::string& table_name) {
  std::vector<table::Field>* fields = &metadata.schema.fields;
  for (size_t depth = 0; depth + 1 < path.size(); ++depth) {
    table::Field* field = FindAmong(*fields, path[depth]);
    if (field == nullptr) {
      return Fail(ErrorKind::kUsage, "no column " + PathText(path), table_name);
    }
    if (!field->type.IsNested()) {
      return Fail(
          ErrorKind::kUsage,
          fmt::format("column {} is {} and has no fields", path[depth], field->type.ToString()),
          table_name);
    }
    fields = &field->type.children;
  }
  return fields;
}

Result<table::Field*> FindField(std::vector<table::Field>& siblings, const Path& path,
                                const std::string& table_name) {
  if (table::Field* field = FindAmong(siblings, path.back())) {
    return field;
  }
  std::vector<std::string> names;
  for (const table::Field& field : siblings) {
    names.push_back(field.name);
  }
  return Fail(ErrorKind::kUsage, "no column " + PathText(path), table_name,
              base::NearestNameHint(path.back(), names));
}

/// A name that changes or goes away must not be the one by which files are read.
Result<void> CheckMapped(const table::Field& field, const char* change,
                         const std::string& table_name) {
  if (table::FieldId(field)) {
    return {};
  }
  return Fail(
      ErrorKind::kRefused,
      fmt::format("column {} cannot be {}: files have it under its name", field.name, change),
      table_name,
      "first ALTER TABLE ... SET ('delta.columnMapping.mode' = 'name'); readers then need "
      "to know column mapping");
}

/// Constraints and generated columns name columns; a change below them would break the table.
Result<void> CheckNotInRules(TableState& state, const table::Metadata& metadata,
                             const std::string& column, const char* change) {
  LIMNO_ASSIGN(const std::vector<table::RowRule> rules, state.table().RowRules(metadata));
  for (const table::RowRule& rule : rules) {
    LIMNO_ASSIGN(const std::set<std::string> read, ColumnsInSparkExpression(rule.expression));
    const bool named = std::any_of(read.begin(), read.end(), [&](const std::string& name) {
      return base::FoldCase(name) == base::FoldCase(column);
    });
    if (named && base::FoldCase(rule.name) != base::FoldCase(column)) {
      return Fail(ErrorKind::kRefused,
                  fmt::format("column {} cannot be {}: {} needs it ({})", column, change, rule.name,
                              rule.expression),
                  state.name(), "drop the constraint first");
    }
  }
  return {};
}

void Stage(TableState& state, table::Metadata metadata, const std::string& operation,
           const std::map<std::string, std::string>& parameters) {
  state.StageMetadata(std::move(metadata));
  state.StageOperation(operation, parameters, {});
}

void StageChanged(TableState& state, table::Metadata metadata, const ColumnPath& path) {
  Stage(state, std::move(metadata), "CHANGE COLUMN",
        {{"column", fmt::format("\"{}\"", PathText(path))}});
}

/// What `select` finds in the table's rows, those that the transaction has staged among them.
Result<Value> ReadRows(ClientContext& context, TableState& state, const std::string& select,
                       const std::string& condition) {
  duckdb::Connection connection(*context.db);
  // Not owned: the state outlives the query.
  const std::shared_ptr<TableState> unowned(std::shared_ptr<TableState>(), &state);
  auto scan = std::make_shared<ScanContext>(unowned, state.metadata(), state.Files());
  const uint64_t number = ScanRegistry::Of(*connection.context)->Add(std::move(scan));
  const auto result = RunText(connection, fmt::format("SELECT {} FROM limno_scan({}::UBIGINT) {}",
                                                      select, number, condition));
  if (result->HasError()) {
    return Fail(FromDuck(result->GetErrorObject()));
  }
  return result->GetValue(0, 0);
}

/// SQL that is true where the field is NULL and what holds it is not.
Result<std::string> IsNullWithin(const table::Metadata& metadata, const ColumnPath& path,
                                 const std::string& table_name) {
  std::string condition;
  std::string place;
  const std::vector<table::Field>* fields = &metadata.schema.fields;
  for (const std::string& name : path) {
    const table::Schema level{*fields};
    const table::Field& field = (*fields)[*level.IndexOf(name)];
    if (!place.empty()) {
      condition += place + " IS NOT NULL AND ";
    }
    place = place.empty() ? QuoteIdentifier(field.name)
                          : fmt::format("{}[{}]", place, QuoteString(field.name));
    const bool is_last = &name == &path.back();
    if (!is_last && field.type.kind != table::TypeKind::kStruct) {
      return Fail(ErrorKind::kUnsupported, "NOT NULL within arrays and maps: " + PathText(path),
                  table_name, "leave it: Spark does not write to tables that have it");
    }
    fields = &field.type.children;
  }
  return condition + place + " IS NULL";
}

/// Whoever relies on what all rows have must not be overtaken by new ones.
void RecordWholeTable(TableState& state) {
  std::vector<table::DataFilePtr> files;
  for (const ScanFile& scanned : state.Files()) {
    files.push_back(scanned.file);
  }
  state.RecordRead([](const table::DataFile&) { return true; }, std::move(files),
                   TableState::ReadScope::kFiles);
}

/// The type that a text stands for.
Result<LogicalType> ParseType(ClientContext& context, const std::string& text) {
  return Fenced(
      [&]() -> Result<LogicalType> { return duckdb::TransformStringToLogicalType(text, context); });
}

}  // namespace

Result<void> StageColumnChange(ClientContext& context, TableState& state,
                               const ColumnChange& change) {
  using Kind = ColumnChange::Kind;
  switch (change.kind) {
    case Kind::kAdd: {
      LIMNO_ASSIGN(const LogicalType type, ParseType(context, change.text));
      return AddColumn(state, change.path, type, change.conditional, change.inner);
    }
    case Kind::kType: {
      LIMNO_ASSIGN(const LogicalType type, ParseType(context, change.text));
      return ChangeColumnType(state, change.path, type);
    }
    case Kind::kDrop:
      return DropColumn(state, change.path, change.conditional);
    case Kind::kComment:
      return CommentColumn(state, change.path, change.text);
    case Kind::kMove:
      return MoveColumn(state, change.path, change.text);
    case Kind::kSyncIdentity:
      return SyncIdentity(context, state, PathText(change.path));
    case Kind::kDropNotNull:
      return DropNotNull(state, change.path);
    case Kind::kSetNotNull:
      break;
  }
  return SetNotNull(context, state, change.path);
}

Result<void> AddColumn(TableState& state, const ColumnPath& path, const LogicalType& type,
                       bool if_not_exists, const std::vector<InnerClause>& inner) {
  table::Metadata metadata = state.metadata();
  LIMNO_ASSIGN(std::vector<table::Field>* const siblings, Siblings(metadata, path, state.name()));
  if (FindAmong(*siblings, path.back()) != nullptr) {
    return if_not_exists ? Result<void>()
                         : Fail(ErrorKind::kAlreadyExists,
                                "column " + PathText(path) + " exists already", state.name());
  }
  LIMNO_ASSIGN(table::DataType table_type, FromDuck(type));
  siblings->push_back({path.back(), std::move(table_type), true, {}});
  LIMNO_TRY(ApplyInnerClauses(siblings->back(), inner));
  Stage(state, std::move(metadata), "ADD COLUMNS", {{"columns", "[\"" + PathText(path) + "\"]"}});
  return {};
}

Result<void> RenameColumn(TableState& state, const ColumnPath& path, const std::string& new_name) {
  table::Metadata metadata = state.metadata();
  LIMNO_ASSIGN(std::vector<table::Field>* const siblings, Siblings(metadata, path, state.name()));
  LIMNO_ASSIGN(table::Field* const field, FindField(*siblings, path, state.name()));
  const table::Field* taken = FindAmong(*siblings, new_name);
  if (taken != nullptr && taken != field) {
    return Fail(ErrorKind::kAlreadyExists, "column " + taken->name + " exists already",
                state.name());
  }
  LIMNO_TRY(CheckMapped(*field, "renamed", state.name()));
  LIMNO_TRY(CheckNotInRules(state, metadata, path.front(), "renamed"));
  if (path.size() == 1) {
    std::replace(metadata.partition_columns.begin(), metadata.partition_columns.end(), field->name,
                 new_name);
  }
  RenameClustering(metadata, path, new_name);
  Path renamed = path;
  renamed.back() = new_name;
  field->name = new_name;
  Stage(state, std::move(metadata), "RENAME COLUMN",
        {{"oldColumnPath", PathText(path)}, {"newColumnPath", PathText(renamed)}});
  return {};
}

Result<void> DropColumn(TableState& state, const ColumnPath& path, bool if_exists) {
  table::Metadata metadata = state.metadata();
  LIMNO_ASSIGN(std::vector<table::Field>* const siblings, Siblings(metadata, path, state.name()));
  if (if_exists && FindAmong(*siblings, path.back()) == nullptr) {
    return {};
  }
  LIMNO_ASSIGN(const table::Field* const field, FindField(*siblings, path, state.name()));
  const auto& partitions = metadata.partition_columns;
  if (path.size() == 1 &&
      std::find(partitions.begin(), partitions.end(), field->name) != partitions.end()) {
    return Fail(ErrorKind::kRefused, "the table is partitioned by column " + field->name,
                state.name());
  }
  if (siblings->size() == 1) {
    return Fail(ErrorKind::kRefused, "column " + PathText(path) + " is the only one", state.name());
  }
  LIMNO_TRY(CheckNotClustering(metadata, path, state.name()));
  LIMNO_TRY(CheckMapped(*field, "dropped", state.name()));
  LIMNO_TRY(CheckNotInRules(state, metadata, path.front(), "dropped"));
  siblings->erase(siblings->begin() + (field - siblings->data()));
  Stage(state, std::move(metadata), "DROP COLUMNS", {{"columns", "[\"" + PathText(path) + "\"]"}});
  return {};
}

Result<void> MoveColumn(TableState& state, const ColumnPath& path, const std::string& after) {
  table::Metadata metadata = state.metadata();
  LIMNO_ASSIGN(std::vector<table::Field>* const siblings, Siblings(metadata, path, state.name()));
  LIMNO_ASSIGN(const table::Field* const found, FindField(*siblings, path, state.name()));
  const table::Field moved = *found;
  siblings->erase(siblings->begin() + (found - siblings->data()));
  auto place = siblings->begin();
  if (!after.empty()) {
    ColumnPath beside = path;
    beside.back() = after;
    LIMNO_ASSIGN(const table::Field* const before, FindField(*siblings, beside, state.name()));
    place += before - siblings->data() + 1;
  }
  siblings->insert(place, moved);
  StageChanged(state, std::move(metadata), path);
  return {};
}

Result<void> ChangeColumnType(TableState& state, const ColumnPath& path, const LogicalType& type) {
  table::Metadata metadata = state.metadata();
  LIMNO_ASSIGN(std::vector<table::Field>* const siblings, Siblings(metadata, path, state.name()));
  LIMNO_ASSIGN(table::Field* const field, FindField(*siblings, path, state.name()));
  LIMNO_ASSIGN(table::DataType wanted, FromDuck(type));
  if (field->type == wanted) {
    return {};
  }
  if (field->type.IsNested() || wanted.IsNested()) {
    return Fail(ErrorKind::kUnsupported,
                fmt::format("column {} is {} and cannot become {}", PathText(path),
                            field->type.ToString(), wanted.ToString()),
                state.name(), "change the fields within it one by one");
  }
  LIMNO_TRY(CheckNotInRules(state, metadata, path.front(), "given another type"));
  if (auto allowed = state.table().CheckTypeChange(metadata, field->type, wanted); !allowed) {
    Error error = allowed.error();
    error.message = "column " + PathText(path) + ": " + error.message;
    error.where = state.name();
    return Fail(std::move(error));
  }
  field->type = std::move(wanted);
  StageChanged(state, std::move(metadata), path);
  return {};
}

Result<void> CommentColumn(TableState& state, const ColumnPath& path,
                           const std::optional<std::string>& comment) {
  table::Metadata metadata = state.metadata();
  LIMNO_ASSIGN(std::vector<table::Field>* const siblings, Siblings(metadata, path, state.name()));
  LIMNO_ASSIGN(table::Field* const field, FindField(*siblings, path, state.name()));
  if (comment) {
    table::AnnotateText(*field, table::kCommentAnnotation, *comment);
  } else {
    field->metadata.erase(table::kCommentAnnotation);
  }
  StageChanged(state, std::move(metadata), path);
  return {};
}

Result<void> SetColumnDefault(ClientContext& context, TableState& state, const std::string& column,
                              const std::optional<std::string>& expression) {
  table::Metadata metadata = state.metadata();
  LIMNO_TRY(FindColumn(metadata.schema, column, {}, state.name()));
  table::Field& field = metadata.schema.fields[*metadata.schema.IndexOf(column)];
  if (expression) {
    table::AnnotateText(field, table::kDefaultAnnotation, *expression);
    LIMNO_TRY(CheckColumnDefault(context, field));
  } else {
    field.metadata.erase(table::kDefaultAnnotation);
  }
  StageChanged(state, std::move(metadata), {column});
  return {};
}

Result<void> SetNotNull(ClientContext& context, TableState& state, const ColumnPath& path) {
  table::Metadata metadata = state.metadata();
  LIMNO_ASSIGN(std::vector<table::Field>* const siblings, Siblings(metadata, path, state.name()));
  LIMNO_ASSIGN(table::Field* const field, FindField(*siblings, path, state.name()));
  LIMNO_ASSIGN(const std::string condition, IsNullWithin(metadata, path, state.name()));
  LIMNO_ASSIGN(const Value counted, ReadRows(context, state, "count(*)", "WHERE " + condition));
  const auto nulls = counted.GetValue<int64_t>();
  if (nulls > 0) {
    return Fail(ErrorKind::kRefused,
                fmt::format("{} row{} of the table {} NULL in column {}", nulls,
                            nulls == 1 ? "" : "s", nulls == 1 ? "has" : "have", PathText(path)),
                state.name(), "give them a value or delete them first");
  }
  RecordWholeTable(state);
  field->nullable = false;
  StageChanged(state, std::move(metadata), path);
  return {};
}

Result<void> SyncIdentity(ClientContext& context, TableState& state, const std::string& column) {
  table::Metadata metadata = state.metadata();
  LIMNO_TRY(FindColumn(metadata.schema, column, {}, state.name()));
  table::Field& field = metadata.schema.fields[*metadata.schema.IndexOf(column)];
  LIMNO_ASSIGN(auto identity, table::IdentityOf(field));
  if (!identity) {
    return Fail(ErrorKind::kUsage, "column " + field.name + " is no identity column", state.name());
  }
  const char* farthest = identity->step > 0 ? "max" : "min";
  LIMNO_ASSIGN(
      const Value found,
      ReadRows(context, state, fmt::format("{}({})", farthest, QuoteIdentifier(field.name)), ""));
  if (found.IsNull()) {
    return {};
  }
  // On the sequence, as the numbers after it will be; never back.
  const auto number = found.GetValue<int64_t>();
  const int64_t last = identity->high_water_mark.value_or(identity->start - identity->step);
  const int64_t ahead = (number - last) / identity->step;
  if (ahead <= 0) {
    return {};
  }
  const int64_t rest = (number - last) % identity->step == 0 ? 0 : 1;
  identity->high_water_mark = last + (ahead + rest) * identity->step;
  table::AnnotateIdentity(field, *identity);
  RecordWholeTable(state);
  StageChanged(state, std::move(metadata), {column});
  return {};
}

Result<void> DropNotNull(TableState& state, const ColumnPath& path) {
  table::Metadata metadata = state.metadata();
  LIMNO_ASSIGN(std::vector<table::Field>* const siblings, Siblings(metadata, path, state.name()));
  LIMNO_ASSIGN(table::Field* const field, FindField(*siblings, path, state.name()));
  field->nullable = true;
  StageChanged(state, std::move(metadata), path);
  return {};
}

}  // namespace limno::engine
