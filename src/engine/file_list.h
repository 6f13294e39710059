// The files of one scan as DuckDB's multi-file reader asks for them: the snapshot's list, narrowed
// by filters at planning and again by what joins find while they run.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/duck.h"
#include "engine/file_pruning.h"
#include "engine/table_state.h"

namespace limno::engine {

class LakeTable;

/// Everything the lists and readers of one scan share. Immutable but for its caches, which lock.
struct ScanContext {
  ScanContext(std::shared_ptr<TableState> scanned, const table::Metadata& metadata,
              std::vector<ScanFile> scan_files);

  std::shared_ptr<TableState> state;
  /// The catalog entry that DML finds through the scan; nullptr for a table function's scan.
  optional_ptr<LakeTable> entry;
  std::shared_ptr<const ScanColumns> columns;
  /// Where the files keep their rows' identity; nullopt: rows have none.
  std::optional<table::RowIdentityColumns> identity;
  std::vector<ScanFile> files;
  BoundsCache bounds;
  /// Scans of the newest version count as reads of the transaction; time travel does not.
  bool record_reads = true;
  std::once_flag read_recorded;

  const ColumnBounds& BoundsOf(size_t position, size_t column) {
    return bounds.Get(state->table(), files, position, *columns, column);
  }
};

/// Where the engine opens a file that the log calls `path`.
std::string PathOf(const TableState& state, const std::string& path);

/// Immutable; safe to share between threads.
class FileList final : public duckdb::MultiFileList {
 public:
  explicit FileList(std::shared_ptr<ScanContext> context);
  FileList(std::shared_ptr<ScanContext> context, std::vector<size_t> chosen,
           std::vector<ColumnFilter> filters);

  ScanContext& scan() const { return *context_; }
  const std::shared_ptr<ScanContext>& shared_scan() const { return context_; }
  const std::vector<size_t>& chosen() const { return chosen_; }
  /// Tells the transaction what this scan reads: these files, chosen by these filters.
  void RecordRead(ClientContext& context) const;

  duckdb::unique_ptr<MultiFileList> ComplexFilterPushdown(
      ClientContext& context, const duckdb::MultiFileOptions& options,
      duckdb::MultiFilePushdownInfo& info,
      duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& filters) const override;
  duckdb::unique_ptr<MultiFileList> DynamicFilterPushdown(
      ClientContext& context, const duckdb::MultiFileOptions& options,
      const duckdb::vector<duckdb::string>& names, const duckdb::vector<LogicalType>& types,
      const duckdb::vector<duckdb::column_t>& column_ids,
      duckdb::TableFilterSet& filters) const override;
  duckdb::vector<duckdb::OpenFileInfo> GetAllFiles() const override;
  duckdb::FileExpandResult GetExpandResult() const override;
  idx_t GetTotalFileCount() const override { return chosen_.size(); }
  duckdb::unique_ptr<duckdb::NodeStatistics> GetCardinality(ClientContext& context) const override;
  duckdb::unique_ptr<MultiFileList> Copy() const override;

 protected:
  duckdb::OpenFileInfo GetFile(idx_t position) const override;

 private:
  duckdb::unique_ptr<FileList> Narrow(ClientContext& context,
                                      std::vector<ColumnFilter> filters) const;

  std::shared_ptr<ScanContext> context_;
  /// Positions in context_->files.
  std::vector<size_t> chosen_;
  std::vector<ColumnFilter> filters_;
};

/// Option of OpenFileInfo that holds a file's position in ScanContext::files.
inline constexpr char kFilePosition[] = "limno_file";

}  // namespace limno::engine
