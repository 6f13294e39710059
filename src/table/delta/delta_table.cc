#include "table/delta/delta_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "table/clone_source.h"
#include "table/delta/absolute_file.h"
#include "table/delta/change_feed.h"
#include "table/delta/clustering.h"
#include "table/delta/column_mapping.h"
#include "table/delta/commit.h"
#include "table/delta/deletion_vector_store.h"
#include "table/delta/engine_compatibility.h"
#include "table/delta/examination.h"
#include "table/delta/feature_removal.h"
#include "table/delta/file_entry.h"
#include "table/delta/history.h"
#include "table/delta/history_truncation.h"
#include "table/delta/iceberg_compat.h"
#include "table/delta/log_listing.h"
#include "table/delta/log_mending.h"
#include "table/delta/log_path.h"
#include "table/delta/log_reader.h"
#include "table/delta/materialized_partitions.h"
#include "table/delta/partition_path.h"
#include "table/delta/protocol.h"
#include "table/delta/row_rules.h"
#include "table/delta/row_tracking.h"
#include "table/delta/statistics_json.h"
#include "table/delta/symlink_manifest.h"
#include "table/delta/time_travel.h"
#include "table/delta/type_widening.h"
#include "table/delta/vacuum.h"
#include "table/manifest_writer.h"

namespace limno::table::delta {
namespace {

/// The newest version is looked for in a listing, and not only by its name, after so long.
constexpr int64_t kLookAgainMillis = 3600 * 1000;

class DeltaTable final : public Table, public CloneSource, public ManifestWriter {
 public:
  explicit DeltaTable(Environment environment)
      : environment_(std::move(environment)), reader_(*environment_.store, environment_.parquet) {}

  Result<SnapshotPtr> Latest() override;
  Result<SnapshotPtr> AtVersion(int64_t version) override;
  Result<SnapshotPtr> AtTimestamp(base::UnixMillis timestamp) override;
  Result<std::vector<HistoryEntry>> History(std::optional<int64_t> limit) override;
  Result<std::vector<DataFilePtr>> FilesAddedBetween(int64_t after, int64_t upto) override;
  Result<void> ForEachVersion(
      const std::function<Result<void>(const VersionFiles&)>& visit) override {
    return VisitVersions(*environment_.store, reader_, visit);
  }
  Result<std::vector<ChangedRows>> ChangesBetween(int64_t from, int64_t upto) override;
  Result<RowSet> ReadDeletionVector(const DeletionVector& vector) override;
  std::optional<int64_t> RowCount(const DataFile& file) override;
  FileStatistics ParseStatistics(const DataFile& file, const Schema& schema) override;
  std::optional<FileOrder> OrderOf(const DataFile& file) override;
  Metadata Complete(Metadata metadata, const Metadata* before) override;
  Result<void> CheckTypeChange(const Metadata& metadata, const DataType& from,
                               const DataType& to) override;
  Result<FeatureRemoval> PlanFeatureRemoval(const Snapshot& snapshot,
                                            const std::string& feature) override;
  Result<HistoryTruncation> TruncateHistory(const std::string& feature) override;
  bool WritesPartitionColumns(const Snapshot* base, const Metadata& metadata) override;
  Result<std::vector<RowRule>> RowRules(const Metadata& metadata) override {
    return RowRulesOf(metadata);
  }
  bool RecordsChanges(const Metadata& metadata) override { return FeedIsOn(metadata); }
  std::optional<RowIdentityColumns> RowIdentity(const Metadata& metadata) override {
    return RowIdentityOf(metadata);
  }
  std::string NewDataFileKey(const PartitionValues& partition) override;
  std::string NewChangeFileKey(const PartitionValues& partition) override;
  DataFile Describe(const WrittenFile& written, const Metadata& metadata) override;
  Result<std::vector<DataFile>> WriteDeletionVectors(
      const std::vector<std::pair<DataFilePtr, RowSet>>& deletes) override;
  Result<CommitOutcome> Commit(const Change& change) override;
  Result<VacuumReport> Vacuum(const VacuumOptions& options) override;

