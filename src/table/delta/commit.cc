#include "table/delta/commit.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>

#include "table/delta/checkpoint_write.h"
#include "table/delta/commit_actions.h"
#include "table/delta/commit_check.h"
#include "table/delta/conflict.h"
#include "table/delta/deletion_vector_store.h"
#include "table/delta/log_cleanup.h"
#include "table/delta/log_compaction.h"
#include "table/delta/log_path.h"
#include "table/delta/log_reader.h"
#include "table/delta/log_replay.h"
#include "table/delta/row_rebase.h"
#include "table/delta/row_tracking.h"
#include "table/delta/symlink_manifest.h"
#include "table/delta/time_travel.h"
#include "table/delta/version_checksum.h"

namespace limno::table::delta {
namespace {

/// How often a store that does not answer is asked again, and the pauses between.
constexpr int kUnansweredLimit = 12;
/// Log cleanup leaves alone what is younger.
constexpr int64_t kRecentMillis = 3600 * 1000;
/// The time of a commit that is in the log is worth less patience.
constexpr int kTimeAttempts = 3;
constexpr int64_t kFirstPauseMillis = 20;
constexpr int64_t kLongestPauseMillis = 5'000;
/// Losing a race means that others make progress, so the pause only spreads the writers.
constexpr uint64_t kLongestRacePauseMillis = 64;

/// One commit on its way; used once.
class CommitRun {
 public:
  CommitRun(const Environment& environment, const Change& change)
      : environment_(environment),
        store_(*environment.store),
        reader_(*environment.store, environment.parquet),
        original_(change),
        txn_id_(base::FormatUuid(environment.random->Uuid())),
        table_id_(base::FormatUuid(environment.random->Uuid())) {}

  Result<CommitOutcome> Run() {
    LIMNO_TRY(Prepare());
    while (true) {
      LIMNO_TRY(CheckChange(change(), *before_));
      LIMNO_ASSIGN(const base::UnixMillis earliest, EarliestTime());
      LIMNO_ASSIGN(PlannedCommit planned,
                   PlanCommit(change(), *before_,
                              {environment_.clock->Now(), txn_id_, table_id_, earliest}));
      features_ = std::move(planned.new_features);
      LIMNO_TRY(AssignRowIds(
          *before_,
          [&](const DataFile& file) { return CountRows(environment_, before_->metadata, file); },
          planned.actions));
      const std::string key = CommitKey(planned.version);
      const std::string text = FormatCommit(planned.actions);
      // Replayed before it is written: what cannot be read must not get into the log.
      LIMNO_ASSIGN(const DeltaSnapshotPtr next,
                   ApplyCommit(*before_, planned.version, environment_.clock->Now(),
                               std::move(planned.actions), key));
      LIMNO_ASSIGN(const bool put, Put(key, text, planned.version));
      if (put) {
        return Landed(*next);
      }
      LIMNO_ASSIGN(const bool own, CatchUp());
      if (own) {
        return Landed(*next);
      }
      LIMNO_TRY(FinishRows());
      PauseAfterLostRace();
    }
  }

 private:
  Result<void> Prepare() {
    if (original_.base != nullptr) {
      before_ = std::dynamic_pointer_cast<const DeltaSnapshot>(original_.base);
      if (before_ == nullptr) {
        return Fail(ErrorKind::kInternal, "a change of another format's table");
      }
      LIMNO_TRY(CheckBaseIsRecent());
    } else {
      before_ = std::make_shared<const DeltaSnapshot>();
      LIMNO_TRY(CheckNoTable());
    }
    return CheckAddedFiles(original_, store_);
  }

  Result<void> CheckNoTable() {
    LIMNO_ASSIGN(const LogListing listing, ListLog(store_, 0));
    return listing.empty() ? Result<void>() : TableExists();
  }

  tl::unexpected<Error> TableExists() const {
    return Fail(ErrorKind::kAlreadyExists, "there is already a table", store_.Describe(),
                "write to it, or drop it first");
  }

  /// After log cleanup the version after an old base may be a gap, where a new commit would be
  /// lost, and clean-ups that broke off leave single commits behind. So an old base is first
  /// brought up to the newest version, which nobody cleans up.
  Result<void> CheckBaseIsRecent() {
    const int64_t base_version = before_->version;
    const Result<storage::ObjectInfo> commit = store_.Head(CommitKey(base_version));
    if (!commit && commit.error().kind != ErrorKind::kNotFound) {
      return Fail(commit.error());
    }
    const int64_t age = environment_.clock->Now() - before_->timestamp_millis;
    if (commit && age >= 0 && age < kRecentMillis) {
      return {};
    }
    LIMNO_ASSIGN(const LogListing listing, ListLog(store_, base_version));
    const int64_t newest = listing.NewestVersion();
    if (newest < base_version && !commit) {
      return Fail(ErrorKind::kConflict, "the table was dropped or replaced meanwhile",
                  store_.Describe(), "run the statement again");
    }
    if (newest > base_version) {
      LIMNO_TRY(CatchUp());
      LIMNO_TRY(FinishRows());
    }
    if (before_->version < newest) {
      return Fail(
          ErrorKind::kConflict,
          fmt::format("the log was cleaned up beyond version {}, on which the change was computed",
                      base_version),
          store_.Describe(), "run the statement again on the newest version");
    }
    return {};
  }

