// A table as one transaction sees it: the snapshot it is pinned to, and what the transaction has
// staged on top. The staged part becomes one table::Change at commit.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "table/table.h"

namespace limno::engine {

using RowSetPtr = std::shared_ptr<const table::RowSet>;

/// One file of a scan, and the rows of it that this transaction has deleted but not yet written.
struct ScanFile {
  table::DataFilePtr file;
  RowSetPtr staged_deletes;
};

/// What one statement did to rows, for the change feed.
struct RowChanges {
  /// Rows of the table as it was, by file.
  std::vector<std::pair<table::DataFilePtr, table::RowSet>> updated;
  std::vector<std::pair<table::DataFilePtr, table::RowSet>> deleted;
  std::vector<table::DataFilePtr> written_updates;
  std::vector<table::DataFilePtr> written_inserts;
};

/// How files are written where a statement says more than the table's properties do.
struct FileLayout {
  /// Per Parquet row group; unset: DuckDB's default. Small target files need small groups, since
  /// files can only be cut between groups.
  std::optional<uint64_t> rows_per_group;
  /// Size at which a file is finished; unset: the table's.
  std::optional<uint64_t> target_bytes;
  /// What the files say of the order of their rows.
  std::optional<table::FileOrder> order;
};

/// A scan's predicate as the conflict check needs it: could a file hold rows of interest?
using FilePredicate = std::function<bool(const table::DataFile&)>;

/// Thread safe: scans of one statement look files up while its sink is not yet staged.
class TableState {
 public:
  /// `base` is nullptr for a table that this transaction creates.
  TableState(std::string name, std::shared_ptr<table::Table> table, table::SnapshotPtr base);

  const std::string& name() const { return name_; }
  table::Table& table() const { return *table_; }
  const std::shared_ptr<table::Table>& table_ptr() const { return table_; }
  const table::SnapshotPtr& base() const { return base_; }
  /// As the transaction has changed it; valid until the next StageMetadata.
  const table::Metadata& metadata() const { return metadata_; }
  bool HasChanges() const;
  /// Absolute path of the table's folder, ending in '/'.
  const std::string& root() const { return root_; }

  /// The files to scan now: the snapshot's, without the removed, with the added ones.
  std::vector<ScanFile> Files() const;

  /// Rows of a file that are not deleted; nullopt if its row count is unknown.
  std::optional<int64_t> LiveRows(const ScanFile& file) const;

  /// A small number for a file, the same for the life of the transaction; half of a row's identity.
  int64_t FileId(const table::DataFilePtr& file);
  table::DataFilePtr FileById(int64_t id) const;

  void StageMetadata(table::Metadata metadata);
  /// A file that this transaction wrote: deleted again if the transaction fails.
  void StageAdd(table::DataFile file);
  /// A file that was part of the table before (RESTORE).
  void StageReturn(const table::DataFilePtr& file);
  void StageRemove(const table::DataFilePtr& file);
  /// Takes out the staged files whose keys are not in `others`, so that statements do not see them
  /// until StageReturn.
  std::vector<table::DataFilePtr> TakeAdded(const std::set<std::string>& others);
  /// Adds to the rows deleted from that file.
  void StageDeletes(const table::DataFilePtr& file, const table::RowSet& rows);
  /// For tables that record changes: every statement that writes rows.
  void StageRowChanges(RowChanges changes);
  /// Sets one of Snapshot::domains, or removes it (nullopt).
  void StageDomain(const std::string& domain, std::optional<std::string> configuration);
  /// Notes a version of an application (Snapshot::app_transactions). Whoever else does so for the
  /// same one conflicts.
  void StageAppVersion(const std::string& app_id, int64_t version);
  /// A file beside the data that was written for this transaction: deleted again if it fails.
  void StageCompanion(const std::string& key);
  /// The table goes on without that feature of its format. `history_is_truncated`:
  /// table::Change::history_is_truncated.
  void StageDroppedFeature(const std::string& feature, bool history_is_truncated) {
    dropped_features_.push_back(feature);
    history_is_truncated_ = history_is_truncated;
  }
  /// Sums metrics of the same name; the first operation name counts, unless it was only an append.
  void StageOperation(const std::string& name, const std::map<std::string, std::string>& parameters,
                      const std::map<std::string, int64_t>& metrics);
  /// Gives the staged operation another name and parameters; metrics stay.
  void NameOperation(const std::string& name, std::map<std::string, std::string> parameters);
  /// Replaces whatever operation and metrics were staged (statements made of several others).
  void OverrideOperation(table::Operation operation);
  /// False: the transaction only rearranges rows, and so do the files it adds. Sorted rows may then
  /// be written by many threads at once, each a stretch of them.
  void SetDataChange(bool data_change) { data_change_ = data_change; }
  bool data_change() const { return data_change_; }
  /// Of files written from now on.
  void SetFileLayout(FileLayout layout) { file_layout_ = std::move(layout); }
  const FileLayout& file_layout() const { return file_layout_; }
  /// SQL text that every row written from now on must satisfy (REPLACE WHERE); empty: none.
  void SetRowCondition(std::string condition) { row_condition_ = std::move(condition); }
  const std::string& row_condition() const { return row_condition_; }