  Result<DataFile> EntryElsewhere(const DataFile& file) override {
    return AbsoluteEntry(*environment_.store, file);
  }
  Result<void> WriteSymlinkManifest() override;

  Compatibility CompatibilityWith(const Snapshot& snapshot) const override;
  Result<IntegrityReport> Examine() override { return ExamineTable(environment_); }
  Result<void> MendLog(const IntegrityReport& report) override;

  storage::ObjectStore& store() override { return *environment_.store; }
  std::string format() const override { return "delta"; }
  std::map<std::string, std::string> FormatDetail(const Snapshot& snapshot) const override;

 private:
  Result<DeltaSnapshotPtr> Refresh();
  Result<bool> StillTheSameLog();
  Result<bool> IsSurelyNewest(const DeltaSnapshot& snapshot);
  Result<void> Remember(DeltaSnapshotPtr snapshot);

  const Environment environment_;
  LogReader reader_;

  std::mutex mutex_;
  /// Guarded by mutex_, as is what follows.
  DeltaSnapshotPtr latest_;
  /// The commit file of latest_ as it was when latest_ was read; nullopt if it was not there.
  std::optional<storage::ObjectInfo> latest_commit_;
  /// When latest_ was last made sure to be the newest.
  base::UnixMillis refreshed_at_ = 0;
};

/// A commit file never changes. If that of the newest known version did, or went away, the table
/// was replaced or its log cleaned far beyond it, and going on from it would be wrong.
Result<bool> DeltaTable::StillTheSameLog() {
  Result<storage::ObjectInfo> info = environment_.store->Head(CommitKey(latest_->version));
  if (!info) {
    if (info.error().kind == ErrorKind::kNotFound) {
      return false;
    }
    return Fail(std::move(info).error());
  }
  return latest_commit_ && info->size_bytes == latest_commit_->size_bytes &&
         info->modified_millis == latest_commit_->modified_millis;
}

/// That the next version is not there may also mean that it is not there any more. Log cleanup
/// takes only what is old, so who looked a moment ago needs not look again.
Result<bool> DeltaTable::IsSurelyNewest(const DeltaSnapshot& snapshot) {
  const int64_t since = environment_.clock->Now() - refreshed_at_;
  if (since >= 0 && since < kLookAgainMillis) {
    return true;
  }
  LIMNO_ASSIGN(const LogListing listing, ListLog(*environment_.store, snapshot.version + 1));
  return listing.empty();
}

Result<void> DeltaTable::Remember(DeltaSnapshotPtr snapshot) {
  Result<storage::ObjectInfo> info = environment_.store->Head(CommitKey(snapshot->version));
  if (!info && info.error().kind != ErrorKind::kNotFound) {
    return Fail(std::move(info).error());
  }
  latest_commit_ = info ? std::optional(*std::move(info)) : std::nullopt;
  latest_ = std::move(snapshot);
  return {};
}

Result<DeltaSnapshotPtr> DeltaTable::Refresh() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (latest_ != nullptr) {
    LIMNO_ASSIGN(const bool same, StillTheSameLog());
    if (!same) {
      latest_ = nullptr;
    }
  }
  if (latest_ == nullptr) {
    LIMNO_ASSIGN(DeltaSnapshotPtr loaded, reader_.Load());
    LIMNO_TRY(Remember(std::move(loaded)));
    refreshed_at_ = environment_.clock->Now();
    return latest_;
  }
  LIMNO_ASSIGN(DeltaSnapshotPtr advanced, reader_.Advance(latest_));
  LIMNO_ASSIGN(const bool is_newest, IsSurelyNewest(*advanced));
  if (!is_newest) {
    LIMNO_ASSIGN(advanced, reader_.Load());
  }
  if (advanced != latest_) {
    LIMNO_TRY(Remember(std::move(advanced)));
  }
  refreshed_at_ = environment_.clock->Now();
  return latest_;
}

Result<SnapshotPtr> DeltaTable::Latest() { return Refresh(); }

Result<SnapshotPtr> DeltaTable::AtVersion(int64_t version) {
  LIMNO_ASSIGN(DeltaSnapshotPtr latest, Refresh());
  if (latest->version == version) {
    return latest;
  }
  return reader_.LoadVersion(version);
}

Result<SnapshotPtr> DeltaTable::AtTimestamp(base::UnixMillis timestamp) {
  LIMNO_ASSIGN(const DeltaSnapshotPtr latest, Refresh());
  LIMNO_ASSIGN(const LogListing listing, ListLog(*environment_.store, 0));
  LIMNO_ASSIGN(const int64_t version,
               VersionAtTime(*environment_.store, listing, latest->metadata, timestamp));
  return AtVersion(version);
}

Result<std::vector<HistoryEntry>> DeltaTable::History(std::optional<int64_t> limit) {
  LIMNO_ASSIGN(const DeltaSnapshotPtr latest, Refresh());
  return ReadHistory(*environment_.store, *latest, limit);
}

Result<std::vector<DataFilePtr>> DeltaTable::FilesAddedBetween(int64_t after, int64_t upto) {
  if (after > upto) {
    return Fail(ErrorKind::kUsage,
                fmt::format("no versions lie after {} and up to {}", after, upto),
                environment_.store->Describe());
  }
  if (after < 0) {
    // Everything that is there was added since.
    LIMNO_ASSIGN(const SnapshotPtr snapshot, AtVersion(upto));
    return snapshot->files.ToVector();
  }
  return ReadFilesAdded(reader_, after, upto);
}

Result<std::vector<ChangedRows>> DeltaTable::ChangesBetween(int64_t from, int64_t upto) {
  if (from > upto) {
    return Fail(ErrorKind::kUsage, fmt::format("no versions lie from {} to {}", from, upto),
                environment_.store->Describe());
  }
  LIMNO_ASSIGN(const DeltaSnapshotPtr first, reader_.LoadVersion(from));
  LIMNO_ASSIGN(const DeltaSnapshotPtr last, reader_.LoadVersion(upto));
  return ReadChangeFeed(*environment_.store, reader_, *first, *last);
}

Result<RowSet> DeltaTable::ReadDeletionVector(const DeletionVector& vector) {
  return delta::ReadDeletionVector(*environment_.store, vector);
}

std::optional<int64_t> DeltaTable::RowCount(const DataFile& file) {
  return StatedRowCount(file.statistics);
}

FileStatistics DeltaTable::ParseStatistics(const DataFile& file, const Schema& schema) {
  return delta::ParseStatistics(file.statistics, schema);
}

std::optional<FileOrder> DeltaTable::OrderOf(const DataFile& file) { return ReadOrder(file); }

Metadata DeltaTable::Complete(Metadata metadata, const Metadata* before) {
  CompleteForIceberg(metadata, before);
  MapColumns(metadata, before, *environment_.random);
  if (before != nullptr) {
    RecordTypeChanges(metadata, *before);
  }
  NameRowIdentityColumns(metadata, before, *environment_.random);
  return metadata;
}

Result<void> DeltaTable::CheckTypeChange(const Metadata& metadata, const DataType& from,
                                         const DataType& to) {
  return delta::CheckTypeChange(metadata, from, to);
}

Result<FeatureRemoval> DeltaTable::PlanFeatureRemoval(const Snapshot& snapshot,
                                                      const std::string& feature) {
  const auto* delta_snapshot = dynamic_cast<const DeltaSnapshot*>(&snapshot);
  if (delta_snapshot == nullptr) {
    return Fail(ErrorKind::kInternal, "a snapshot of another format's table");
  }
  return delta::PlanFeatureRemoval(*delta_snapshot, feature);
}

Result<HistoryTruncation> DeltaTable::TruncateHistory(const std::string& feature) {
  LIMNO_ASSIGN(DeltaSnapshotPtr latest, Refresh());
  return TruncateFeatureHistory(environment_, std::move(latest), feature);
}

bool DeltaTable::WritesPartitionColumns(const Snapshot* base, const Metadata& metadata) {
  const auto* before = dynamic_cast<const DeltaSnapshot*>(base);
  return MaterializesPartitions(before == nullptr ? nullptr : &before->protocol, metadata);
}

std::string DeltaTable::NewDataFileKey(const PartitionValues& partition) {
  return delta::NewDataFileKey(partition, *environment_.random);
}

std::string DeltaTable::NewChangeFileKey(const PartitionValues& partition) {
  return delta::NewChangeFileKey(partition, *environment_.random);
}

DataFile DeltaTable::Describe(const WrittenFile& written, const Metadata& metadata) {
  return DescribeFile(written, metadata, environment_.clock->Now());
}

Result<std::vector<DataFile>> DeltaTable::WriteDeletionVectors(
    const std::vector<std::pair<DataFilePtr, RowSet>>& deletes) {
  const Result<DeltaSnapshotPtr> latest = Refresh();
  if (!latest && latest.error().kind != ErrorKind::kNotFound) {
    return Fail(latest.error());
  }
  // A table that its first version will make has no metadata yet.
  return delta::WriteDeletionVectors(environment_, latest ? (*latest)->metadata : Metadata(),
                                     deletes);
}

Result<void> DeltaTable::WriteSymlinkManifest() {
  LIMNO_ASSIGN(const DeltaSnapshotPtr latest, Refresh());
  LIMNO_TRY(CheckManifest(latest->metadata, latest->files, environment_.store->Describe()));
  return WriteManifest(*environment_.store, *latest, nullptr);
}

Result<CommitOutcome> DeltaTable::Commit(const Change& change) {
  LIMNO_ASSIGN(CommitOutcome outcome, CommitChange(environment_, change));
  if (auto snapshot = std::dynamic_pointer_cast<const DeltaSnapshot>(outcome.snapshot)) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (latest_ == nullptr || snapshot->version > latest_->version) {
      // Committed is committed: if the file cannot be looked at now, the next refresh starts anew.
      if (!Remember(std::move(snapshot))) {
        latest_ = nullptr;
      }
    }
  }
  return outcome;
}