  /// Readers date the versions before the first in-commit timestamp by their files and make these
  /// times ascend: where a clock went back they reach further than the last file's, and what
  /// follows must be later still.
  Result<base::UnixMillis> EarliestTime() {
    const bool begins = before_->version >= 0 && change().metadata &&
                        UsesInCommitTimestamps(*change().metadata) &&
                        !UsesInCommitTimestamps(before_->metadata);
    if (!begins) {
      return 0;
    }
    LIMNO_ASSIGN(const LogListing listing, ListLog(store_, 0));
    const std::vector<base::UnixMillis> times = AdjustedTimes(listing.commits);
    return times.empty() ? 0 : times.back() + 1;
  }

  /// True if the version is ours, false if it exists, or may, and has to be looked at. Goes on
  /// asking while the store does not answer and the version is not there.
  Result<bool> Put(const std::string& key, const std::string& text, int64_t version) {
    for (int attempt = 0;; ++attempt) {
      const Result<void> put = store_.PutIfAbsent(key, text);
      if (put) {
        return true;
      }
      if (put.error().kind == ErrorKind::kAlreadyExists) {
        return false;
      }
      // A refusal says nothing of what was sent before and not answered.
      const bool is_refused = put.error().kind != ErrorKind::kUnavailable;
      if (is_refused && attempt == 0) {
        return Fail(put.error());
      }
      // It may have been written all the same, and may still be written later: the same bytes under
      // the same name can be put again without harm.
      const Result<storage::ObjectInfo> there = store_.Head(key);
      if (there) {
        return false;
      }
      if (attempt >= kUnansweredLimit || is_refused) {
        return Unknown(version, put.error());
      }
      PauseUnanswered(attempt);
    }
  }

  tl::unexpected<Error> Unknown(int64_t version, const Error& cause) const {
    return Fail(
        ErrorKind::kUnavailable,
        fmt::format("cannot tell whether version {} was committed: {}", version, cause.message),
        CommitKey(version),
        fmt::format("when the store answers again, look there for txnId {}", txn_id_));
  }

  /// Reads the versions that exist after before_, checks each against the change, and goes on top
  /// of them. True if the first of them, which was there or may have been when ours was put, turns
  /// out to be ours.
  Result<bool> CatchUp() {
    for (bool may_be_ours = true;; may_be_ours = false) {
      const int64_t version = before_->version + 1;
      Result<std::optional<ReadCommit>> read = ReadSurely(version);
      if (!read) {
        // What cannot be parsed is not what we wrote.
        return may_be_ours && read.error().kind != ErrorKind::kCorrupt
                   ? Result<bool>(Unknown(version, read.error()))
                   : Fail(std::move(read).error());
      }
      std::optional<ReadCommit> commit = *std::move(read);
      if (!commit) {
        return false;
      }
      const CommitInfo* info = FindCommitInfo(commit->actions);
      if (info != nullptr && info->txn_id == txn_id_) {
        return true;
      }
      if (original_.base == nullptr) {
        return TableExists();
      }
      Winner winner{version, std::move(commit->actions)};
      LIMNO_TRY(CheckConflict(change(), features_, *before_, winner));
      FollowReadFiles(winner);
      LIMNO_TRY(FollowRows(winner));
      LIMNO_ASSIGN(before_, ApplyCommit(*before_, version, commit->modified_millis,
                                        std::move(winner.actions), CommitKey(version)));
      ++rebases_;
    }
  }

  void Rebase() {
    if (!rebased_) {
      rebased_ = original_;
    }
  }

  /// Rows that were read may lie in other files now: who changes them there changes what was read.
  void FollowReadFiles(const Winner& winner) {
    const std::vector<std::string>& keys = change().reads.file_keys;
    const std::unordered_set<std::string> read(keys.begin(), keys.end());
    const bool moved =
        std::any_of(winner.actions.begin(), winner.actions.end(), [&](const Action& action) {
          const auto* remove = std::get_if<Remove>(&action);
          return remove != nullptr && !remove->data_change && read.count(remove->Key()) > 0;
        });
    if (!moved) {
      return;
    }
    Rebase();
    for (const Action& action : winner.actions) {
      const auto* add = std::get_if<Add>(&action);
      if (add != nullptr && !add->file.data_change) {
        rebased_->reads.file_keys.push_back(add->file.Key());
      }
    }
  }

