#include "engine/file_list.h"

#include <numeric>

#include "duckdb/optimizer/filter_combiner.hpp"
#include "duckdb/storage/statistics/node_statistics.hpp"
#include "engine/errors.h"
#include "engine/lake_table.h"
#include "table/percent_coding.h"

namespace limno::engine {
namespace {

/// Guess for files that do not say how many rows they hold.
constexpr int64_t kUnknownRows = 100'000;

std::vector<size_t> AllPositions(size_t count) {
  std::vector<size_t> positions(count);
  std::iota(positions.begin(), positions.end(), size_t{0});
  return positions;
}

/// Filters on real columns, by column of the table. While planning, DuckDB keys them by column;
/// while running, by position in `column_ids`. Those on virtual columns (late materialisation) say
/// nothing about files.
std::vector<ColumnFilter> ColumnFilters(const duckdb::TableFilterSet& filters,
                                        const duckdb::vector<duckdb::column_t>* column_ids) {
  std::vector<ColumnFilter> result;
  for (const auto& [key, filter] : filters.filters) {
    const duckdb::column_t column = column_ids == nullptr ? key : (*column_ids)[key];
    if (!duckdb::IsVirtualColumn(column)) {
      result.push_back({column, duckdb::shared_ptr<duckdb::TableFilter>(filter->Copy().release())});
    }
  }
  return result;
}

}  // namespace

std::string PathOf(const TableState& state, const std::string& path) {
  if (path.rfind("file:", 0) == 0) {
    size_t begin = 5;
    while (begin + 1 < path.size() && path[begin] == '/' && path[begin + 1] == '/') {
      ++begin;
    }
    const std::string encoded = path.substr(begin);
    return table::PercentDecode(encoded).value_or(encoded);
  }
  return path.empty() || path[0] == '/' ? path : state.root() + path;
}

ScanContext::ScanContext(std::shared_ptr<TableState> scanned, const table::Metadata& metadata,
                         std::vector<ScanFile> scan_files)
    : state(std::move(scanned)),
      columns(MakeScanColumns(metadata)),
      identity(state->table().RowIdentity(metadata)),
      files(std::move(scan_files)) {}

FileList::FileList(std::shared_ptr<ScanContext> context)
    : context_(std::move(context)), chosen_(AllPositions(context_->files.size())) {}

FileList::FileList(std::shared_ptr<ScanContext> context, std::vector<size_t> chosen,
                   std::vector<ColumnFilter> filters)
    : context_(std::move(context)), chosen_(std::move(chosen)), filters_(std::move(filters)) {}

void FileList::RecordRead(ClientContext& context) const {
  if (!context_->record_reads) {
    return;
  }
  std::call_once(context_->read_recorded, [&] {
    std::vector<table::DataFilePtr> read;
    read.reserve(chosen_.size());
    for (const size_t position : chosen_) {
      read.push_back(context_->files[position].file);
    }
    context_->state->RecordRead(
        [filters = filters_, columns = context_->columns, table = context_->state->table_ptr(),
         &context](const table::DataFile& file) {
          ColumnBounds bounds;
          return MayMatch(context, file, filters, *columns,
                          [&](size_t column) -> const ColumnBounds& {
                            return bounds = ParseBounds(*table, file, *columns, column);
                          });
        },
        std::move(read),
        context_->entry && context_->entry->IsTarget() ? TableState::ReadScope::kTarget
                                                       : TableState::ReadScope::kFiles);
  });
}

duckdb::unique_ptr<FileList> FileList::Narrow(ClientContext& context,
                                              std::vector<ColumnFilter> filters) const {
  std::vector<size_t> kept;
  for (const size_t position : chosen_) {
    if (MayMatch(context, *context_->files[position].file, filters, *context_->columns,
                 [&](size_t column) -> const ColumnBounds& {
                   return context_->BoundsOf(position, column);
                 })) {
      kept.push_back(position);
    }
  }
  std::vector<ColumnFilter> all = filters_;
  all.insert(all.end(), filters.begin(), filters.end());
  return duckdb::make_uniq<FileList>(context_, std::move(kept), std::move(all));
}

duckdb::unique_ptr<duckdb::MultiFileList> FileList::ComplexFilterPushdown(
    ClientContext& context, const duckdb::MultiFileOptions& /*options*/,
    duckdb::MultiFilePushdownInfo& info,
    duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& filters) const {
  if (filters.empty()) {
    return nullptr;
  }
  duckdb::FilterCombiner combiner(context);
  for (const auto& filter : filters) {
    combiner.AddFilter(filter->Copy());
  }
  duckdb::vector<duckdb::FilterPushdownResult> results;
  const auto filter_set = combiner.GenerateTableScanFilters(info.column_indexes, results);
  auto column_filters = ColumnFilters(filter_set, nullptr);
  if (column_filters.empty()) {
    return nullptr;
  }
  auto narrowed = Narrow(context, std::move(column_filters));
  info.extra_info.total_files = context_->files.size();
  info.extra_info.filtered_files = narrowed->chosen().size();
  return narrowed;
}

duckdb::unique_ptr<duckdb::MultiFileList> FileList::DynamicFilterPushdown(
    ClientContext& context, const duckdb::MultiFileOptions& /*options*/,
    const duckdb::vector<duckdb::string>& /*names*/, const duckdb::vector<LogicalType>& /*types*/,
    const duckdb::vector<duckdb::column_t>& column_ids, duckdb::TableFilterSet& filters) const {
  auto column_filters = ColumnFilters(filters, &column_ids);
  if (column_filters.empty()) {
    return nullptr;
  }
  return Narrow(context, std::move(column_filters));
}

duckdb::vector<duckdb::OpenFileInfo> FileList::GetAllFiles() const {
  duckdb::vector<duckdb::OpenFileInfo> files;
  for (idx_t position = 0; position < chosen_.size(); ++position) {
    files.push_back(GetFile(position));
  }
  return files;
}

duckdb::FileExpandResult FileList::GetExpandResult() const {
  // "One file" would make the scan run on a single thread.
  return chosen_.empty() ? duckdb::FileExpandResult::NO_FILES
                         : duckdb::FileExpandResult::MULTIPLE_FILES;
}

duckdb::unique_ptr<duckdb::NodeStatistics> FileList::GetCardinality(
    ClientContext& /*context*/) const {
  int64_t rows = 0;
  for (const size_t position : chosen_) {
    rows += context_->state->LiveRows(context_->files[position]).value_or(kUnknownRows);
  }
  return duckdb::make_uniq<duckdb::NodeStatistics>(static_cast<idx_t>(rows));
}

duckdb::unique_ptr<duckdb::MultiFileList> FileList::Copy() const {
  return duckdb::make_uniq<FileList>(context_, chosen_, filters_);
}

duckdb::OpenFileInfo FileList::GetFile(idx_t position) const {
  if (position >= chosen_.size()) {
    return {};
  }
  const size_t chosen = chosen_[position];
  const table::DataFile& file = *context_->files[chosen].file;
  duckdb::OpenFileInfo info(PathOf(*context_->state, file.path));
  info.extended_info = duckdb::make_shared_ptr<duckdb::ExtendedOpenFileInfo>();
  auto& options = info.extended_info->options;
  options[kFilePosition] = Value::UBIGINT(chosen);
  if (file.size_bytes > 0) {
    options["file_size"] = Value::UBIGINT(static_cast<uint64_t>(file.size_bytes));
  }
  // Data files never change under their name.
  options["validate_external_file_cache"] = Value::BOOLEAN(false);
  return info;
}

}  // namespace limno::engine
