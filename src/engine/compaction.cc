#include "engine/compaction.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "duckdb/common/random_engine.hpp"
#include "duckdb/common/types/uuid.hpp"
#include "duckdb/parallel/task_scheduler.hpp"
#include "engine/curve_order.h"
#include "engine/engine.h"
#include "engine/errors.h"
#include "engine/file_groups.h"
#include "engine/json_list.h"
#include "engine/lake_scan.h"
#include "engine/optimize_report.h"
#include "engine/purge_selection.h"
#include "engine/registered_scan.h"
#include "engine/statement_run.h"
#include "engine/table_definition.h"

namespace limno::engine {
namespace {

using Files = std::vector<ScanFile>;

constexpr uint64_t kMinRowsPerGroup = 2048;
constexpr uint64_t kMaxRowsPerGroup = 122'880;
/// A file is cut between row groups, so that many make its size come out as wished; each thread
/// that writes may add one to a file that is large enough already.
constexpr double kGroupsPerFile = 4;
/// Files of this share of the target are large enough.
constexpr uint64_t kSmallNumerator = 3;
constexpr uint64_t kSmallDenominator = 4;
/// So many partitions are rewritten in one go, their files in turn, so that threads do not wait for
/// each other at one partition's file.
constexpr size_t kPartitionsAtOnce = 16;

/// Files that hold rows which satisfy the condition.
Result<std::set<int64_t>> FilesWhere(duckdb::Connection& connection, const TableTarget& table,
                                     const std::string& where) {
  auto result = RunText(connection, fmt::format("SELECT DISTINCT {} FROM {} WHERE {}", kFileIdName,
                                                table.ToSql(), where));
  if (result->HasError()) {
    return Fail(FromDuck(result->GetErrorObject()));
  }
  std::set<int64_t> ids;
  for (idx_t row = 0; row < result->RowCount(); ++row) {
    ids.insert(result->GetValue(0, row).GetValue<int64_t>());
  }
  return ids;
}

std::vector<std::string> Texts(const std::vector<table::ColumnPath>& paths) {
  std::vector<std::string> texts;
  for (const table::ColumnPath& path : paths) {
    texts.push_back(table::ColumnPathText(path));
  }
  return texts;
}

uint64_t BytesOf(const ScanFile& file) { return static_cast<uint64_t>(file.file->size_bytes); }

/// One run of OPTIMIZE over one table.
class Optimization {
 public:
  Optimization(duckdb::Connection& connection, std::shared_ptr<TableState> table)
      : connection_(connection), table_(std::move(table)), before_(table_->Files()) {}

  Result<void> Run(const Optimize& statement) {
    LIMNO_ASSIGN(const LayoutSettings settings, LayoutSettings::Of(*connection_.context));
    const table::Metadata& metadata = table_->metadata();
    LIMNO_TRY(ChooseColumns(statement, metadata));
    LIMNO_ASSIGN(const Files eligible, Eligible(statement.table, statement.where));
    target_bytes_ = TunedFileBytes(metadata, settings, TableBytes());
    const auto layout = Describe(eligible);
    if (columns_.empty()) {
      const CompactionRule rule{target_bytes_, target_bytes_ * kSmallNumerator / kSmallDenominator,
                                settings.max_deleted_ratio, statement.full};
      return Compact(eligible, ChooseToCompact(layout, rule));
    }
    const OrderingRule rule{Texts(columns_),
                            clustered_,
                            settings.min_cube_bytes,
                            settings.target_cube_bytes,
                            settings.max_deleted_ratio,
                            statement.full};
    return Order(eligible, ChooseToOrder(layout, rule));
  }

  Result<void> RunReorg(const Reorg& statement) {
    LIMNO_ASSIGN(const LayoutSettings settings, LayoutSettings::Of(*connection_.context));
    target_bytes_ = TunedFileBytes(table_->metadata(), settings, TableBytes());
    LIMNO_ASSIGN(const Files eligible, Eligible(statement.table, statement.where));
    LIMNO_ASSIGN(const Files files, FilesToPurge(*connection_.context, *table_, eligible));
    std::map<std::string, FileGroup> partitions;
    for (size_t position = 0; position < files.size(); ++position) {
      partitions[PartitionText(*files[position].file)].push_back(position);
    }
    std::vector<FileGroup> groups;
    for (auto& [partition, group] : partitions) {
      groups.push_back(std::move(group));
    }
    return Compact(files, groups);
  }

  void StageOperation(const Reorg& statement) {
    if (removed_.empty()) {
      return;
    }
    after_ = table_->Files();
    table::Operation operation;
    operation.name = "REORG";
    operation.parameters = {{"predicate", PredicateText(statement.where)}, {"applyPurge", "true"}};
    operation.metrics = OptimizeMetrics(removed_, Added());
    table_->OverrideOperation(std::move(operation));
  }