  Result<void> FollowRows(const Winner& winner) {
    if (original_.deleted_rows.empty() && original_.reads.rows.empty()) {
      return {};
    }
    Rebase();
    if (!row_rebase_) {
      row_rebase_.emplace(environment_, *rebased_);
    }
    Result<void> followed = row_rebase_->Follow(winner, before_->metadata);
    if (!followed && followed.error().kind == ErrorKind::kCorrupt) {
      // Versions in between need their vectors no more, so VACUUM may have taken them.
      return Fail(ErrorKind::kConflict,
                  fmt::format("version {} came first and deleted rows of a file that this {} "
                              "changes; which ones cannot be told any more: {}",
                              winner.version, original_.operation.name, followed.error().message),
                  CommitKey(winner.version), "run the statement again on the newest version");
    }
    return followed;
  }

  Result<void> FinishRows() { return row_rebase_ ? row_rebase_->Finish(*before_) : Result<void>(); }

  /// The change as it goes on top of before_.
  const Change& change() const { return rebased_ ? *rebased_ : original_; }

  Result<std::optional<ReadCommit>> ReadSurely(int64_t version) {
    for (int attempt = 0;; ++attempt) {
      Result<std::optional<ReadCommit>> commit = reader_.ReadVersion(version, true);
      if (commit || commit.error().kind != ErrorKind::kUnavailable || attempt >= kUnansweredLimit) {
        return commit;
      }
      PauseUnanswered(attempt);
    }
  }

  /// The commit is in the log: from here on nothing turns it into a failure.
  CommitOutcome Landed(const DeltaSnapshot& next) {
    if (row_rebase_) {
      row_rebase_->DiscardStale();
    }
    auto snapshot = std::make_shared<DeltaSnapshot>(next);
    if (!UsesInCommitTimestamps(next.metadata)) {
      // Readers will go by the file's time.
      Result<storage::ObjectInfo> info = store_.Head(CommitKey(next.version));
      for (int attempt = 0; !info && attempt < kTimeAttempts; ++attempt) {
        PauseUnanswered(attempt);
        info = store_.Head(CommitKey(next.version));
      }
      const base::UnixMillis time = info ? info->modified_millis : next.timestamp_millis;
      snapshot->timestamp_millis = std::max(time, before_->timestamp_millis + 1);
    }
    // Readers do without it, so neither is it waited for nor does its failure matter.
    (void)store_.PutIfAbsentUnsynced(ChecksumKey(next.version), FormatChecksum(*snapshot) + "\n");
    if (KeepsManifest(next.metadata)) {
      (void)WriteManifest(store_, next, TouchedFolders(next).get());
    }
    // Versions without a feature must not have to be read through those that have it.
    const bool due = IsCheckpointDue(*snapshot) || !original_.dropped_features.empty();
    if (environment_.parquet != nullptr && due) {
      if (CheckpointAndCleanUp(environment_, *snapshot)) {
        snapshot->checkpoint_version = next.version;
      }
    } else if (const std::optional<ListedCompaction> stretch = CompactionDue(*snapshot)) {
      (void)WriteCompaction(store_, reader_, *stretch);
    }
    return CommitOutcome{next.version, rebases_, std::move(snapshot)};
  }

  /// Of the manifests that the change concerns; nullptr: of all.
  std::unique_ptr<std::set<std::string>> TouchedFolders(const DeltaSnapshot& next) const {
    if (original_.base == nullptr || original_.metadata ||
        next.metadata.partition_columns.empty()) {
      return nullptr;
    }
    auto folders = std::make_unique<std::set<std::string>>();
    for (const DataFile& file : change().added) {
      folders->insert(ManifestFolder(file));
    }
    for (const DataFilePtr& file : change().removed) {
      folders->insert(ManifestFolder(*file));
    }
    return folders;
  }

  void PauseUnanswered(int attempt) {
    const int64_t pause = std::min(kFirstPauseMillis << attempt, kLongestPauseMillis);
    environment_.clock->Sleep(pause / 2 + static_cast<int64_t>(environment_.random->Below(
                                              static_cast<uint64_t>(pause / 2 + 1))));
  }

  void PauseAfterLostRace() {
    ++races_lost_;
    const uint64_t bound =
        std::min(uint64_t{1} << std::min(races_lost_, 10), kLongestRacePauseMillis);
    // The first time it is worth trying at once.
    if (races_lost_ > 1) {
      environment_.clock->Sleep(static_cast<int64_t>(environment_.random->Below(bound)));
    }
  }

  const Environment& environment_;
  storage::ObjectStore& store_;
  LogReader reader_;
  const Change& original_;
  /// Once rows of it had to be carried over.
  std::optional<Change> rebased_;
  std::optional<RowRebase> row_rebase_;
  const std::string txn_id_;
  const std::string table_id_;
  /// What the change goes on top of: its base, or a later version after losing a race.
  DeltaSnapshotPtr before_;
  std::vector<std::string> features_;
  int rebases_ = 0;
  int races_lost_ = 0;
};

}  // namespace

Result<CommitOutcome> CommitChange(const Environment& environment, const Change& change) {
  return CommitRun(environment, change).Run();
}

}  // namespace limno::table::delta