Result<VacuumReport> DeltaTable::Vacuum(const VacuumOptions& options) {
  LIMNO_ASSIGN(const DeltaSnapshotPtr latest, Refresh());
  return VacuumTable(environment_, latest, options);
}

Compatibility DeltaTable::CompatibilityWith(const Snapshot& snapshot) const {
  const auto* delta_snapshot = dynamic_cast<const DeltaSnapshot*>(&snapshot);
  return delta_snapshot == nullptr ? Compatibility() : CompatibilityOf(*delta_snapshot);
}

Result<void> DeltaTable::MendLog(const IntegrityReport& report) {
  const auto newest = std::dynamic_pointer_cast<const DeltaSnapshot>(report.snapshot);
  if (newest == nullptr) {
    return Fail(ErrorKind::kCorrupt, "the log cannot be read", environment_.store->Describe(),
                "restore the damaged files from a backup first");
  }
  LIMNO_TRY(MendLogFiles(environment_, *newest, report.findings));
  // What was read through the files that are gone may be wrong.
  const std::lock_guard<std::mutex> lock(mutex_);
  latest_ = nullptr;
  return {};
}

std::map<std::string, std::string> DeltaTable::FormatDetail(const Snapshot& snapshot) const {
  const auto* delta_snapshot = dynamic_cast<const DeltaSnapshot*>(&snapshot);
  if (delta_snapshot == nullptr) {
    return {};
  }
  const Protocol& protocol = delta_snapshot->protocol;
  return {{"minReaderVersion", std::to_string(protocol.min_reader_version)},
          {"minWriterVersion", std::to_string(protocol.min_writer_version)},
          {"tableFeatures", fmt::format("{}", fmt::join(WriterFeatures(protocol), ","))}};
}

}  // namespace

std::unique_ptr<Table> OpenTable(Environment environment) {
  return std::make_unique<DeltaTable>(std::move(environment));
}

}  // namespace limno::table::delta