  Result<void> RunAutomatic(const AutomaticCompaction& compaction) {
    Files eligible;
    for (const ScanFile& file : before_) {
      // What is laid out stays so.
      if (compaction.partitions.count(PartitionText(*file.file)) > 0 &&
          !table_->table().OrderOf(*file.file)) {
        eligible.push_back(file);
      }
    }
    target_bytes_ = compaction.target_bytes;
    // Deleted rows are no reason to rewrite what nobody asked to be rewritten.
    const CompactionRule rule{target_bytes_, compaction.small_bytes, 1, false};
    return Compact(eligible, ChooseToCompact(Describe(eligible), rule));
  }

  /// The commit that was staged as history tells it.
  void StageOperation(const Optimize& statement, bool automatic) {
    if (removed_.empty()) {
      return;
    }
    after_ = table_->Files();
    table::Operation operation;
    operation.name = "OPTIMIZE";
    const auto texts = Texts(columns_);
    operation.parameters = {
        {"predicate", PredicateText(statement.where)},
        {"zOrderBy", JsonList(clustered_ ? std::vector<std::string>() : texts)},
        {"clusterBy", JsonList(clustered_ ? texts : std::vector<std::string>())},
        {"auto", automatic ? "true" : "false"}};
    if (statement.full || clustered_) {
      operation.parameters["isFull"] = statement.full ? "true" : "false";
    }
    operation.metrics = OptimizeMetrics(removed_, Added());
    table_->OverrideOperation(std::move(operation));
  }

  OptimizeReport Report() {
    after_ = table_->Files();
    return {before_, after_, removed_.size(), Added().size(), columns_};
  }

 private:
  uint64_t TableBytes() const {
    uint64_t bytes = 0;
    for (const ScanFile& file : before_) {
      bytes += BytesOf(file);
    }
    return bytes;
  }

  static std::string PredicateText(const std::string& where) {
    return JsonList(where.empty() ? std::vector<std::string>() : std::vector<std::string>{where});
  }

  /// Files that hold rows which satisfy the condition.
  Result<Files> Eligible(const TableTarget& table, const std::string& where) {
    Files eligible = before_;
    if (!where.empty()) {
      LIMNO_ASSIGN(const std::set<int64_t> ids, FilesWhere(connection_, table, where));
      std::erase_if(eligible, [&](const ScanFile& file) {
        return ids.count(table_->FileId(file.file)) == 0;
      });
    }
    return eligible;
  }

  Result<void> ChooseColumns(const Optimize& statement, const table::Metadata& metadata) {
    const auto clustering = metadata.clustering_columns.value_or(std::vector<table::ColumnPath>());
    if (!clustering.empty()) {
      if (!statement.zorder.empty() || !statement.where.empty()) {
        return Fail(ErrorKind::kUsage,
                    fmt::format("the table is clustered by {}: OPTIMIZE takes no {}",
                                fmt::join(Texts(clustering), ", "),
                                statement.zorder.empty() ? "WHERE" : "ZORDER BY"),
                    table_->name(), "ALTER TABLE ... CLUSTER BY changes the columns");
      }
      clustered_ = true;
    }
    for (const table::ColumnPath& path : statement.zorder) {
      LIMNO_TRY(CheckOrderColumn(path, metadata));
    }
    columns_ = clustered_ ? clustering : statement.zorder;
    return {};
  }

  Result<void> CheckOrderColumn(const table::ColumnPath& path,
                                const table::Metadata& metadata) const {
    LIMNO_ASSIGN(const table::Field* column,
                 FindColumn(metadata.schema, path.front(), " to order by", table_->name()));
    const table::Field* field = table::FindField(metadata.schema, path);
    if (field == nullptr) {
      return Fail(ErrorKind::kUsage,
                  fmt::format("column {} has no field {} to order by", column->name,
                              table::ColumnPathText(path)),
                  table_->name());
    }
    if (field->type.kind == table::TypeKind::kVariant) {
      return Fail(ErrorKind::kUsage,
                  "variants have no order: ZORDER BY " + table::ColumnPathText(path),
                  table_->name());
    }
    const auto& partitions = metadata.partition_columns;
    if (std::find(partitions.begin(), partitions.end(), column->name) != partitions.end()) {
      return Fail(ErrorKind::kUsage,
                  "ZORDER BY the partition column " + column->name + " changes nothing",
                  table_->name());
    }
    return {};
  }

  std::vector<LayoutFile> Describe(const Files& files) const {
    std::vector<LayoutFile> layout;
    layout.reserve(files.size());
    for (const ScanFile& scanned : files) {
      const table::DataFile& file = *scanned.file;
      LayoutFile described{PartitionText(file),
                           BytesOf(scanned),
                           DeletedRatio(*table_, scanned),
                           file.modified_millis,
                           file.path,
                           table_->table().OrderOf(file),
                           false};
      described.foreign_clustering = file.clustering_provider && !described.order;
      layout.push_back(std::move(described));
    }
    return layout;
  }

  /// Several partitions at once, a file of each in turn.
  Result<void> Compact(const Files& files, const std::vector<FileGroup>& groups) {
    for (size_t first = 0; first < groups.size(); first += kPartitionsAtOnce) {
      const size_t last = std::min(groups.size(), first + kPartitionsAtOnce);
      Files batch;
      for (size_t turn = 0, taken = 1; taken > 0; ++turn) {
        taken = 0;
        for (size_t group = first; group < last; ++group) {
          if (turn < groups[group].size()) {
            batch.push_back(files[groups[group][turn]]);
            ++taken;
          }
        }
      }
      LIMNO_TRY(Rewrite(batch, "", std::nullopt));
    }
    return {};
  }

