// The seam between the rest of the house and a table format. delta/ implements it; table/testing
// holds the conformance suite.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "limno/result.h"
#include "storage/object_store.h"
#include "table/change.h"
#include "table/change_feed.h"
#include "table/compatibility.h"
#include "table/data_file.h"
#include "table/feature_removal.h"
#include "table/file_order.h"
#include "table/integrity.h"
#include "table/row_rule.h"
#include "table/row_set.h"
#include "table/snapshot.h"

namespace limno::table {

struct HistoryEntry {
  int64_t version = 0;
  base::UnixMillis timestamp_millis = 0;
  std::string operation;
  std::map<std::string, std::string> parameters;
  std::map<std::string, std::string> metrics;
  std::optional<std::string> user_metadata;
  std::optional<std::string> engine_info;
  std::optional<int64_t> read_version;
  std::optional<std::string> isolation_level;
  std::optional<bool> is_blind_append;
  /// Who and what it came from, as far as the commit says: userId, userName, job, notebook,
  /// clusterId, clientVersion. Objects are JSON text.
  std::map<std::string, std::string> origin;
};

/// What one version did to the set of files.
struct VersionFiles {
  int64_t version = 0;
  base::UnixMillis timestamp_millis = 0;
  std::string operation;
  /// What readers see of the version.
  Metadata metadata;
  std::vector<DataFilePtr> added;
  /// As they were before.
  std::vector<DataFilePtr> removed;
};

/// A data file as its writer reports it, before it becomes part of a change.
struct WrittenFile {
  /// Store key under the table's root, from NewDataFileKey().
  std::string key;
  PartitionValues partition_values;
  int64_t size_bytes = 0;
  FileStatistics statistics;
  /// Set where its rows were laid out together with those of other files.
  std::optional<FileOrder> order;
};

/// How VACUUM finds what may go.
enum class VacuumKind {
  /// Everything under the table's folder is looked at, or what VacuumOptions::inventory names.
  kFull,
  /// Only files that commits since the last VACUUM removed; nothing is listed. Files that never
  /// were part of a version stay.
  kLite,
};

/// Columns of data files that are none of the table's: what a row was before it was written anew.
/// NULL: it is new in that file.
struct RowIdentityColumns {
  std::string row_id;
  /// The version in which the row was inserted or last updated.
  std::string commit_version;
  /// What Parquet files call their field ids, where the format wants them to have some.
  std::optional<int32_t> row_id_field_id = std::nullopt;
  std::optional<int32_t> commit_version_field_id = std::nullopt;
};

struct VacuumOptions {
  /// nullopt: the table's `delta.deletedFileRetentionDuration`, by default 7 days.
  std::optional<int64_t> retention_millis;
  bool dry_run = false;
  /// Allows a retention under 7 days (Spark: retentionDurationCheck.enabled = false).
  bool allow_short_retention = false;
  VacuumKind kind = VacuumKind::kFull;
  /// kFull only: looked at instead of a listing; keys as the table's store has them.
  std::optional<std::vector<storage::ObjectInfo>> inventory;
};

struct VacuumReport {
  /// Store keys that were removed (dry run: would be), ascending.
  std::vector<std::string> keys;
  uint64_t bytes = 0;
};

/// One open table. Thread safe. Holds the newest snapshot it has seen.
class Table {
 public:
  virtual ~Table() = default;

  /// The newest version; reads only what was committed since the last call. kNotFound if there is
  /// no table, kCorrupt (with file and line) if the log contradicts itself, kUnsupported if it
  /// needs a reader feature that is not known, naming all such features.
  virtual Result<SnapshotPtr> Latest() = 0;
  /// kNotFound names the range of versions that can still be read.
  virtual Result<SnapshotPtr> AtVersion(int64_t version) = 0;
  /// The newest version committed at or before that time.
  virtual Result<SnapshotPtr> AtTimestamp(base::UnixMillis timestamp) = 0;
  /// Newest first; at most `limit` entries.
  virtual Result<std::vector<HistoryEntry>> History(std::optional<int64_t> limit) = 0;
  /// The files that brought new rows in versions (after, upto], each row once and with the deletion
  /// vector that holds at `upto`; files whose rows were since deleted or rewritten are left out,
  /// rewritten rows come with their new file and those that OPTIMIZE moved with either; files that
  /// hold only rows from before, or were there at `after` and came back, do not count.
  virtual Result<std::vector<DataFilePtr>> FilesAddedBetween(int64_t after, int64_t upto) = 0;
  /// Hands over the versions from the oldest that can be read on, in order, the oldest with all of
  /// its files as added. Stops where `visit` fails.
  virtual Result<void> ForEachVersion(
      const std::function<Result<void>(const VersionFiles&)>& visit) = 0;
  /// The change feed of versions [from, upto], in order of the versions. kRefused where changes
  /// were not recorded, kNotFound for versions that are not there (any more).
  virtual Result<std::vector<ChangedRows>> ChangesBetween(int64_t from, int64_t upto) = 0;