  /// Which rows of the files that a scan looks at matter to what the transaction does.
  enum class ReadScope {
    /// All of them.
    kFiles,
    /// Only those that the statement then changes, or that StageMatched names: the scan is of the
    /// target of an UPDATE, DELETE or MERGE.
    kTarget,
  };
  /// A scan looked at these files, chosen by that predicate.
  void RecordRead(FilePredicate predicate, std::vector<table::DataFilePtr> files, ReadScope scope);
  /// Rows of the target that a statement left as they are, but whose absence would have made it do
  /// something else: a MERGE would have inserted rows in their place.
  void StageMatched(const table::DataFilePtr& file, const table::RowSet& rows);

  /// Everything staged as one change: deletion vectors are written, fully deleted files dropped.
  /// `copy` writes rows to data files, where the table does not allow deletion vectors, or (with a
  /// change type) to change data files.
  using CopyFiles = std::function<Result<std::vector<table::DataFile>>(
      std::vector<ScanFile>, const std::string& change_type)>;
  Result<table::Change> BuildChange(const CopyFiles& copy);
  /// Deletes the data files that were staged, after a rollback or a failed commit.
  void DiscardStaged();

 private:
  Result<void> AddDeletes(table::Change& change, const CopyFiles& copy);
  void AddReads(table::Change& change) const;
  Result<void> AddRecorded(table::Change& change, const CopyFiles& copy);
  /// What all statements did, as if it had been one.
  Result<RowChanges> UnitedRowChanges() const;
  /// All rows of a file but these.
  RowSetPtr AllBut(const table::DataFile& file, const table::RowSet& rows) const;
  bool DeletionVectorsAllowed() const;

  mutable std::mutex mutex_;
  std::string name_;
  std::shared_ptr<table::Table> table_;
  table::SnapshotPtr base_;
  std::string root_;
  table::Metadata metadata_;
  bool metadata_changed_ = false;
  std::vector<std::string> dropped_features_;
  bool history_is_truncated_ = false;
  std::map<std::string, std::optional<std::string>> domains_;
  std::map<std::string, int64_t> app_versions_;
  std::map<std::string, table::DataFilePtr> added_;
  std::set<std::string> written_paths_;
  std::map<std::string, table::DataFilePtr> removed_;
  std::unordered_map<std::string, std::shared_ptr<table::RowSet>> deletes_;
  std::unordered_map<std::string, table::DataFilePtr> deleted_from_;
  std::unordered_map<std::string, int64_t> file_ids_;
  std::vector<table::DataFilePtr> files_by_id_;
  std::vector<FilePredicate> predicates_;
  std::vector<table::DataFilePtr> read_files_;
  std::vector<table::DataFilePtr> target_files_;
  std::map<std::string, table::RowSet> matched_;
  std::vector<RowChanges> row_changes_;
  /// Files were rewritten, so that their rows look new.
  bool rewrote_ = false;
  table::Operation operation_;
  std::map<std::string, int64_t> metrics_;
  bool data_change_ = true;
  FileLayout file_layout_;
  std::string row_condition_;
};

}  // namespace limno::engine