  Result<void> Order(const Files& files, const std::vector<FileGroup>& groups) {
    const Curve curve = clustered_ ? Curve::kHilbert : Curve::kZOrder;
    for (const FileGroup& group : groups) {
      Files batch;
      for (const size_t position : group) {
        batch.push_back(files[position]);
      }
      LIMNO_ASSIGN(const std::string order,
                   CurveOrder(connection_, table_, batch, columns_, curve));
      const auto id =
          duckdb::UUID::GenerateRandomUUID(duckdb::RandomEngine::Get(*connection_.context));
      table::FileOrder mark{duckdb::UUID::ToString(id), Texts(columns_), clustered_};
      LIMNO_TRY(Rewrite(batch, order, std::move(mark)));
    }
    return {};
  }

  Result<void> Rewrite(const Files& files, const std::string& order,
                       std::optional<table::FileOrder> mark) {
    table_->SetDataChange(false);
    table_->SetFileLayout({RowsPerGroup(files), target_bytes_, std::move(mark)});
    const RegisteredScan source(connection_, table_, files);
    LIMNO_TRY(RunSql(connection_, source.RearrangeSql(order)));
    table_->SetFileLayout({});
    for (const ScanFile& file : files) {
      table_->StageRemove(file.file);
      removed_.push_back(file);
    }
    return {};
  }

  /// Row groups so small that files of the target size can be cut between them; unset where the
  /// usual ones will do.
  std::optional<uint64_t> RowsPerGroup(const Files& files) const {
    uint64_t rows = 0;
    uint64_t bytes = 0;
    for (const ScanFile& file : files) {
      rows += static_cast<uint64_t>(std::max<int64_t>(table_->LiveRows(file).value_or(0), 0));
      bytes += BytesOf(file);
    }
    if (rows == 0 || bytes == 0) {
      return std::nullopt;
    }
    const double row_bytes = static_cast<double>(bytes) / static_cast<double>(rows);
    const auto threads = static_cast<double>(
        duckdb::TaskScheduler::GetScheduler(*connection_.context).NumberOfThreads());
    const double fitting =
        static_cast<double>(target_bytes_) / row_bytes / (kGroupsPerFile + threads);
    if (fitting >= static_cast<double>(kMaxRowsPerGroup)) {
      return std::nullopt;
    }
    return std::max(kMinRowsPerGroup, static_cast<uint64_t>(fitting));
  }

  /// What there is now and was not before.
  Files Added() const {
    std::unordered_set<const table::DataFile*> known;
    for (const ScanFile& file : before_) {
      known.insert(file.file.get());
    }
    Files added;
    for (const ScanFile& file : after_) {
      if (known.count(file.file.get()) == 0) {
        added.push_back(file);
      }
    }
    return added;
  }

  duckdb::Connection& connection_;
  std::shared_ptr<TableState> table_;
  Files before_;
  Files after_;
  Files removed_;
  std::vector<table::ColumnPath> columns_;
  bool clustered_ = false;
  uint64_t target_bytes_ = 0;
};

}  // namespace

std::string PartitionText(const table::DataFile& file) {
  std::string text;
  for (const auto& [name, value] : file.partition_values) {
    text += value ? std::to_string(value->size()) + ":" + *value : "-";
    text += ';';
  }
  return text;
}

double DeletedRatio(const TableState& table, const ScanFile& file) {
  const int64_t deleted =
      (file.file->deletion_vector ? file.file->deletion_vector->cardinality : 0) +
      (file.staged_deletes ? static_cast<int64_t>(file.staged_deletes->Cardinality()) : 0);
  if (deleted == 0) {
    return 0;
  }
  const auto rows = table.table().RowCount(*file.file);
  return rows && *rows > 0
             ? std::min(1.0, static_cast<double>(deleted) / static_cast<double>(*rows))
             : 1;
}

Result<TextTable> StageOptimize(duckdb::Connection& connection,
                                const std::shared_ptr<TableState>& table,
                                const Optimize& statement) {
  Optimization optimization(connection, table);
  LIMNO_TRY(optimization.Run(statement));
  optimization.StageOperation(statement, false);
  return optimization.Report().ToTable(*table);
}

Result<TextTable> StageReorg(duckdb::Connection& connection,
                             const std::shared_ptr<TableState>& table, const Reorg& statement) {
  Optimization optimization(connection, table);
  LIMNO_TRY(optimization.RunReorg(statement));
  optimization.StageOperation(statement);
  return optimization.Report().ToTable(*table);
}

Result<void> StageAutomatic(duckdb::Connection& connection,
                            const std::shared_ptr<TableState>& table,
                            const AutomaticCompaction& compaction) {
  Optimization optimization(connection, table);
  LIMNO_TRY(optimization.RunAutomatic(compaction));
  optimization.StageOperation({}, true);
  return {};
}

}  // namespace limno::engine
