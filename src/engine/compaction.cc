#include "engine/compaction.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/data_file_writer.h"
#include "engine/engine.h"
#include "engine/errors.h"
#include "engine/lake_scan.h"
#include "engine/scan_functions.h"
#include "engine/statement_run.h"
#include "engine/table_definition.h"
#include "engine/zorder.h"

namespace limno::engine {
namespace {

using Bin = std::vector<ScanFile>;

constexpr uint64_t kMinRowsPerGroup = 2048;
constexpr uint64_t kMaxRowsPerGroup = 122'880;

/// Files that hold rows which satisfy the condition.
Result<std::set<int64_t>> FilesWhere(duckdb::Connection& connection, const Optimize& statement) {
  auto result = RunText(connection, fmt::format("SELECT DISTINCT {} FROM {} WHERE {}", kFileIdName,
                                                statement.table.ToSql(), statement.where));
  if (result->HasError()) {
    return Fail(FromDuck(result->GetErrorObject()));
  }
  std::set<int64_t> ids;
  for (idx_t row = 0; row < result->RowCount(); ++row) {
    ids.insert(result->GetValue(0, row).GetValue<int64_t>());
  }
  return ids;
}

std::string PartitionKey(const table::DataFile& file) {
  std::string key;
  for (const auto& [name, value] : file.partition_values) {
    key += value ? std::to_string(value->size()) + ":" + *value : "-";
    key += ';';
  }
  return key;
}

/// Files of one partition that belong together in a new file, biggest first into the first bin that
/// has room.
std::vector<Bin> PackPartition(Bin files, uint64_t target) {
  std::sort(files.begin(), files.end(), [](const ScanFile& left, const ScanFile& right) {
    return left.file->size_bytes > right.file->size_bytes;
  });
  std::vector<Bin> bins;
  std::vector<uint64_t> sizes;
  for (ScanFile& file : files) {
    const auto size = static_cast<uint64_t>(file.file->size_bytes);
    size_t bin = 0;
    while (bin < bins.size() && sizes[bin] + size > target) {
      ++bin;
    }
    if (bin == bins.size()) {
      bins.emplace_back();
      sizes.push_back(0);
    }
    sizes[bin] += size;
    bins[bin].push_back(std::move(file));
  }
  return bins;
}

bool HasDeletedRows(const ScanFile& file) {
  return file.file->deletion_vector.has_value() || file.staged_deletes != nullptr;
}

/// What is to be rewritten, file groups by new file (by partition for Z-order).
std::vector<Bin> ChooseBins(const std::vector<ScanFile>& files, uint64_t target, bool zorder) {
  std::map<std::string, Bin> partitions;
  for (const ScanFile& file : files) {
    const bool small = static_cast<uint64_t>(file.file->size_bytes) < target;
    if (zorder || small || HasDeletedRows(file)) {
      partitions[PartitionKey(*file.file)].push_back(file);
    }
  }
  std::vector<Bin> chosen;
  for (auto& [key, candidates] : partitions) {
    if (zorder) {
      chosen.push_back(std::move(candidates));
      continue;
    }
    for (Bin& bin : PackPartition(std::move(candidates), target)) {
      if (bin.size() > 1 || HasDeletedRows(bin[0])) {
        chosen.push_back(std::move(bin));
      }
    }
  }
  return chosen;
}

/// Row groups so small that files of the target size can be cut between them.
std::optional<uint64_t> RowsPerGroup(const std::shared_ptr<TableState>& table,
                                     const std::vector<Bin>& bins, uint64_t target) {
  uint64_t rows = 0;
  uint64_t bytes = 0;
  for (const Bin& bin : bins) {
    for (const ScanFile& file : bin) {
      rows += static_cast<uint64_t>(std::max<int64_t>(table->LiveRows(file).value_or(0), 0));
      bytes += static_cast<uint64_t>(file.file->size_bytes);
    }
  }
  if (rows == 0 || bytes == 0) {
    return std::nullopt;
  }
  const double fitting =
      static_cast<double>(target) / (static_cast<double>(bytes) / static_cast<double>(rows));
  if (fitting >= static_cast<double>(kMaxRowsPerGroup)) {
    return std::nullopt;
  }
  return std::max(kMinRowsPerGroup, static_cast<uint64_t>(fitting));
}

Result<void> RewriteBin(duckdb::Connection& connection, const std::shared_ptr<TableState>& table,
                        const Bin& bin, const Optimize& statement) {
  auto scan = std::make_shared<ScanContext>(table, table->metadata(), bin);
  scan->record_reads = false;
  const auto registry = ScanRegistry::Of(*connection.context);
  const uint64_t number = registry->Add(std::move(scan));
  const std::string source = fmt::format("limno_scan({}::UBIGINT)", number);
  auto order = statement.zorder.empty() ? Result<std::string>("")
                                        : ZOrderClause(connection, source, statement.zorder);
  Result<void> written =
      order ? RunSql(connection, fmt::format("INSERT INTO {} SELECT * FROM {}{}",
                                             statement.table.ToSql(), source, *order))
            : Result<void>(Fail(order.error()));
  registry->Remove(number);
  return written;
}

Result<void> CheckColumns(const TableState& table, const std::vector<std::string>& columns) {
  const auto& metadata = table.metadata();
  for (const std::string& column : columns) {
    LIMNO_ASSIGN(const table::Field* field,
                 FindColumn(metadata.schema, column, " to order by", table.name()));
    if (std::count(metadata.partition_columns.begin(), metadata.partition_columns.end(),
                   field->name) > 0) {
      return Fail(ErrorKind::kUsage,
                  "ZORDER BY the partition column " + column + " changes nothing", table.name());
    }
  }
  return {};
}

struct Totals {
  size_t files = 0;
  uint64_t bytes = 0;
};

Totals Sum(const std::vector<ScanFile>& files) {
  Totals totals;
  for (const ScanFile& file : files) {
    ++totals.files;
    totals.bytes += static_cast<uint64_t>(file.file->size_bytes);
  }
  return totals;
}

}  // namespace

Result<TextTable> StageOptimize(duckdb::Connection& connection,
                                const std::shared_ptr<TableState>& table,
                                const Optimize& statement) {
  LIMNO_TRY(CheckColumns(*table, statement.zorder));
  std::vector<ScanFile> files = table->Files();
  const Totals before = Sum(files);
  const auto reads_before = FilesReadByPoint(*table, files, statement.zorder);
  std::vector<ScanFile> eligible = files;
  if (!statement.where.empty()) {
    LIMNO_ASSIGN(const std::set<int64_t> ids, FilesWhere(connection, statement));
    eligible.erase(std::remove_if(eligible.begin(), eligible.end(),
                                  [&](const ScanFile& file) {
                                    return ids.count(table->FileId(file.file)) == 0;
                                  }),
                   eligible.end());
  }
  const uint64_t target = TargetFileBytes(table->metadata());
  const auto bins = ChooseBins(eligible, target, !statement.zorder.empty());
  table->SetRowsPerGroup(RowsPerGroup(table, bins, target));
  table->SetDataChange(false);
  size_t rewritten = 0;
  for (const Bin& bin : bins) {
    LIMNO_TRY(RewriteBin(connection, table, bin, statement));
    for (const ScanFile& file : bin) {
      table->StageRemove(file.file);
      ++rewritten;
    }
  }
  table->SetRowsPerGroup(std::nullopt);
  files = table->Files();
  const Totals after = Sum(files);
  const auto reads_after = FilesReadByPoint(*table, files, statement.zorder);
  const size_t added = after.files + rewritten - before.files;
  if (rewritten > 0) {
    table::Operation operation;
    operation.name = "OPTIMIZE";
    operation.parameters = {{"predicate", statement.where},
                            {"zOrderBy", fmt::format("[{}]", fmt::join(statement.zorder, ","))}};
    operation.metrics = {{"numAddedFiles", std::to_string(added)},
                         {"numRemovedFiles", std::to_string(rewritten)}};
    table->OverrideOperation(std::move(operation));
  }
  TextTable result;
  result.rows.resize(1);
  const auto add = [&](const std::string& name, const std::string& value) {
    result.columns.push_back({name, "BIGINT", true});
    result.rows[0].push_back({value, false});
  };
  add("filesRemoved", std::to_string(rewritten));
  add("filesAdded", std::to_string(added));
  add("filesBefore", std::to_string(before.files));
  add("filesAfter", std::to_string(after.files));
  add("bytesBefore", std::to_string(before.bytes));
  add("bytesAfter", std::to_string(after.bytes));
  const auto percent = [](double reads, size_t count) {
    return count == 0 ? std::string("0")
                      : fmt::format("{:.0f}", 100.0 * reads / static_cast<double>(count));
  };
  for (size_t index = 0; index < statement.zorder.size(); ++index) {
    const std::string& column = statement.zorder[index];
    add(column + "ReadPercentBefore", percent(reads_before[index], before.files));
    add(column + "ReadPercentAfter", percent(reads_after[index], after.files));
  }
  return result;
}

}  // namespace limno::engine