  /// Rows deleted from a file. Size, checksum and cardinality are verified: kCorrupt.
  virtual Result<RowSet> ReadDeletionVector(const DeletionVector& vector) = 0;
  /// Rows that a file holds, deleted ones included; nullopt if the log does not say. Costs little.
  virtual std::optional<int64_t> RowCount(const DataFile& file) = 0;
  /// Statistics of a file, parsed, of the columns that `schema` has; what cannot be understood is
  /// left out. Costs about a microsecond and what its columns cost.
  virtual FileStatistics ParseStatistics(const DataFile& file, const Schema& schema) = 0;

  /// How the file says that its rows were laid out; nullopt if it does not.
  virtual std::optional<FileOrder> OrderOf(const DataFile& file) = 0;

  /// The metadata as the format will have it: with the names and ids it gives to new columns.
  /// `before`: what the table has now; nullptr for a new one. Before anything is written with it.
  virtual Metadata Complete(Metadata metadata, const Metadata* before) = 0;

  /// kRefused, with what to do, unless a column may become `to` while files hold it as `from`.
  virtual Result<void> CheckTypeChange(const Metadata& metadata, const DataType& from,
                                       const DataType& to) = 0;

  /// What has to happen before a feature can be dropped. kNotFound for one that the table does not
  /// have, kRefused where something needs it, kUnsupported for one that is not known well enough.
  virtual Result<FeatureRemoval> PlanFeatureRemoval(const Snapshot& snapshot,
                                                    const std::string& feature) = 0;
  /// Removes the versions that have a feature, or are about it, once all of them are older than
  /// `delta.dropFeatureTruncateHistory.retentionDuration` (24 hours), so that no reader may still
  /// be at one. Nothing of the newest version may make use of it.
  virtual Result<HistoryTruncation> TruncateHistory(const std::string& feature) = 0;

  /// What rows written with that metadata have to satisfy, besides NOT NULL. Whoever writes rows
  /// makes sure that they do.
  virtual Result<std::vector<RowRule>> RowRules(const Metadata& metadata) = 0;

  /// The change feed is on: a change whose updated rows would look like deleted and inserted ones
  /// has to be recorded.
  virtual bool RecordsChanges(const Metadata& metadata) = 0;

  /// The hidden columns of a table whose rows keep an id through UPDATE, MERGE and OPTIMIZE;
  /// nullopt: they have none. Whoever writes rows anew fills them in; for the others
  /// DataFile::base_row_id and default_row_commit_version stand.
  virtual std::optional<RowIdentityColumns> RowIdentity(const Metadata& metadata) = 0;

  /// Data files hold the partition columns, too, after the others. `base`: the table as it is;
  /// nullptr for a new one.
  virtual bool WritesPartitionColumns(const Snapshot* base, const Metadata& metadata) = 0;

  /// A fresh key for a data file of that partition (ending in ".parquet").
  virtual std::string NewDataFileKey(const PartitionValues& partition) = 0;
  /// The same for a file of Change::recorded.
  virtual std::string NewChangeFileKey(const PartitionValues& partition) = 0;
  /// The entry for a file that was written under its key. `schema` and `properties` decide which
  /// statistics are kept.
  virtual DataFile Describe(const WrittenFile& written, const Metadata& metadata) = 0;
  /// Writes deletion vectors: for each file the union of what is deleted already and `rows`.
  /// Returns the entries to add, in order; the caller removes the old ones in the same change.
  virtual Result<std::vector<DataFile>> WriteDeletionVectors(
      const std::vector<std::pair<DataFilePtr, RowSet>>& deletes) = 0;

  /// Makes the change visible, or says why not and leaves the table as it was. Rebases over
  /// concurrent commits where the rules allow; kConflict names the version and the reason
  /// otherwise. Recognises its own commit after a lost acknowledgement. Nobody else needs to retry.
  virtual Result<CommitOutcome> Commit(const Change& change) = 0;

  /// Deletes files that no retained version needs. kRefused for a short retention, and for kLite
  /// where the log does not reach back to the last VACUUM.
  virtual Result<VacuumReport> Vacuum(const VacuumOptions& options) = 0;

  /// Compares everything that the table says twice: log with checkpoints and checksums, entries
  /// with files, definition with itself. Data files are not opened. Damage is no failure; kNotFound
  /// if there is no table, else only what the store fails with.
  virtual Result<IntegrityReport> Examine() = 0;
  /// What those findings say that ask for Remedy::kRewriteLogFile. Commits stay as they are.
  virtual Result<void> MendLog(const IntegrityReport& report) = 0;

  /// Which engines can read and write the table, and what would help those that cannot.
  virtual Compatibility CompatibilityWith(const Snapshot& snapshot) const = 0;

  virtual storage::ObjectStore& store() = 0;
  /// Name of the format as in DESCRIBE DETAIL: "delta".
  virtual std::string format() const = 0;
  /// Format facts for DESCRIBE DETAIL ("minReaderVersion" -> "3", "tableFeatures" -> "a,b").
  virtual std::map<std::string, std::string> FormatDetail(const Snapshot& snapshot) const = 0;
};

}  // namespace limno::table
