#include "engine/file_statistics.h"

#include <algorithm>
#include <set>

#include "base/name_match.h"
#include "engine/engine.h"
#include "engine/errors.h"
#include "engine/registered_scan.h"
#include "engine/types.h"
#include "table/physical_name.h"

namespace limno::engine {
namespace {

/// Aggregates of one column: min, max, nulls, NaN.
constexpr idx_t kAggregates = 4;

bool IsFloat(const table::DataType& type) {
  return type.kind == table::TypeKind::kFloat || type.kind == table::TypeKind::kDouble;
}

/// Nested types of other kinds have no statistics that anybody reads.
void CollectLeaves(const std::vector<table::Field>& fields, const StatisticsLeaf& parent,
                   std::vector<StatisticsLeaf>& leaves) {
  for (const table::Field& field : fields) {
    StatisticsLeaf leaf = parent;
    leaf.physical_path.push_back(table::PhysicalName(field));
    leaf.logical_path.push_back(field.name);
    leaf.type = field.type;
    if (field.type.kind == table::TypeKind::kStruct) {
      CollectLeaves(field.type.children, leaf, leaves);
    } else if (!field.type.IsNested() && ToDuck(field.type)) {
      leaves.push_back(std::move(leaf));
    }
  }
}

std::string ColumnSql(const StatisticsLeaf& leaf) {
  std::string sql;
  for (const std::string& name : leaf.logical_path) {
    if (!sql.empty()) {
      sql += '.';
    }
    sql += QuoteIdentifier(name);
  }
  return sql;
}

/// The file as one of which nothing is known, so that its rows are looked at for whatever is asked.
std::vector<ScanFile> Unknown(const table::DataFile& file) {
  auto unknown = std::make_shared<table::DataFile>(file);
  unknown->statistics.clear();
  unknown->size_bytes = 0;
  return {{std::move(unknown), nullptr}};
}

/// Without the columns that the engine has no type for.
table::Metadata ReadablePart(table::Metadata metadata) {
  auto& fields = metadata.schema.fields;
  fields.erase(std::remove_if(fields.begin(), fields.end(),
                              [](const table::Field& field) { return !ToDuck(field.type); }),
               fields.end());
  return metadata;
}

int64_t CountAt(duckdb::MaterializedQueryResult& result, idx_t column) {
  const Value value = result.GetValue(column, 0);
  return value.IsNull() ? 0 : value.GetValue<int64_t>();
}

}  // namespace

std::vector<StatisticsLeaf> StatisticsLeaves(const table::Metadata& metadata) {
  std::set<std::string> partition_columns;
  for (const std::string& column : metadata.partition_columns) {
    partition_columns.insert(base::FoldCase(column));
  }
  std::vector<table::Field> fields;
  std::copy_if(metadata.schema.fields.begin(), metadata.schema.fields.end(),
               std::back_inserter(fields), [&](const table::Field& field) {
                 return partition_columns.count(base::FoldCase(field.name)) == 0;
               });
  std::vector<StatisticsLeaf> leaves;
  CollectLeaves(fields, {}, leaves);
  return leaves;
}

Result<FileFacts> ReadFileFacts(duckdb::DatabaseInstance& database,
                                const std::shared_ptr<TableState>& state,
                                const table::DataFile& file,
                                const std::vector<std::vector<std::string>>& columns) {
  std::vector<StatisticsLeaf> leaves = StatisticsLeaves(state->metadata());
  if (!columns.empty()) {
    leaves.erase(std::remove_if(leaves.begin(), leaves.end(),
                                [&](const StatisticsLeaf& leaf) {
                                  return std::find(columns.begin(), columns.end(),
                                                   leaf.physical_path) == columns.end();
                                }),
                 leaves.end());
  }
  std::string sql = "SELECT count(*)";
  for (const StatisticsLeaf& leaf : leaves) {
    const std::string column = ColumnSql(leaf);
    const bool is_variant = leaf.type.kind == table::TypeKind::kVariant;
    sql += is_variant ? ", NULL, NULL" : ", min(" + column + "), max(" + column + ")";
    sql += ", count(*) - count(" + column + "), " +
           (IsFloat(leaf.type) ? "count(*) FILTER (isnan(" + column + "))" : "0");
  }
  return Fenced([&]() -> Result<FileFacts> {
    duckdb::Connection connection(database);
    const RegisteredScan scan(connection, state, ReadablePart(state->metadata()), Unknown(file));
    const auto result = connection.Query(sql + " FROM " + scan.sql());
    if (result->HasError()) {
      return Fail(FromDuck(result->GetErrorObject()));
    }
    FileFacts facts;
    facts.live_rows = CountAt(*result, 0);
    for (size_t index = 0; index < leaves.size(); ++index) {
      const idx_t first = 1 + index * kAggregates;
      ColumnFacts column;
      column.path = std::move(leaves[index].physical_path);
      column.type = Unwrap(ToDuck(leaves[index].type));
      column.table_type = std::move(leaves[index].type);
      column.min = result->GetValue(first, 0);
      column.max = result->GetValue(first + 1, 0);
      column.nulls = CountAt(*result, first + 2);
      column.nans = CountAt(*result, first + 3);
      facts.columns.push_back(std::move(column));
    }
    return facts;
  });
}

table::FileStatistics ToStatistics(const FileFacts& facts, int64_t physical_rows) {
  table::FileStatistics statistics;
  statistics.row_count = physical_rows;
  for (const ColumnFacts& facts_of : facts.columns) {
    table::ColumnStatistics column;
    column.path = facts_of.path;
    column.null_count = facts_of.nulls;
    column.has_nan = facts_of.nans > 0;
    const bool bounded = facts_of.table_type.kind != table::TypeKind::kBinary && !column.has_nan;
    if (bounded && !facts_of.min.IsNull()) {
      // An empty string is a bound, too.
      column.min = PartitionText(facts_of.min).value_or("");
      column.max = PartitionText(facts_of.max).value_or("");
    }
    statistics.columns.push_back(std::move(column));
  }
  return statistics;
}

}  // namespace limno::engine
