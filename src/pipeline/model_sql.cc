#include "pipeline/model_sql.h"

#include <fmt/format.h>

#include "base/name_match.h"
#include "engine/engine.h"

namespace limno::pipeline {

namespace {

using engine::QuoteIdentifier;

/// Each name quoted, behind `prefix`, joined by `separator`.
std::string Join(const std::vector<std::string>& names, const std::string& prefix,
                 const std::string& separator) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : separator) + prefix + QuoteIdentifier(name);
  }
  return text;
}

bool IsKey(const Model& model, const std::string& column) {
  for (const std::string& key : model.key) {
    if (base::FoldCase(key) == base::FoldCase(column)) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string QuotedName(const catalog::TableName& name) {
  return "lake." + QuoteIdentifier(name.name_space) + "." + QuoteIdentifier(name.name);
}

std::string CreateOrReplaceSql(const Model& model, const std::string& query) {
  const std::string partitions =
      model.partition_by.empty()
          ? ""
          : fmt::format(" PARTITIONED BY ({})", Join(model.partition_by, "", ", "));
  return fmt::format("CREATE OR REPLACE TABLE {}{} AS\n{}", QuotedName(model.name), partitions,
                     query);
}

std::string CreateBatchSql(const std::string& query) {
  return fmt::format("CREATE OR REPLACE TEMP TABLE limno_batch AS\n{}", query);
}

std::string DuplicateKeysSql(const Model& model, const std::string& relation) {
  const std::string keys = Join(model.key, "", ", ");
  std::string not_null;
  for (const std::string& key : model.key) {
    not_null += (not_null.empty() ? "" : " AND ") + QuoteIdentifier(key) + " IS NOT NULL";
  }
  return fmt::format("SELECT {0} FROM {1} WHERE {2} GROUP BY {0} HAVING count(*) > 1 LIMIT 3", keys,
                     relation, not_null);
}

std::string MergeSql(const Model& model, const std::vector<Column>& columns,
                     const std::string& batch) {
  std::vector<std::string> names;
  std::string changes;
  for (const Column& column : columns) {
    names.push_back(column.name);
    if (!IsKey(model, column.name)) {
      changes += fmt::format("{}{} = batch.{}", changes.empty() ? "" : ", ",
                             QuoteIdentifier(column.name), QuoteIdentifier(column.name));
    }
  }
  std::string matches;
  for (const std::string& key : model.key) {
    matches += fmt::format("{}target.{} = batch.{}", matches.empty() ? "" : " AND ",
                           QuoteIdentifier(key), QuoteIdentifier(key));
  }
  const std::string update =
      changes.empty() ? "" : fmt::format("\nWHEN MATCHED THEN UPDATE SET {}", changes);
  return fmt::format(
      "MERGE INTO {} AS target USING {} AS batch ON {}{}\n"
      "WHEN NOT MATCHED THEN INSERT ({}) VALUES ({})",
      QuotedName(model.name), batch, matches, update, Join(names, "", ", "),
      Join(names, "batch.", ", "));
}

std::string AddColumnSql(const Model& model, const Column& column) {
  return fmt::format("ALTER TABLE {} ADD COLUMN {} {}", QuotedName(model.name),
                     QuoteIdentifier(column.name), column.type);
}

std::string OptimizeSql(const Model& model) {
  return fmt::format("OPTIMIZE {} ZORDER BY ({})", QuotedName(model.name),
                     Join(model.cluster_by, "", ", "));
}

}  // namespace limno::pipeline
