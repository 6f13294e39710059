#include "engine/cluster_by.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/name_match.h"
#include "duckdb/parser/expression/columnref_expression.hpp"
#include "engine/table_definition.h"

namespace limno::engine {
namespace {

/// CREATE [OR REPLACE] [TEMP] TABLE.
bool CreatesTable(const std::vector<Token>& tokens) {
  for (size_t index = 1; index < tokens.size() && index < 5; ++index) {
    if (tokens[index].IsWord("table")) {
      return tokens[0].IsWord("create");
    }
  }
  return false;
}

/// Not within parentheses, and not part of a query after AS.
bool IsClause(const std::vector<Token>& tokens, size_t index) {
  int depth = 0;
  for (size_t before = 0; before < index; ++before) {
    depth += tokens[before].IsSymbol('(') ? 1 : 0;
    depth -= tokens[before].IsSymbol(')') ? 1 : 0;
    if (depth == 0 && tokens[before].IsWord("as")) {
      return false;
    }
  }
  return depth == 0;
}

Result<table::ColumnPath> ClusteringColumn(const duckdb::ParsedExpression& key,
                                           const table::Schema& schema,
                                           const std::string& table_name) {
  if (key.GetExpressionClass() != duckdb::ExpressionClass::COLUMN_REF) {
    return Fail(ErrorKind::kUsage, "tables are clustered by columns, not by " + key.ToString(),
                table_name);
  }
  const auto& names = key.Cast<duckdb::ColumnRefExpression>().column_names;
  const table::ColumnPath path(names.begin(), names.end());
  LIMNO_TRY(FindColumn(schema, path.front(), " to cluster by", table_name));
  if (table::FindField(schema, path) == nullptr) {
    return Fail(ErrorKind::kUsage, "no column " + table::ColumnPathText(path) + " to cluster by",
                table_name);
  }
  // As the schema spells them, not the statement.
  return table::LogicalPath(schema, table::PhysicalPath(schema, path));
}

std::string PathList(const std::vector<table::ColumnPath>& paths) {
  std::vector<std::string> texts;
  texts.reserve(paths.size());
  for (const table::ColumnPath& path : paths) {
    texts.push_back(table::ColumnPathText(path));
  }
  return fmt::format("{}", fmt::join(texts, ","));
}

bool Contains(const std::vector<table::ColumnPath>& paths, const table::ColumnPath& path) {
  return std::find(paths.begin(), paths.end(), path) != paths.end();
}

/// Readers count on statistics of clustering columns in every file.
Result<void> CheckStatistics(TableState& state, const table::ColumnPath& path) {
  const table::Schema& schema = state.metadata().schema;
  const table::Schema alone{{*schema.Find(path.front())}};
  const table::ColumnPath physical = table::PhysicalPath(schema, path);
  size_t without = 0;
  for (const ScanFile& scanned : state.Files()) {
    const auto statistics = state.table().ParseStatistics(*scanned.file, alone);
    without += std::none_of(statistics.columns.begin(), statistics.columns.end(),
                            [&](const table::ColumnStatistics& column) {
                              return column.path == physical && column.null_count;
                            });
  }
  if (without == 0) {
    return {};
  }
  return Fail(ErrorKind::kRefused,
              fmt::format("{} files have no statistics of column {} to cluster by", without,
                          table::ColumnPathText(path)),
              state.name(),
              "name the column in delta.dataSkippingStatsColumns, then OPTIMIZE ... FULL writes "
              "files that have them");
}

/// `path` leads to `other` or to what holds it.
bool LeadsTo(const table::ColumnPath& path, const table::ColumnPath& other) {
  return path.size() <= other.size() &&
         std::equal(path.begin(), path.end(), other.begin(),
                    [](const std::string& left, const std::string& right) {
                      return base::FoldCase(left) == base::FoldCase(right);
                    });
}

}  // namespace

std::optional<std::pair<std::string, size_t>> ClusterByAt(const Statement& statement,
                                                          size_t index) {
  const auto& tokens = statement.tokens;
  if (index + 2 >= tokens.size() || !tokens[index].IsWord("cluster") ||
      !tokens[index + 1].IsWord("by") || !IsClause(tokens, index)) {
    return std::nullopt;
  }
  const bool alters = tokens[0].IsWord("alter") && tokens[1].IsWord("table");
  if (alters && tokens[index + 2].IsWord("none")) {
    return std::pair{std::string("RESET SORTED BY"), index + 3};
  }
  if (tokens[index + 2].IsSymbol('(') && (alters || CreatesTable(tokens))) {
    return std::pair{std::string(alters ? "SET SORTED BY" : "SORTED BY"), index + 2};
  }
  return std::nullopt;
}

Result<std::optional<std::vector<table::ColumnPath>>> ClusteringOf(
    const duckdb::CreateTableInfo& info, const table::Schema& schema) {
  if (info.sort_keys.empty()) {
    return std::optional<std::vector<table::ColumnPath>>();
  }
  std::vector<table::ColumnPath> columns;
  for (const auto& key : info.sort_keys) {
    LIMNO_ASSIGN(table::ColumnPath column, ClusteringColumn(*key, schema, {}));
    columns.push_back(std::move(column));
  }
  if (!info.partition_keys.empty()) {
    return Fail(ErrorKind::kUsage, "a table is either clustered or partitioned, not both", {},
                "leave PARTITIONED BY out: clustering by the same columns serves the same queries");
  }
  return columns;
}

Result<void> StageClustering(TableState& state, const duckdb::SetSortedByInfo& info) {
  table::Metadata metadata = state.metadata();
  const auto old = metadata.clustering_columns.value_or(std::vector<table::ColumnPath>());
  std::vector<table::ColumnPath> columns;
  for (const auto& order : info.orders) {
    LIMNO_ASSIGN(table::ColumnPath column,
                 ClusteringColumn(*order.expression, metadata.schema, state.name()));
    if (!Contains(old, column)) {
      LIMNO_TRY(CheckStatistics(state, column));
    }
    columns.push_back(std::move(column));
  }
  if (columns == old) {
    return {};
  }
  metadata.clustering_columns = columns;
  state.StageMetadata(std::move(metadata));
  state.StageOperation(
      "CLUSTER BY",
      {{"oldClusteringColumns", PathList(old)}, {"newClusteringColumns", PathList(columns)}}, {});
  return {};
}

Result<void> CheckNotClustering(const table::Metadata& metadata, const table::ColumnPath& path,
                                const std::string& table_name) {
  for (const table::ColumnPath& column :
       metadata.clustering_columns.value_or(std::vector<table::ColumnPath>())) {
    if (LeadsTo(path, column)) {
      return Fail(ErrorKind::kRefused,
                  "the table is clustered by column " + table::ColumnPathText(column), table_name,
                  "first ALTER TABLE ... CLUSTER BY other columns, or NONE");
    }
  }
  return {};
}

void RenameClustering(table::Metadata& metadata, const table::ColumnPath& path,
                      const std::string& new_name) {
  if (!metadata.clustering_columns) {
    return;
  }
  for (table::ColumnPath& column : *metadata.clustering_columns) {
    if (LeadsTo(path, column)) {
      column[path.size() - 1] = new_name;
    }
  }
}

}  // namespace limno::engine
